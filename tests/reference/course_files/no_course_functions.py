"""Draws the learning curves that I logged."""
import csv
import matplotlib.pyplot as plt


class Curve:
    def __init__(self, path):
        with open(path) as handle:
            self.rows = [float(row[1]) for row in csv.reader(handle)]

    def smooth(self, window=5):
        return [sum(self.rows[i:i + window]) / window for i in range(len(self.rows) - window)]


def show(paths):
    for path in paths:
        plt.plot(Curve(path).smooth(), label=path)
    plt.legend()
    plt.show()


show(["lr_0.1.csv", "lr_0.01.csv"])
