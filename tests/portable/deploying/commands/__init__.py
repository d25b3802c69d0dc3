"""Commands of a command line."""
