"""What a function's process is started with: command, port, environment and secrets."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ....stack.errors import Refused, Unavailable
from ....stack.messages import FunctionDeployment
from ...secrets import SecretStore

HOST = "127.0.0.1"
ROOT_DIR = Path(__file__).resolve().parents[4]
# Below the ports that systems give to connections (from 32768 on Linux, 49152 elsewhere): none of those can take one
# between its choice and its use.
_PORTS = range(20_000, 32_000)
_NOT_INHERITED = ("HANDLER", "HOST", "PORT")  # they would change what is served, and where
_DEFAULTS = {"PYTHONUNBUFFERED": "1", "healthcheck_interval": "0s"}  # the gateway has drained it before it stops it


def command_for(command: Sequence[str], handler_dir: Path, port: int, grace_s: float) -> Sequence[str]:
    """Return what starts `command` for a folder's function as a child of the gateway's, to be run in ROOT_DIR."""
    child = (sys.executable, "-m", "portable.gateway.providers.process.child", f"{grace_s:g}")
    return [*child, *command, "--function", str(handler_dir), "--host", HOST, "--port", str(port)]


def package_dirs(command: Sequence[str]) -> list[Path]:
    """Return the folder of the package in ROOT_DIR that a command runs: a change there is one of every function."""
    match command:
        case ["python", "-m", module, *_]:
            package_dir = ROOT_DIR / module.partition(".")[0]
            return [package_dir] if package_dir.is_dir() else []
    return []


def environ_for(deployment: FunctionDeployment, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return a function's environment: what it inherits but for the gateway's own settings, then its own."""
    own = {name for name in inherited if name.startswith("GATEWAY_") or name in _NOT_INHERITED}
    return {
        **{name: value for name, value in inherited.items() if name not in own},
        **_DEFAULTS,
        **({"fprocess": deployment.env_process} if deployment.env_process else {}),
        **deployment.env_vars,
        "OPENFAAS_NAME": deployment.name.name,
        "OPENFAAS_NAMESPACE": deployment.name.namespace,
    }


def secret_values(secrets: SecretStore, deployment: FunctionDeployment) -> dict[str, str]:
    """Return a function's secrets by name. Raises Refused if one is missing, or cannot be in an environment.

    Under their own names (`api-key`), which `context.secret` looks for first: in capitals, `path` would be PATH.
    """
    values = {}
    for name in deployment.secrets:
        value = secrets.find(deployment.name.namespace, name).read_bytes()
        if b"\0" in value:
            raise Refused(f"secret {name!r} has a NUL in it, which the environment of a process cannot have")
        values[name] = os.fsdecode(value.removesuffix(b"\n"))
    return values


def free_port(taken: Collection[int]) -> int:
    """Return a port of HOST that is not in `taken`, and that nobody listens on now. Raises Unavailable."""
    for port in random.sample(_PORTS, 100):
        with suppress(OSError):
            if port not in taken:
                socket.create_server((HOST, port)).close()
                return port
    raise Unavailable(f"no free port on {HOST} for a function: 100 from {_PORTS[0]} to {_PORTS[-1]} are taken")
