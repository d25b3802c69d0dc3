"""The commands, one module each: its docstring's first line is its help, OPTIONS is what it takes, `run` runs it."""

COMMANDS = (
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
