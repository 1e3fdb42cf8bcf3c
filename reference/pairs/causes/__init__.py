"""Why a gradient is wrong, in which line, and at which smallest case: from the numbers and from repair."""
