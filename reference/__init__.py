"""The court: three witnesses that take no gradient from a backward formula, tolerances that are derived, a verdict.

case, problem      one printable line, and the arrays that it stands for
autodiff           witness 1: the cost in JAX, forward only
                   (witness 2, central differences, is ``manual_backprop.gradient_check``)
complex_step       witness 3: forward only, extended precision
tolerance          how far two correct programs may differ, and where a tolerance sees anything
arbitration        which witness is the odd one out
implementations    the door through which an implementation under test comes
checks             what a function owes, and what no gradient shows
execution          running what is judged: twice, and once without its L2 term
judge              one stack of problems: hear the witnesses, compare, find
battery, search    the cases that must be tried, and the random ones; shrinking
verify             the plan, carried out
diagnosis          what is wrong, decided on probes
conclusion         from what was found to what is said
store              failures, kept until they are fixed
report             the result, as text and as JSON
cli, commands      the command line, and what its commands do
"""
