"""SQLite and JSON files, for their owner alone. What is in them is known by the rooms that own them."""
