"""What ships to a platform, as data: the function's files, ours, and what the function requires. None of this ships."""
