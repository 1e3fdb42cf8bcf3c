"""What feeds a backward pass: its forward pass, and the layout of what lies between."""
