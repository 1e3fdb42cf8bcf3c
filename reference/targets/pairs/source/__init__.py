"""What a file's text says of its functions and classes, before anything runs."""
