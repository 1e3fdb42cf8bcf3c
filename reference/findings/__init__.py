"""What can be found, and how it ends: the codes, and the verdicts."""
