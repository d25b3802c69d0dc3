"""A user's project: the functions that stack.yml declares, and which of them a command is about.

functions    find a function by its name in stack.yml, or by its folder
"""
