"""What is written of arguments: in docstrings, in comments, in calls, and in the code that takes them."""
