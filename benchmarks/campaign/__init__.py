"""What the campaigns by mutation share: the fixture files, their verdicts, and the ways in which files are changed."""
