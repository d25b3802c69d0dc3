"""What a function finds in its environment on Lambda, and what of it can be had here. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...deploying.errors import BadSettings
from ...emulators.aws_lambda.runtime import Layout
from ..artifact.target import HANDLER, Package
from ..names import Names
from ..settings import Architecture, Settings

_ARCHITECTURES: Mapping[str, Architecture] = {"aarch64": "arm64", "arm64": "arm64", "amd64": "x86_64"}
_TAG = re.compile(r"\.cpython-3(\d+)-")


class Machine(NamedTuple):
    """What runs the zip here."""

    runtime: str
    architecture: str


def this_machine() -> Machine:
    """Return what this interpreter would be on Lambda."""
    name = platform.machine().lower()
    return Machine(f"python3.{sys.version_info.minor}", _ARCHITECTURES.get(name, name))


def names_of(settings: Settings) -> Names:
    """Return the names that a stage has, in no account if none is set."""
    return Names(settings.app, settings.stage, settings.account or "0" * 12, settings.region)


def environment(settings: Settings, layout: Layout, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return a function's whole environment but the address of the Runtime API."""
    names = names_of(settings)
    user = settings.environment
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": str(layout.home_dir),
        **user,
        **secrets,
        "PYTHONPATH": ":".join(filter(None, [str(layout.runtime_dir), user.get("PYTHONPATH", "")])),
        "LAMBDA_TASK_ROOT": str(layout.task_dir),
        "LAMBDA_RUNTIME_DIR": str(layout.runtime_dir),
        "_HANDLER": HANDLER,
        "AWS_REGION": settings.region,
        "AWS_DEFAULT_REGION": settings.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": names.base,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_GROUP_NAME": names.log_group,
        "AWS_LAMBDA_LOG_LEVEL": settings.log_level,
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
    }


def secrets_from(environ: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """Return those of the wanted secrets that are set here, as `name` or as NAME with `_`, by their own names."""
    found = {name: environ.get(name, environ.get(_variable(name))) for name in wanted}
    return {name: value for name, value in found.items() if value is not None}


def differences(settings: Settings, machine: Machine, environ: Mapping[str, str]) -> list[str]:
    """Return what is otherwise here than on Lambda, in words."""
    found = []
    if settings.runtime != machine.runtime:
        found.append(f"Lambda will run it with {settings.runtime}; here it is {machine.runtime}")
    secrets = secrets_from(environ, settings.secrets)
    found += [
        f"secret {name!r} is not set here: export {_variable(name)}=..."
        for name in settings.secrets
        if name not in secrets
    ]
    return found


def _variable(secret: str) -> str:
    return secret.upper().replace("-", "_").replace(".", "_")


def check_machine(package: Package, settings: Settings, machine: Machine) -> None:
    """Raise BadSettings if the zip has compiled modules that this machine cannot import."""
    for path in package.files:
        if not path.endswith(".so"):
            continue
        tag = _TAG.search(path)
        if package.architecture != machine.architecture or (tag and f"python3.{tag[1]}" != machine.runtime):
            raise BadSettings(
                f"the zip is for {settings.runtime} on {package.architecture} and has compiled modules ({path}); "
                f"this is {machine.runtime} on {machine.architecture}, which cannot import them: leave --runtime and "
                "--arch out, and the zip is for this machine"
            )
