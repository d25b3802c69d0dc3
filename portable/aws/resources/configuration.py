"""The configuration of a function: as it should be, and how what there is differs from it.

What the deployer does not set (layers, a VPC ...) is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import HANDLER, Target

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_DEFAULTS: Mapping[str, Any] = {
    "Handler": "none",
    "Role": "none",
    "Runtime": "none",
    "MemorySize": 128,
    "Timeout": 3,
    "EphemeralStorage": {"Size": 512},
    "TracingConfig": {"Mode": "PassThrough"},
}
_LOGGING_DEFAULTS = {"LogFormat": "Text", "ApplicationLogLevel": "none", "SystemLogLevel": "none"}
_SAID_BY_THE_NAME = ("role", "handler", "log format", "log level of Lambda", "log group")


def wanted(target: Target) -> dict[str, Any]:
    """Return it as create_function and update_function_configuration take it."""
    settings, names = target.settings, target.names
    return {
        "Role": names.role_arn,
        "Handler": HANDLER,
        "Runtime": settings.runtime,
        "MemorySize": settings.memory_mb,
        "Timeout": settings.timeout_s,
        "EphemeralStorage": {"Size": settings.ephemeral_storage_mb},
        "TracingConfig": {"Mode": "Active" if settings.tracing else "PassThrough"},
        "LoggingConfig": {
            "LogFormat": "JSON",
            "ApplicationLogLevel": settings.log_level,
            "SystemLogLevel": "WARN",
            "LogGroup": names.log_group,
        },
        "Environment": {"Variables": _environment(target)},
    }


def differences(found: Mapping[str, Any], target: Target) -> Iterator[Difference]:
    """Yield what differs; of a variable its name alone, because its value may be secret."""
    before, after = _texts(found), _texts(wanted(target))
    yield from (Difference(name, before[name], after[name]) for name in after if before[name] != after[name])
    yield from _variables(found.get("Environment", {}).get("Variables", {}), _environment(target))


def first(target: Target) -> Iterator[Difference]:
    """Yield what is worth telling of a function that is not there yet."""
    texts = _texts(wanted(target))
    yield from (Difference(name, None, text) for name, text in texts.items() if name not in _SAID_BY_THE_NAME)
    yield from _variables({}, _environment(target))


def _environment(target: Target) -> dict[str, str]:
    secrets = {"SECRETS_PATH": target.names.secrets_path} if target.settings.secrets else {}
    return {**target.settings.environment, **secrets}


def _texts(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Return its properties but for the environment, with AWS's defaults for those that are not there."""
    filled = {**_DEFAULTS, **configuration}
    group = f"/aws/lambda/{configuration.get('FunctionName')}"
    logging = {**_LOGGING_DEFAULTS, "LogGroup": group, **configuration.get("LoggingConfig", {})}
    return {
        "runtime": filled["Runtime"],
        "memory": f"{filled['MemorySize']} MB",
        "timeout": f"{filled['Timeout']} s",
        "storage": f"{filled['EphemeralStorage']['Size']} MB",
        "tracing": "on" if filled["TracingConfig"]["Mode"] == "Active" else "off",
        "role": filled["Role"],
        "handler": filled["Handler"],
        "log format": logging["LogFormat"],
        "log level": logging["ApplicationLogLevel"],
        "log level of Lambda": logging["SystemLogLevel"],
        "log group": logging["LogGroup"],
    }


def _variables(found: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[Difference]:
    for name in sorted(found.keys() | variables.keys()):
        if name not in variables:
            yield Difference(f"environment {name}", "set", None)
        elif name not in found:
            yield Difference(f"environment {name}", None, "set")
        elif found[name] != variables[name]:
            yield Difference(f"environment {name}", "set", "changed")
