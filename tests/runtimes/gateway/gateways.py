"""The gateway as a process of its own, with functions to call: over processes, and over Docker."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from docker.errors import APIError

from portable.gateway.providers.process.launch import CHILD
from tests.portable.gateway.providers.docker.engine import client, remove_network
from tests.tools import require

from ..containers import image
from ..processes import REPOSITORY_DIR, TIMEOUT_S, Server, python, running
from .gateway import Gateway

TRAFFIC = REPOSITORY_DIR / "tests" / "functions" / "traffic"
QUIET = {"LOG_LEVEL": "WARNING"}
Labels = Mapping[str, str]


class _Place:
    """A gateway that is a process, and may be killed and started again on the same port."""

    def __init__(self, folder: Path, stack: ExitStack, *arguments: str) -> None:
        self._state_dir = folder / "state"
        self._stack = stack
        self._arguments = arguments
        self._server, self.gateway = self._start(0)

    def restart_gateway(self) -> None:
        """Kill the gateway with SIGKILL, and start it again on the same port."""
        self._server.process.kill()
        self._server.process.wait(TIMEOUT_S)
        self._server, self.gateway = self._start(self.gateway.port)

    def _start(self, port: int) -> tuple[Server, Gateway]:
        flags = ("--port", str(port), "--state-dir", str(self._state_dir), *self._arguments)
        server = self._stack.enter_context(running(python("portable", "gateway", *flags)))
        said = server.wait_for_line("serving the OpenFaaS REST API")
        found = re.search(r":(\d+)$", said.strip())
        assert found, said
        return server, Gateway(int(found[1]), (self._state_dir / "basic-auth-password").read_text())


class OverProcesses(_Place):
    """The functions of a stack file as processes; their source is in a folder each."""

    def __init__(self, folder: Path, functions: Mapping[str, Labels], source: Path, stack: ExitStack) -> None:
        self.folder = folder
        for name in functions:
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        stack_path = folder / "stack.yml"
        stack_path.write_text(yaml.safe_dump(stack_of(functions)))
        super().__init__(folder, stack, "--provider", "process", "--stack", str(stack_path))

    def update(self, name: str, version: str) -> None:
        """Have a function's next version roll out, which tells it; does not wait for it."""
        (self.folder / name / "version.txt").write_text(version)

    def replicas(self, name: str) -> dict[str, str]:
        """Return the state of each of a function's replicas: "running" or "paused"; those that are stopped are gone."""
        pids = self._pids(name)
        return {str(pid): "paused" if _state(pid) == "T" else "running" for pid in pids}

    def kill(self, name: str) -> str:
        """Kill a replica of a function with SIGKILL; its name is not known here."""
        pid = self._pids(name)[0]
        os.kill(pid, signal.SIGKILL)
        return ""

    def release(self, name: str) -> None:
        """Let the requests that a function's replicas hold go on."""
        for pid in self._pids(name):
            if _handles(pid, signal.SIGUSR1):  # else it has only just started, and would end of it
                os.kill(pid, signal.SIGUSR1)

    def _pids(self, name: str) -> list[int]:
        """Return the processes that serve a function's folder."""
        pids = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if str(CHILD).encode() in words and str(self.folder / name).encode() in words:
                pids.append(int(path.parent.name))
        return sorted(pids)


class OverDocker(_Place):
    """Functions as containers on a network of the test's own, deployed of one image."""

    def __init__(self, folder: Path, functions: Mapping[str, Labels], source: Path, stack: ExitStack) -> None:
        self.image = stack.enter_context(image(source))
        self.network = f"gateway-test-{uuid4().hex[:12]}"
        stack.callback(remove_network, self.network)
        self.engine = client()
        stack.callback(self.engine.close)
        self._functions = functions
        super().__init__(folder, stack, "--provider", "docker", "--network", self.network)
        for name in functions:
            self._deploy("POST", name)

    def update(self, name: str, version: str) -> None:
        """Update a function, which tells its version."""
        self._deploy("PUT", name, VERSION=version)

    def replicas(self, name: str) -> dict[str, str]:
        """Return the state of each of a function's replicas, by name: "running", "paused" or "stopped"."""
        states = {"running": "running", "paused": "paused"}
        return {one.name: states.get(one.status, "stopped") for one in self.containers(name)}

    def kill(self, name: str) -> str:
        """Kill a replica of a function with SIGKILL and return its name."""
        container = self.containers(name)[0]
        container.kill("SIGKILL")
        killed: str = container.name
        return killed

    def release(self, name: str) -> None:
        """Let the requests that a function's replicas hold go on."""
        for container in self.containers(name):
            with suppress(APIError):  # it has ended
                container.kill("SIGUSR1")

    def containers(self, name: str) -> list[Any]:
        """Return a function's containers, in any state."""
        filters = {"network": self.network, "label": f"com.openfaas.function={name}"}
        found: list[Any] = self.engine.containers.list(all=True, filters=filters, ignore_removed=True)
        return found

    def run(self, name: str) -> Any:
        """Run a container with the label by which the gateway adopts it, as docker compose would."""
        container = self._create(name)
        container.start()
        return container

    def create_within_a_second(self, name: str, count: int) -> list[Any]:
        """Make containers like those of `run` that the engine's list says were created at once; start none."""
        while True:
            made = [self._create(name) for _ in range(count)]
            if len({one.attrs["Created"][:19] for one in made}) == 1:
                return made
            for container in made:
                container.remove()

    def _create(self, name: str) -> Any:
        return self.engine.containers.create(
            self.image,
            network=self.network,
            labels={"com.openfaas.function": name},
            environment=QUIET,
            read_only=True,
            tmpfs={"/tmp": ""},
        )

    def _deploy(self, method: str, name: str, **env_vars: str) -> None:
        deployment = {
            "service": name,
            "image": self.image,
            "labels": dict(self._functions[name]),
            "envVars": {**QUIET, **env_vars},
            "readOnlyRootFilesystem": True,
        }
        self.gateway.control(method, "/system/functions", deployment)


Place = OverProcesses | OverDocker
"""Where functions run, and what is done to them besides through the gateway."""


@contextmanager
def over_processes(folder: Path, functions: Mapping[str, Labels], source: Path = TRAFFIC) -> Iterator[OverProcesses]:
    """Run a gateway over processes, with a function for each name, all of one source; all of them are ready."""
    with ExitStack() as stack:
        place = OverProcesses(folder, functions, source, stack)
        _wait_until_ready(place.gateway, functions)
        yield place


@contextmanager
def over_docker(folder: Path, functions: Mapping[str, Labels], source: Path = TRAFFIC) -> Iterator[OverDocker]:
    """Run a gateway over Docker, with a function for each name, all of one source; all of them are ready."""
    require("docker")
    with ExitStack() as stack:
        place = OverDocker(folder, functions, source, stack)
        _wait_until_ready(place.gateway, functions)
        yield place


def stack_of(functions: Mapping[str, Labels]) -> dict[str, Any]:
    """Return a stack file in which each function is in the folder of its name."""
    return {
        "version": "1.0",
        "provider": {"name": "openfaas"},
        "functions": {
            name: {
                "lang": "portable",
                "handler": f"./{name}",
                "image": f"local/{name}:latest",
                "labels": dict(labels),
                "environment": QUIET,
            }
            for name, labels in functions.items()
        },
    }


def _wait_until_ready(gateway: Gateway, functions: Mapping[str, Labels]) -> None:
    for name, labels in functions.items():
        gateway.wait_for(name, int(labels.get("com.openfaas.scale.min", 1)))


def _handles(pid: int, number: signal.Signals) -> bool:
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
