"""One module for each thing that a stage has at AWS.

Each has, in this order:

read(aws, ...)           ask what is there: the module's own type, None or empty where there is nothing
changes(found, target)   the steps that make it what the target says, none if it is so already: pure
removal(found, ...)      the steps that take it away: pure
"""
