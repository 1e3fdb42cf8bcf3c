"""Ways to feed a pair: said, seen in calls, documented, or tried; each with its evidence."""
