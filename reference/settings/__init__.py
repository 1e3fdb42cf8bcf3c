"""What a caller asks for: flags, environment, table, defaults."""
