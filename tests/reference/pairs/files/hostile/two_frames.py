import numpy as np


class FrameDifference:
    """Motion between two frames that come one after the other."""

    def __init__(self, gain=0.7):
        self.gain = gain
        self.last = None

    def forward(self, frame):
        if self.last is None:
            self.last = frame
            return None
        self.diff = frame - self.last
        self.last = frame
        return self.gain * self.diff ** 2

    def backward(self, dout):
        return 2 * self.gain * self.diff * dout
