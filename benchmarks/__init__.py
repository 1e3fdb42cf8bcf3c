"""Measurements: verified first, then timed. Every command prints Markdown.

python -m benchmarks                 speeds, beside whoever does the same
python -m benchmarks.growth          how cost grows over three decades, with a picture
python -m benchmarks.false_alarms    how often correct code is accused
python -m benchmarks.detection       how small an error is caught
"""
