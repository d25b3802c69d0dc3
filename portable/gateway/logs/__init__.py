"""What functions printed: the newest lines in memory, and those that outlive their replica on disk."""
