"""The commands, one module each: its docstring's first line is its help, OPTIONS is what it takes, `run` runs it."""

COMMANDS = ("deploy", "status", "invoke", "logs", "remove")
