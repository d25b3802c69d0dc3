"""Cannot be imported: a list of commands must not."""

raise ImportError("it was imported")
