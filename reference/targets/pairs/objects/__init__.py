"""Objects of a stranger's class: how they are made, wired, called, copied, and what they answer."""
