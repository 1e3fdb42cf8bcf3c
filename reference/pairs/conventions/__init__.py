"""In what a pair may differ from its derivative and be right all the same: each proven, and each narrow."""
