"""Any forward and backward pass held to its own forward pass: what they are given, and what is made of the answers."""
