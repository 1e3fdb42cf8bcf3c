"""What can be found, and how it ends: the codes, the verdicts, and the conventions in which what differs is right."""
