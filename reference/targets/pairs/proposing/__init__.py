"""What looks like a forward and a backward pass in a file: functions, classes, losses, derivatives, declared rules."""
