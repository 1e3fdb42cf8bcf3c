"""What a report consists of: the models that every format is made from."""
