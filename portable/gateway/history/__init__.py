"""The last calls of each function and their rates, and the file that keeps them and the logs."""
