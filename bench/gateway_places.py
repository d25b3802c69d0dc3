"""A gateway over Docker and over processes, with functions that are ready: where its benches measure.

What is started here is removed at the end, also after an error: the gateway, its containers and their network. The
images are kept, as the engine's cache is.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import docker
import yaml
from docker.errors import DockerException

from portable.gateway.providers.process.launch import CHILD

from .gateway_calls import call, until
from .gateway_server import ROOT, Gateway, serve

SAMPLE = ROOT / "tests" / "sample" / "function"
TRAFFIC = Path(__file__).parent / "peers" / "traffic"
FUNCTION_LABEL = "com.openfaas.function"
MINIMUM = "com.openfaas.scale.min"
QUIET = {"LOG_LEVEL": "WARNING"}
Labels = Mapping[str, str]


class Place(Protocol):
    """A gateway and its functions, each of them ready, and what is done to them besides through the gateway."""

    gateway: Gateway

    def address(self, name: str) -> tuple[str, int]:
        """Return host and port of a function's only replica."""

    def update(self, name: str, version: str) -> None:
        """Have a function's next version roll out; it may go on."""

    def kill(self, name: str) -> float:
        """Kill a replica of a function with SIGKILL; return when, on the clock of `time.monotonic`."""


class OverProcesses:
    """Functions of a stack file as processes of this machine; each has a copy of the source."""

    def __init__(
        self, functions: Mapping[str, Labels], source: Path, stack: ExitStack, *, flags: Sequence[str] = ()
    ) -> None:
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._stack = stack
        for name in functions:
            shutil.copytree(source, self._folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        stack_path = self._folder / "stack.yml"
        stack_path.write_text(yaml.safe_dump(_stack_file(functions)), encoding="utf-8")
        self._arguments = ("--provider", "process", "--stack", str(stack_path), *flags)
        self.gateway = self._serve(0)

    def restart(self) -> None:
        """Kill the gateway with SIGKILL, and start it again on its port and its folder."""
        os.kill(self.gateway.child.pid, signal.SIGKILL)
        self.gateway = self._serve(self.gateway.port)

    def runs(self, name: str) -> dict[str, list[float]]:
        """Return when each call reached a function that notes it, on the clock of `time.monotonic`, by its id."""
        found: dict[str, list[float]] = {}
        path = self._folder / name / "runs.log"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            call_id, began_s = line.split()
            found.setdefault(call_id, []).append(float(began_s))
        return found

    def address(self, name: str) -> tuple[str, int]:
        (port,) = self._processes(name).values()
        return "127.0.0.1", port

    def update(self, name: str, version: str) -> None:
        with (self._folder / name / "handler.py").open("a", encoding="utf-8") as handler:
            handler.write(f"# {version}\n")

    def kill(self, name: str) -> float:
        pid = next(iter(self._processes(name)))
        killed_s = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        return killed_s

    def _serve(self, port: int) -> Gateway:
        return self._stack.enter_context(serve(*self._arguments, state_dir=self._folder / "state", port=port))

    def _processes(self, name: str) -> dict[int, int]:
        """Return the port that each process of a function listens on, by the process's id."""
        found = {}
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace").split("\0")
            except OSError:  # it has ended
                continue
            if str(CHILD) in words and str(self._folder / name) in words:
                found[int(path.parent.name)] = int(words[words.index("--port") + 1])
        return found


class OverDocker:
    """Functions as containers on a network of their own, all of one image."""

    def __init__(self, functions: Mapping[str, Labels], source: Path, stack: ExitStack, *, threads: int = 0) -> None:
        self._functions = functions
        self._engine: Any = docker.from_env()
        stack.callback(self._engine.close)
        self.image = _build(self._engine, source, threads)
        self.network = f"portable-bench-{uuid4().hex[:12]}"
        stack.callback(self._remove)
        arguments = ("--provider", "docker", "--network", self.network)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.gateway = stack.enter_context(serve(*arguments, state_dir=folder / "state"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda name: self._deploy("POST", name), functions))

    def address(self, name: str) -> tuple[str, int]:
        (container,) = self.containers(name)
        return container.attrs["NetworkSettings"]["Networks"][self.network]["IPAddress"], 8080

    def update(self, name: str, version: str) -> None:
        self._deploy("PUT", name, VERSION=version)

    def kill(self, name: str) -> float:
        container = self.containers(name)[0]
        killed_s = time.monotonic()
        container.kill("SIGKILL")
        return killed_s

    def containers(self, name: str) -> list[Any]:
        """Return a function's containers that run."""
        found: list[Any] = self._engine.containers.list(
            filters={"network": self.network, "label": f"{FUNCTION_LABEL}={name}"}, ignore_removed=True
        )
        return found

    def run(self, name: str = "") -> Any:
        """Run a container that the gateway did not make: it adopts one with a name, as of a compose service."""
        labels = {FUNCTION_LABEL: name, "com.docker.compose.config-hash": "the same"} if name else {}
        return self._engine.containers.run(
            self.image, detach=True, network=self.network, labels=labels, environment=QUIET
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

    def _remove(self) -> None:
        for container in self._engine.containers.list(all=True, filters={"network": self.network}, ignore_removed=True):
            container.remove(force=True, v=True)
        for network in self._engine.networks.list(names=[self.network]):
            network.remove()


@contextmanager
def over_processes(
    functions: Mapping[str, Labels], source: Path = TRAFFIC, *, flags: Sequence[str] = ()
) -> Iterator[OverProcesses]:
    """Give a gateway over processes with these functions, by name; their labels are their annotations as well."""
    with ExitStack() as stack:
        yield _ready(OverProcesses(functions, source, stack, flags=flags), functions)


@contextmanager
def over_docker(functions: Mapping[str, Labels], source: Path = TRAFFIC, *, threads: int = 0) -> Iterator[OverDocker]:
    """Give a gateway over Docker with these functions, which are ready; `threads` of each, 0 for as many as it has."""
    with ExitStack() as stack:
        yield _ready(OverDocker(functions, source, stack, threads=threads), functions)


DOCKER, PROCESSES = "Docker", "processes"
PLACES: Mapping[str, Callable[..., AbstractContextManager[Place]]] = {DOCKER: over_docker, PROCESSES: over_processes}


def places() -> dict[str, Callable[..., AbstractContextManager[Place]]]:
    """Return where can be measured; where not is printed, and why."""
    why = {}
    try:
        engine: Any = docker.from_env(timeout=30)
        _build(engine, TRAFFIC, 0)
        engine.close()
    except DockerException as error:
        why[DOCKER] = f"no engine answers, or none that can build the function's image: {error}"
    if not Path("/proc/self/cmdline").exists():
        why[PROCESSES] = "there is no /proc to find them by"
    for name, reason in why.items():
        print(f"\nMISSING: {name}, {reason}")
    return {name: place for name, place in PLACES.items() if name not in why}


def _ready(place: Any, functions: Mapping[str, Labels]) -> Any:
    """Return the place once every function has answered, and has its replicas; one that rests by then has neither."""
    gateway: Gateway = place.gateway
    for name, labels in functions.items():
        until(partial(_answers, gateway, name), f"answer of {name}")
        if MINIMUM in labels:
            gateway.wait_for(name, int(labels[MINIMUM]))
    return place


def _answers(gateway: Gateway, name: str) -> bool:
    return call(gateway.port, f"/function/{name}").status == 200


def _stack_file(functions: Mapping[str, Labels]) -> dict[str, Any]:
    def function(name: str, labels: Labels) -> dict[str, Any]:
        settings = {"lang": "portable", "handler": f"./{name}", "image": f"local/{name}:latest"}
        return {**settings, "labels": dict(labels), "annotations": dict(labels), "environment": QUIET}

    return {
        "version": "1.0",
        "provider": {"name": "openfaas"},
        "functions": {name: function(name, labels) for name, labels in functions.items()},
    }


def _build(engine: Any, source: Path, threads: int) -> str:
    """Build the image of a function as docker compose does, and return its name."""
    dockerfile = (ROOT / "template" / "portable" / "Dockerfile").read_text(encoding="utf-8")
    if threads:
        dockerfile += f'CMD ["python", "-m", "platforms.openfaas", "--threads", "{threads}"]\n'
    tag = f"portable-bench/{source.name}:{threads or 'latest'}"
    with tempfile.TemporaryDirectory() as folder:
        for path in (ROOT / "platforms", ROOT / "requirements", source):
            name = "function" if path is source else path.name
            shutil.copytree(path, Path(folder) / name, ignore=shutil.ignore_patterns("__pycache__"))
        (Path(folder) / "Dockerfile").write_text(dockerfile, encoding="utf-8")
        began_s = time.monotonic()
        base = os.environ.get("PYTHON_IMAGE", "python:3.13-slim")
        engine.images.build(path=folder, buildargs={"PYTHON_IMAGE": base}, tag=tag, rm=True)
        if time.monotonic() - began_s > 5:
            print(f"built {tag} in {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    return tag
