"""What a network that trains itself is held to: its own loss, or one by name; said in words."""
