"""In a target's process: which functions look like a pair, and how one is run. Raw numbers only, no verdict."""
