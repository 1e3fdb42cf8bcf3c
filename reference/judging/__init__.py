"""One stack of problems: what may differ, what the witnesses say, and what is wrong."""
