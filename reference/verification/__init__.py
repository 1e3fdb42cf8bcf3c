"""One target from the first case to its report, and several targets at once."""
