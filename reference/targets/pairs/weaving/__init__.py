"""Places in a function's body where somebody may look, or take over: woven into its code, its text as it stands."""
