"""Networks that train themselves: one step is a backward pass, and what it subtracts is its gradient."""
