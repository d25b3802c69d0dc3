"""The manifest of an action for wskdeploy: what stack.yml and deploy.toml say of it, in the keys that wskdeploy reads.

https://github.com/apache/openwhisk-wskdeploy/blob/master/specification/html/spec_actions.md
"""

from __future__ import annotations

import yaml

from .action_settings import ActionSettings, variable_names
from .names import ActionName
from .wanted import web_options

MADE_BY = "# Made by `portable openwhisk manifest` from stack.yml and deploy.toml: change those, not this.\n"


def manifest(settings: ActionSettings, name: ActionName, zip_name: str) -> str:
    """Return the text of the manifest that lies beside the zip."""
    action = {
        "function": zip_name,  # looked for from the manifest's folder
        "runtime": settings.kind,
        "web": settings.web,
        "annotations": {**web_options(settings.web), **settings.annotations},
        "limits": {
            "timeout": settings.timeout_ms,
            "memorySize": settings.memory_mb,
            "logSize": settings.logs_mb,
        },
    }
    package = {"version": "1.0", "license": "unlicensed", "actions": {name.name: action}}
    document = {"packages": {name.package or "default": package}}
    return MADE_BY + _left_out(settings) + yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def _left_out(settings: ActionSettings) -> str:
    """Return a comment on the variables: wskdeploy's inputs are arguments of each call, which no environment has."""
    names = variable_names(settings)
    told = f"# wskdeploy sets no variables; `portable openwhisk deploy` sets these: {', '.join(names)}\n"
    return told if names else ""
