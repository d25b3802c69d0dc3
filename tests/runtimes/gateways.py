"""The gateway as users run it, a process of its own or docker compose, with functions to call: what its tests share."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import yaml
from docker.errors import APIError

from tests.conformance import Reply, Request
from tests.gateway.engine import client, remove_network
from tests.tools import require

from . import http
from .containers import image
from .processes import REPOSITORY_DIR, TIMEOUT_S, Server, python, running

T = TypeVar("T")
TRAFFIC = REPOSITORY_DIR / "tests" / "functions" / "traffic"
AS_ON_A_CLUSTER = {"LOG_LEVEL": "WARNING"}
Labels = Mapping[str, str]


@dataclass
class Gateway:
    """A gateway on a port of this machine, and what it is asked."""

    port: int
    password: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, name: str, path: str = "/", body: bytes = b"", *headers: tuple[str, str]) -> Reply:
        """Call a function."""
        return http.send(Request("POST", f"/function/{name}{path}", headers, body), self.port)

    @property
    def login(self) -> tuple[str, str]:
        """Return the header that says who asks."""
        return "Authorization", "Basic " + base64.b64encode(f"admin:{self.password}".encode()).decode()

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """Send a request to the control plane, logged in."""
        encoded = b"" if body is None else json.dumps(body).encode()
        return http.send(Request(method, path, (self.login,), encoded), self.port)

    def control(self, method: str, path: str, body: Any = None) -> Reply:
        """Send a request to the control plane, logged in; it must not fail."""
        reply = self.ask(method, path, body)
        assert reply.status in (200, 202), reply
        return reply

    def statuses(self) -> dict[str, dict[str, Any]]:
        """Return what is listed, by name."""
        return {one["name"]: one for one in self.control("GET", "/system/functions").json()}

    def in_flight(self, name: str) -> int:
        """Return how many calls of a function have begun and not ended, by the gateway's metrics."""
        lines = http.send(Request("GET", "/metrics"), self.port).body.decode().splitlines()

        def total(metric: str) -> int:
            ours = [
                one for one in lines if one.startswith(metric + "{") and f'function_name="{name}.openfaas-fn"' in one
            ]
            return sum(int(float(one.rpartition(" ")[2])) for one in ours)

        return total("gateway_function_invocation_started") - total("gateway_function_invocation_total")

    def scale(self, name: str, replicas: int) -> None:
        """Have so many replicas, and wait until they are there."""
        self.control("POST", f"/system/scale-function/{name}", {"serviceName": name, "replicas": replicas})
        self.wait_for(name, replicas)

    def wait_for(self, name: str, replicas: int) -> None:
        """Wait until a function has so many replicas, and all of them are available."""

        def are_there() -> bool:
            found = self.statuses().get(name, {})
            return (found.get("replicas"), found.get("availableReplicas")) == (replicas, replicas)

        until(are_there, f"{replicas} replicas of {name}")


class Place(Protocol):
    """Where functions run, and what is done to them besides through the gateway."""

    gateway: Gateway

    def update(self, name: str, version: str) -> None:
        """Have a function's next version roll out; its VERSION is what the function tells. Does not wait for it."""

    def replicas(self, name: str) -> dict[str, str]:
        """Return the state of each of a function's replicas, by name: "running", "paused" or "stopped"."""

    def kill(self, name: str) -> str:
        """Kill a replica of a function with SIGKILL and return its name, or "" if that is not known."""

    def release(self, name: str) -> None:
        """Let the requests that a function's replicas hold go on."""

    def restart_gateway(self) -> None:
        """Kill the gateway with SIGKILL, and start it again on the same port."""


@dataclass
class _Process:
    """A gateway that is a process, which may be killed and started again on the same port."""

    arguments: Sequence[str]
    state_dir: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def start(self, port: int = 0) -> tuple[Server, Gateway]:
        flags = ("--port", str(port), "--state-dir", str(self.state_dir), *self.arguments)
        server = self.stack.enter_context(running(python("gateway", *flags)))
        said = server.wait_for_line("serving the OpenFaaS REST API")
        found = re.search(r":(\d+)$", said.strip())
        assert found, said
        password = (self.state_dir / "basic-auth-password").read_text()
        return server, Gateway(int(found[1]), password)


class OverProcesses:
    """The functions of a stack file as processes; their source is in a folder each."""

    def __init__(self, folder: Path, functions: Mapping[str, Labels], source: Path) -> None:
        self.folder = folder
        for name in functions:
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        stack_path = folder / "stack.yml"
        stack_path.write_text(yaml.safe_dump(stack_of(functions)))
        self._process = _Process(("--provider", "process", "--stack", str(stack_path)), folder / "state")
        self._server, self.gateway = self._process.start()

    def update(self, name: str, version: str) -> None:
        (self.folder / name / "version.txt").write_text(version)

    def replicas(self, name: str) -> dict[str, str]:
        pids = self._pids(name)
        return {str(pid): "paused" if _state(pid) == "T" else "running" for pid in pids}

    def kill(self, name: str) -> str:
        pid = self._pids(name)[0]
        os.kill(pid, signal.SIGKILL)
        return ""

    def release(self, name: str) -> None:
        for pid in self._pids(name):
            if _handles(pid, signal.SIGUSR1):  # else it has only just started, and would end of it
                os.kill(pid, signal.SIGUSR1)

    def restart_gateway(self) -> None:
        self._server.process.kill()
        self._server.process.wait(TIMEOUT_S)
        self._server, self.gateway = self._process.start(self.gateway.port)

    def close(self) -> None:
        self._process.stack.close()

    def _pids(self, name: str) -> list[int]:
        """Return the processes that serve a function's folder."""
        pids = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if b"gateway.process_child" in words and str(self.folder / name).encode() in words:
                pids.append(int(path.parent.name))
        return sorted(pids)


class OverDocker:
    """Functions as containers on a network of the test's own, deployed of one image."""

    def __init__(self, folder: Path, functions: Mapping[str, Labels], source: Path, stack: ExitStack) -> None:
        self.image = stack.enter_context(image(source))
        self.network = f"gateway-test-{uuid4().hex[:12]}"
        stack.callback(remove_network, self.network)
        self.engine = client()
        stack.callback(self.engine.close)
        self._functions = functions
        self._process = _Process(("--provider", "docker", "--network", self.network), folder / "state")
        stack.callback(self._process.stack.close)
        self._server, self.gateway = self._process.start()
        for name in functions:
            self._deploy("POST", name)

    def update(self, name: str, version: str) -> None:
        self._deploy("PUT", name, VERSION=version)

    def replicas(self, name: str) -> dict[str, str]:
        states = {"running": "running", "paused": "paused"}
        return {one.name: states.get(one.status, "stopped") for one in self.containers(name)}

    def kill(self, name: str) -> str:
        container = self.containers(name)[0]
        container.kill("SIGKILL")
        killed: str = container.name
        return killed

    def release(self, name: str) -> None:
        for container in self.containers(name):
            with suppress(APIError):  # it has ended
                container.kill("SIGUSR1")

    def restart_gateway(self) -> None:
        self._server.process.kill()
        self._server.process.wait(TIMEOUT_S)
        self._server, self.gateway = self._process.start(self.gateway.port)

    def containers(self, name: str) -> list[Any]:
        """Return a function's containers, in any state."""
        filters = {"network": self.network, "label": f"com.openfaas.function={name}"}
        found: list[Any] = self.engine.containers.list(all=True, filters=filters, ignore_removed=True)
        return found

    def run(self, name: str) -> Any:
        """Run a container with the label by which the gateway adopts it, as docker compose would."""
        return self.engine.containers.run(
            self.image,
            detach=True,
            network=self.network,
            labels={"com.openfaas.function": name},
            environment=AS_ON_A_CLUSTER,
            read_only=True,
            tmpfs={"/tmp": ""},
        )

    def _deploy(self, method: str, name: str, **env_vars: str) -> None:
        deployment = {
            "service": name,
            "image": self.image,
            "labels": dict(self._functions[name]),
            "envVars": {**AS_ON_A_CLUSTER, **env_vars},
            "readOnlyRootFilesystem": True,
        }
        self.gateway.control(method, "/system/functions", deployment)


@contextmanager
def over_processes(folder: Path, functions: Mapping[str, Labels], source: Path = TRAFFIC) -> Iterator[OverProcesses]:
    """Run a gateway over processes, with a function for each name, all of one source; all of them are ready."""
    place = OverProcesses(folder, functions, source)
    try:
        _wait_until_ready(place.gateway, functions)
        yield place
    finally:
        place.close()


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
                "environment": AS_ON_A_CLUSTER,
            }
            for name, labels in functions.items()
        },
    }


def until(look: Callable[[], T | None], what: str) -> T:
    """Return what `look` returns once that is true."""
    give_up = time.monotonic() + TIMEOUT_S
    while not (found := look()):
        assert time.monotonic() < give_up, f"no {what} in {TIMEOUT_S} s"
        time.sleep(0.02)
    return found


def _wait_until_ready(gateway: Gateway, functions: Mapping[str, Labels]) -> None:
    for name, labels in functions.items():
        gateway.wait_for(name, int(labels.get("com.openfaas.scale.min", 1)))


def _handles(pid: int, number: signal.Signals) -> bool:
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (number - 1) & 1)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
