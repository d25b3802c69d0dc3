"""The commands, one module each: its docstring's first line is its help, OPTIONS is what it takes, `run` runs it."""

_NAMES = ("deploy", "status", "invoke", "logs", "remove", "manifest")
COMMANDS = {name: f"{__name__}.{name}" for name in _NAMES}
"""The module of each command, by its name."""
