"""docker compose and docker, as programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence

from ..deploying.errors import DeployError
from ..deploying.spelling import spelled


def compose_command(environ: Mapping[str, str]) -> list[str]:
    """Return the plugin's command where there is one, else the older program's. Raises DeployError."""
    docker, older = _found("docker", environ), _found("docker-compose", environ)
    if docker and not _asked([docker, "compose", "version"], environ).returncode:
        return [docker, "compose"]
    if older:
        return [older]
    raise DeployError(
        f"docker compose is missing: install its plugin, or docker-compose; `{spelled('dev')}` needs neither"
    )


def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command, which prints to this one's terminal; return its exit code."""
    return subprocess.run(command, env=environ, check=False).returncode


def remove_deployed(network: str, environ: Mapping[str, str]) -> None:
    """Remove the containers that a gateway on a network has started. Raises DeployError."""
    docker = _found("docker", environ)
    if not docker:
        raise DeployError("docker is missing, which removes what was deployed: install its command line")
    listed = _succeeded([docker, "ps", "-aq", "--filter", f"label=com.openfaas.gateway.network={network}"], environ)
    if containers := listed.split():
        _succeeded([docker, "rm", "--force", *containers], environ)


def _succeeded(command: Sequence[str], environ: Mapping[str, str]) -> str:
    done = _asked(command, environ)
    if done.returncode:
        raise DeployError(f"{' '.join(command[:2])}: {done.stderr.strip()}")
    return done.stdout


def _asked(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def _found(program: str, environ: Mapping[str, str]) -> str | None:
    return shutil.which(program, path=environ.get("PATH"))
