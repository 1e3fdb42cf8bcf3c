"""The court: three witnesses that know no backward formula, tolerances that are derived, and a verdict.

case, problem      one printable line, and the arrays that it stands for
autodiff           witness 1: the cost in JAX, forward only
                   (witness 2, central differences, is ``manual_backprop.gradient_check``)
complex_step       witness 3: forward only, extended precision
tolerance          how far two correct programs may differ, and where a tolerance sees anything
arbitration        which witness is the odd one out
implementations    the door through which an implementation under test comes
checks             what a function owes, and what no gradient shows
judge              one stack of problems: hear the witnesses, compare, find
battery, search    the cases that must be tried, and the random ones; shrinking
verify             the plan, carried out
report             the result, as text and as JSON
"""
