"""A stranger's source: read, taken apart, loaded, its names understood."""
