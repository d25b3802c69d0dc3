"""The gateway as users run it: a process of its own, and what it is asked."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .gateway_calls import Answer, call, until
from .servers import Child, running

ROOT = Path(__file__).parents[1]


class GatewayError(Exception):
    """The gateway refused what a bench asked of it: has its answer."""


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs, and what it is asked."""

    child: Child
    port: int
    password: str

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """Send a request to the control plane, logged in."""
        token = base64.b64encode(f"admin:{self.password}".encode()).decode()
        encoded = b"" if body is None else json.dumps(body).encode()
        return call(self.port, path, method, {"Authorization": f"Basic {token}"}, encoded)

    def control(self, method: str, path: str, body: Any = None) -> bytes:
        """Send a request to the control plane and return the answer's body. Raises GatewayError if it fails."""
        answer = self.ask(method, path, body)
        if answer.status not in (200, 202):
            raise GatewayError(f"{method} {path}: {answer.status} {answer.body.decode(errors='replace')}")
        return answer.body

    def counts(self, name: str) -> tuple[int, int]:
        """Return how many replicas of a function run, and how many of them take requests."""
        found = {one["name"]: one for one in json.loads(self.control("GET", "/system/functions"))}.get(name, {})
        return found.get("replicas", 0), found.get("availableReplicas", 0)

    def open_calls(self) -> int:
        """Return how many asynchronous calls have not come to an end, of all functions."""
        counts = json.loads(self.control("GET", "/system/async?limit=1"))["counts"]
        return sum(states["waiting"] + states["running"] for states in counts.values())

    def scale(self, name: str, replicas: int) -> None:
        """Have so many replicas, and wait until they are there."""
        self.control("POST", f"/system/scale-function/{name}", {"serviceName": name, "replicas": replicas})
        self.wait_for(name, replicas)

    def wait_for(self, name: str, replicas: int) -> None:
        """Wait until a function has so many replicas, and all of them take requests."""
        until(lambda: self.counts(name) == (replicas, replicas), f"{replicas} replicas of {name}")


@contextmanager
def serve(*arguments: str, state_dir: Path, port: int = 0) -> Iterator[Gateway]:
    """Give a gateway that answers; port 0 is any that is free. Raises NotStarted."""
    program = (sys.executable, "-m", "portable", "gateway")
    command = (*program, "--port", str(port), "--state-dir", str(state_dir), *arguments)
    said = re.compile(r"serving the OpenFaaS REST API over \w+ on http://127\.0\.0\.1:(\d+)\n")

    def is_up(child: Child) -> bool:
        return bool(said.search(child.written()))

    with running("the gateway", command, is_up, folder=ROOT, environ={}) as child:
        found = said.search(child.written())
        password = (state_dir / "basic-auth-password").read_text(encoding="utf-8").strip()
        yield Gateway(child, int(found[1]) if found else 0, password)
