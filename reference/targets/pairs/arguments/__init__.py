"""What a backward pass is handed, and which of what it returns is the gradient of what."""
