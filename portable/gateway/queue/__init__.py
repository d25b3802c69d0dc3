"""Asynchronous calls: accepted at once, run later, never lost; their results can be read, and posted to a callback."""
