"""A graph of nodes: each has its parents in a list, and its gradients by parent in a dictionary."""
import numpy as np


class Vertex:
    def __init__(self, parents=()):
        self.parents = list(parents)
        self.children = []
        self.value = None
        self.gradients = {}
        for parent in self.parents:
            parent.children.append(self)

    def forward(self):
        raise NotImplementedError

    def backward(self):
        raise NotImplementedError

    def incoming(self):
        """The sum of what the children say of this vertex."""
        return sum(child.gradients[self] for child in self.children)


class Constant(Vertex):
    def __init__(self, value):
        Vertex.__init__(self)
        self.value = value

    def forward(self):
        pass


class Affine(Vertex):
    def __init__(self, X, W, b):
        Vertex.__init__(self, [X, W, b])

    def forward(self):
        X, W, b = [parent.value for parent in self.parents]
        self.value = X @ W + b

    def backward(self):
        X, W, b = self.parents
        self.gradients = {parent: np.zeros_like(parent.value) for parent in self.parents}
        for child in self.children:
            upstream = child.gradients[self]
            self.gradients[X] += upstream @ W.value.T
            self.gradients[W] += X.value.T @ upstream
            self.gradients[b] += upstream.sum(axis=0)


class AffineMean(Vertex):
    """The bias gets a mean where it is owed a sum."""

    def __init__(self, X, W, b):
        super().__init__([X, W, b])

    def forward(self):
        self.value = np.dot(self.parents[0].value, self.parents[1].value) + self.parents[2].value

    def backward(self):
        upstream = self.incoming()
        self.gradients[self.parents[0]] = np.dot(upstream, self.parents[1].value.T)
        self.gradients[self.parents[1]] = np.dot(self.parents[0].value.T, upstream)
        self.gradients[self.parents[2]] = np.mean(upstream, axis=0)


class Squash(Vertex):
    def __init__(self, vertex):
        super().__init__([vertex])

    def forward(self):
        self.value = 1.0 / (1.0 + np.exp(-self.parents[0].value))

    def backward(self):
        self.gradients = {self.parents[0]: self.value * (1.0 - self.value) * self.incoming()}


class SquashOfInput(Vertex):
    """The slope is taken of what came in, though it is written for what went out."""

    def __init__(self, vertex):
        super().__init__([vertex])

    def forward(self):
        self.value = 1.0 / (1.0 + np.exp(-self.parents[0].value))

    def backward(self):
        x = self.parents[0].value
        self.gradients = {self.parents[0]: x * (1.0 - x) * self.incoming()}


class SquaredError(Vertex):
    def __init__(self, targets, outputs):
        super().__init__([targets, outputs])

    def forward(self):
        self.difference = self.parents[0].value - self.parents[1].value
        self.value = np.mean(self.difference ** 2)

    def backward(self):
        self.gradients[self.parents[0]] = 2.0 * self.difference / self.difference.size
        self.gradients[self.parents[1]] = -2.0 * self.difference / self.difference.size
