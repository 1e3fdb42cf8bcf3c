"""The course's experiments on the verified code, with their pictures. Nothing here judges anything.

trainings            what is trained, and how         training_page       what is shown of it
gradient_checking    the file with two mistakes       step_sizes, kinks   what a step costs, and what it crosses
curves               costs, histograms of weights     decision_regions    data, and the networks' answers
dropout_masks        which neurons are shut off       chart               a figure as PNG and SVG
display              lines, and a bar on a terminal   folder              the page, and where its files go
"""

__all__ = ["ExperimentError"]


class ExperimentError(Exception):
    """Data, options or a folder with which no experiment can be made. The message is one line."""
