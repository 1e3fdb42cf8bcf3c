import numpy as np

rng = np.random.RandomState(0)
X = rng.rand(50, 3)
y = X @ np.array([1.0, 2.0, 3.0]) + 0.5

# weights
w = np.zeros(3)
b = 0.0
learning_rate = 0.1
for step in range(1000):
    prediction = X @ w + b
    loss = ((prediction - y) ** 2).mean()
    dw = 2 * X.T @ (prediction - y) / len(y)
    db = 2 * (prediction - y).sum()
    w -= learning_rate * dw
    b -= learning_rate * db
print(w, b, loss)
