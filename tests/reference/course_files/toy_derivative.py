import numpy as np

# GRADED FUNCTION: forward_propagation

def forward_propagation(x, theta):
    """ the cost J of the one-parameter model """

    ### START CODE HERE ### (approx. 1 line)
    J = np.dot(theta, x)
    ### END CODE HERE ###

    return J

# GRADED FUNCTION: backward_propagation

def backward_propagation(x, theta):
    """ the derivative of J with respect to theta """

    ### START CODE HERE ### (approx. 1 line)
    dtheta = theta
    ### END CODE HERE ###

    return dtheta

# GRADED FUNCTION: gradient_check

def gradient_check(x, theta, epsilon = 1e-7):
    """
    compares backward_propagation with a two-sided difference

    gives back the relative difference of the two
    """

    ### START CODE HERE ### (approx. 5 lines)
    thetaplus = theta + epsilon
    thetaminus = theta - epsilon
    J_plus = forward_propagation(x, thetaplus)
    J_minus = forward_propagation(x, thetaminus)
    gradapprox = (J_plus - J_minus) / (2. * epsilon)
    ### END CODE HERE ###

    ### START CODE HERE ### (approx. 1 line)
    grad = backward_propagation(x, theta)
    ### END CODE HERE ###

    ### START CODE HERE ### (approx. 3 lines)
    numerator = np.linalg.norm(grad - gradapprox)
    denominator = np.linalg.norm(grad) + np.linalg.norm(gradapprox)
    difference = numerator / denominator
    ### END CODE HERE ###

    if difference < 1e-7:
        print ("gradient is fine")
    else:
        print ("gradient is off")

    return difference

x, theta = 2, 4
difference = gradient_check(x, theta)
print('difference = ' + str(difference))
