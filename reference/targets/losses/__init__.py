"""Functions that return their own loss together with its gradient: read, tried out, and told which loss it is."""
