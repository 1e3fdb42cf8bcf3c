"""What needs no file: this project's own code, and three frameworks."""
