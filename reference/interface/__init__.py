"""What every room knows of a target: plain values, and the exceptions that come of asking one."""
