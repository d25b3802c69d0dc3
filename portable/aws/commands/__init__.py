"""The commands, one module each: its docstring's first line is its help, OPTIONS is what it takes, `run` runs it."""

_NAMES = (
    "doctor",
    "package",
    "run",
    "plan",
    "deploy",
    "status",
    "url",
    "versions",
    "invoke",
    "logs",
    "promote",
    "rollback",
    "secret",
    "policy",
    "destroy",
)
COMMANDS = {name: f"{__name__}.{name}" for name in _NAMES}
"""The module of each command, by its name."""
