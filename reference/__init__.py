"""The court: what holds a backward pass to the truth, and says what is wrong with it. Along the way of the data:

cases         one printable line, and the arrays that it stands for; where cases come from
witnesses     autodiff, the complex step, arbitrary precision: forward only
              (central differences are ``manual_backprop.differences``)
interface     what every room knows of a target: plain values, and the exceptions that come of asking one
judging       tolerances, which witness is the odd one, one stack of problems
diagnosis     what is wrong, decided on probes, and the line
targets       what is judged: read, run in a process of its own, and what each of its functions owes
pairs         any forward and backward pass, held to its own forward pass
verification  one target from its first case to its verdict; several at once; what is kept of it
selftest      proof that all this can fail
findings      the codes with a page for each, the verdicts, and the conventions in which what differs is right
settings      what is asked: flags, environment, table, defaults
kept          files of the user's cache folder
spelling      the name that was meant
report        models, and one module for each format
comparison    implementations beside each other and the truth
experiments   the course's, on the verified code; they judge nothing
commands, plugin, notebook, cli   the doors

and ``pair``, the line by which a file says what its functions are given.
"""

from reference.pair_decorator import pair

__all__ = ["pair"]
