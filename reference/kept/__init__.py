"""What is kept from run to run, in the user's cache folder."""
