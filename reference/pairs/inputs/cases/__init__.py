"""One draw of a plan: its sizes, its line, its arrays, and whether the pair runs on it."""
