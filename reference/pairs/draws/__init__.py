"""One draw of a pair before the court: it is run, the witnesses are heard, and every gradient is set beside them."""
