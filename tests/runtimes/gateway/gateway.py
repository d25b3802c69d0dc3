"""A gateway on a port of this machine, and what it is asked: called, controlled, looked at."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.conformance import Reply, Request

from .. import http
from ..processes import TIMEOUT_S

T = TypeVar("T")


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


def until(look: Callable[[], T | None], what: str) -> T:
    """Return what `look` returns once that is true."""
    give_up = time.monotonic() + TIMEOUT_S
    while not (found := look()):
        assert time.monotonic() < give_up, f"no {what} in {TIMEOUT_S} s"
        time.sleep(0.02)
    return found
