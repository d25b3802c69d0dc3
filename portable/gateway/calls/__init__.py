"""One call of a function: which one, on which replica, with which headers, and the record of it."""
