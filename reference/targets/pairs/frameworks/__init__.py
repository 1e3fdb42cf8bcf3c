"""Derivatives that people give functions of a framework: found, and run by the framework itself."""
