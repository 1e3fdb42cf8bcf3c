"""What the commands do: from flags to a report, from a report to files and an exit code. A module for each."""
