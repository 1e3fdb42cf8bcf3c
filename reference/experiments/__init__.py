"""The course's experiments on the verified code, with their pictures. Nothing here judges anything.

conduct     from what is asked to files          errors     what a user can put right
plans       what is trained                      runs       the training, variant by variant
follow      lines, and a bar on a terminal       folder     where the files go
sketch      a figure as PNG, SVG, and inline     page       one page, and the files beside it
fields      data and decision boundaries         curves     costs, histograms of weights
strips      which neurons dropout shuts off      words      what the trainings' pages say
planted     the file with the two mistakes       checking   differences, steps and kinks, in figures
checking_figures, checking_words                 the same for gradient checking
"""

from reference.experiments.errors import ExperimentError

__all__ = ["ExperimentError"]
