"""A guard of speed that no busy machine disturbs: how many opcodes of our own code one request takes."""
