"""What a pair is given: read from what is said, seen, documented, or tried, and drawn from a seed.

spec    the meaning of arguments; a plan for them, and how good the evidence for it is
text    what is written of arguments, and what people call them
plans   the plans, in the order of their evidence: said, seen, documented, tried
sizes   how large
cases   one draw of a plan: the printable line, the arrays, and whether the pair runs on them
"""
