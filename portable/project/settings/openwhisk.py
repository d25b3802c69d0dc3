"""OpenWhisk's keys of deploy.toml: what stands in [defaults.openwhisk] and [functions.NAME.openwhisk]."""

from __future__ import annotations

from .kinds import JSON, TEXT, WHOLE, Keys

TABLE = "openwhisk"
KEYS = Keys(
    single={
        "package": TEXT,
        "kind": TEXT,
        "web": TEXT,
        "memory_mb": WHOLE,
        "timeout_ms": WHOLE,
        "logs_mb": WHOLE,
    },
    tables={"environment": TEXT, "annotations": JSON},
    elsewhere={
        "name": "the action is called as its function in stack.yml",
        "secrets": "secrets stand under the function in stack.yml",
        "limits": "these are memory_mb, timeout_ms and logs_mb",
        "inputs": "variables stand under environment, here or in stack.yml",
    },
)
