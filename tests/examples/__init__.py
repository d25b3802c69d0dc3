"""The examples: their own tests, what their packages hold, and the packages as they run."""
