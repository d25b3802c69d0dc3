"""What functions printed: the newest lines in memory, and on disk those that outlive their replica."""
