"""What a function's process is started with: command, port, environment and secrets."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ....deploying.errors import BadSettings
from ....project.environment import Environment
from ....project.functions import Function
from ....project.variables import find_secret, read_secret
from ....stack.errors import Refused, Unavailable
from ....stack.messages import FunctionDeployment, FunctionName
from ....stack.stack_file import StackFunction, read_environment
from ...secrets import SecretStore

HOST = "127.0.0.1"
TOOL_DIR = Path(__file__).resolve().parents[4]
CHILD = Path(__file__).with_name("child.py")
Environments = Callable[[Function], Environment]
# Below the ports that systems give to connections (from 32768 on Linux, 49152 elsewhere): none of those can take one
# between its choice and its use.
_PORTS = range(20_000, 32_000)
_NOT_INHERITED = ("HANDLER", "HOST", "PORT")  # they would change what is served, and where
_DEFAULTS = {"PYTHONUNBUFFERED": "1", "healthcheck_interval": "0s"}  # the gateway has drained it before it stops it


def environment_of(function: Function, make: Environments) -> Environment:
    """Return a function's own environment, which is made if its requirements changed. Raises Refused."""
    try:
        return make(function)
    except BadSettings as error:
        raise Refused(str(error)) from error


def command_for(
    made: Environment, command: Sequence[str], handler_dir: Path, port: int, grace_s: float
) -> Sequence[str]:
    """Return what starts `command` for a folder's function, in its environment, as a child of the gateway's."""
    own = ("--function", str(handler_dir), "--host", HOST, "--port", str(port))
    return made.command(str(CHILD), f"{grace_s:g}", *command, *own)


def package_dirs(command: Sequence[str]) -> list[Path]:
    """Return the folder of our own package that a command runs: a change there is one of every function."""
    match command:
        case ["python", "-m", module, *_]:
            package_dir = TOOL_DIR / module.partition(".")[0]
            return [package_dir] if package_dir.is_dir() else []
    return []


def environ_for(function: StackFunction, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return a function's environment: what it inherits but for the gateway's own settings, then its own.

    The files of its environment_file are read now. Raises Refused.
    """
    deployment = function.deployment
    own = {name for name in inherited if name.startswith("GATEWAY_") or name in _NOT_INHERITED}
    return {
        **{name: value for name, value in inherited.items() if name not in own},
        **_DEFAULTS,
        **({"fprocess": deployment.env_process} if deployment.env_process else {}),
        **function.environment,
        **read_environment(function.environment_files, str(deployment.name)),
        "OPENFAAS_NAME": deployment.name.name,
        "OPENFAAS_NAMESPACE": deployment.name.namespace,
    }


def secret_values(
    secrets: SecretStore, deployment: FunctionDeployment, root: Path, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return a function's secrets by name: of the gateway, else of the project. Raises Refused if one is missing.

    Under their own names (`api-key`), which `context.secret` looks for first: in capitals, `path` would be PATH.
    """
    try:
        return {name: _secret_value(secrets, deployment.name, name, root, environ) for name in deployment.secrets}
    except BadSettings as error:
        raise Refused(str(error)) from error


def _secret_value(
    secrets: SecretStore, function: FunctionName, name: str, root: Path, environ: Mapping[str, str]
) -> str:
    if not secrets.exists(function.namespace, name):
        found = find_secret(name, root, environ)
        if found is not None:
            return found
    return read_secret(secrets.find(function.namespace, name))


def free_port(taken: Collection[int]) -> int:
    """Return a port of HOST that is not in `taken`, and that nobody listens on now. Raises Unavailable."""
    for port in random.sample(_PORTS, 100):
        with suppress(OSError):
            if port not in taken:
                socket.create_server((HOST, port)).close()
                return port
    raise Unavailable(f"no free port on {HOST} for a function: 100 from {_PORTS[0]} to {_PORTS[-1]} are taken")
