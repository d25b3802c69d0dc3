"""Files that the gateway keeps: SQLite and JSON, for their owner alone."""
