import numpy as np

# Deep neural network from scratch (cat / not cat)

def relu(Z):
    return np.maximum(0, Z)

def sigmoid(Z):
    return 1/(1 + np.exp(-Z))

def linear_foward(A, W, b):
    return np.dot(W, A) + b

def L_model_foward(X, parameters):
    memory = []
    L = len(parameters)//2
    A = X
    for l in range(1, L+1):
        A_prev = A
        Z = linear_foward(A_prev, parameters['W'+str(l)], parameters['b'+str(l)])
        A = sigmoid(Z) if l == L else relu(Z)
        memory.append((A_prev, Z, parameters['W'+str(l)]))
    return A, memory

def cost_function(AL, Y):
    m = Y.shape[1]
    return np.squeeze(-1/m * (np.dot(Y, np.log(AL).T) + np.dot(1-Y, np.log(1-AL).T)))

def L_model_backward(AL, Y, memory):
    grads = {}
    m = Y.shape[1]
    dZ = AL - Y
    for l in range(len(memory), 0, -1):
        A_prev, Z, W = memory[l-1]
        grads['dW'+str(l)] = 1/m * np.dot(dZ, A_prev.T)
        grads['db'+str(l)] = 1/m * np.sum(dZ, axis=1, keepdims=True)
        if l > 1:
            dA = np.dot(W.T, dZ)
            dZ = dA * np.int64(memory[l-2][1] > 0)
    return grads
