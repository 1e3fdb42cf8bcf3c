"""What returns its own loss with its gradient is held to that loss: by the court, or by its own differences."""
