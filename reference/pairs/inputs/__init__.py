"""What a pair is given: read from what is said, seen, documented, or tried, and drawn from a seed.

spec        the meaning of arguments; a plan for them, and how good the evidence for it is
vocabulary  what people call things
said, seen, documented, tried   the plans, in the order of their evidence
sizes       how large
case_line   the printable line
drawing     the arrays
"""
