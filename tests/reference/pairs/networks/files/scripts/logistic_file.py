import numpy as np
import pandas as pd

data = pd.read_csv("exam.csv")
X = data[["hours", "sleep"]].values
y = data["passed"].values

theta = np.zeros(2)
bias = 0.0
alpha = 0.05
for i in range(500):
    z = np.dot(X, theta) + bias
    h = 1 / (1 + np.exp(-z))
    cost = -(y * np.log(h) + (1 - y) * np.log(1 - h)).mean()
    theta = theta - alpha * np.dot(X.T, h - y) / len(y)
    bias = bias - alpha * (h - y).mean()
