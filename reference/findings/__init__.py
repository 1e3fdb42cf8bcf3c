"""The codes that a finding carries, and what each means."""
