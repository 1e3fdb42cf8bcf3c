"""Query and train, one example at a time, given as plain lists of numbers or as vectors."""

import numpy as np


class NodeNetwork:
    def __init__(self, input_nodes, hidden_nodes, output_nodes, learning_rate):
        self.wih = np.random.normal(0.0, pow(hidden_nodes, -0.5), (hidden_nodes, input_nodes))
        self.who = np.random.normal(0.0, pow(output_nodes, -0.5), (output_nodes, hidden_nodes))
        self.lr = learning_rate
        self.activation_function = lambda x: 1 / (1 + np.exp(-x))

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_outputs = self.activation_function(np.dot(self.wih, inputs))
        final_outputs = self.activation_function(np.dot(self.who, hidden_outputs))
        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors * final_outputs * (1.0 - final_outputs))
        self.who += self.lr * np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)

    def query(self, inputs_list):
        inputs = np.array(inputs_list, ndmin=2).T
        return self.activation_function(np.dot(self.who, self.activation_function(np.dot(self.wih, inputs))))


class NodeNetworkOfErrors:
    """Errors are handed back through the weights without the slope of the output."""

    def __init__(self, input_nodes, hidden_nodes, output_nodes, learning_rate):
        self.wih = np.random.normal(0.0, 0.5, (hidden_nodes, input_nodes))
        self.who = np.random.normal(0.0, 0.5, (output_nodes, hidden_nodes))
        self.lr = learning_rate

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden_outputs = 1 / (1 + np.exp(-np.dot(self.wih, inputs)))
        final_outputs = 1 / (1 + np.exp(-np.dot(self.who, hidden_outputs)))
        output_errors = targets - final_outputs
        hidden_errors = np.dot(self.who.T, output_errors)
        self.who += self.lr * np.dot(output_errors * final_outputs * (1.0 - final_outputs), hidden_outputs.T)
        self.wih += self.lr * np.dot(hidden_errors * hidden_outputs * (1.0 - hidden_outputs), inputs.T)
