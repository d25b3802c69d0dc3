"""A gateway with functions for its dashboard; one of them answers, prints and is annotated with what must not run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conformance import Reply, Request
from tests.runtimes import http
from tests.runtimes.gateway.gateway import Gateway, until
from tests.runtimes.processes import python, running

OWN = "<script>window.owned = 1</script><img src=x onerror='window.owned = 2'>"
ECHO = """
    def handle(event, context):
        print("echo was called", context.request_id, flush=True)
        said = [event.method, event.path, event.headers.get("x-own", ""), event.body.decode()]
        return {"statusCode": 201, "headers": {"X-Made": "here"}, "body": " ".join(said)}
"""
HOSTILE = f"""
    OWN = {OWN!r}

    def handle(event, context):
        print(OWN, context.request_id, flush=True)
        headers = {{"Content-Type": "text/html", "X-Own": OWN, "Content-Security-Policy": "script-src 'unsafe-inline'"}}
        return {{"statusCode": 200, "headers": headers, "body": "</pre></textarea>" + OWN}}
"""
FAILING = """
    def handle(event, context):
        return {"statusCode": 500, "body": "it fails"}
"""
RETRIED_ONCE = {"com.openfaas.retry.attempts": "2", "com.openfaas.retry.min_wait": "10ms"}


@dataclass(frozen=True)
class Function:
    """A function of a site."""

    handler: str
    fields: Mapping[str, Any]


FUNCTIONS = {
    "echo": Function(ECHO, {"environment": {"MODE": "the-value-of-a-variable"}, "limits": {"memory": "64Mi"}}),
    "scaled": Function(ECHO, {}),
    "removed": Function(ECHO, {}),
    "given-up": Function(ECHO, {}),
    "hostile": Function(
        HOSTILE, {"labels": {"note": OWN}, "annotations": {"note": OWN}, "environment": {OWN.replace("=", ""): "x"}}
    ),
    "failing": Function(FAILING, {"annotations": RETRIED_ONCE}),
    "timed": Function(ECHO, {"annotations": {"topic": "cron-function", "schedule": "0 0 1 1 *"}}),
}


PAGES = (
    "/",
    "/functions/echo",
    "/functions/echo/log",
    "/functions/echo/remove",
    "/calls",
    "/calls/call-of-echo",
    "/async",
    "/async/later-echo",
    "/async/dead-letter",
    "/cron",
    "/deploy",
    "/functions/nothing",
)
"""One of each kind, of a site with FUNCTIONS."""


@dataclass
class Site:
    """A gateway that runs."""

    gateway: Gateway

    def page(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self.gateway.url}/ui{path}"

    def later(self, name: str, call_id: str, body: bytes = b"{}") -> Reply:
        """Call a function asynchronously."""
        headers = (("X-Call-Id", call_id),)
        reply = http.send(Request("POST", f"/async-function/{name}", headers, body), self.gateway.port)
        assert reply.status == 202, reply
        return reply

    def wait_for(self, call_id: str, state: str) -> None:
        """Wait until an asynchronous call is in that state."""
        path = f"/async-function/{call_id}"
        until(lambda: self.gateway.control("GET", path).json()["state"] == state, f"{state} call {call_id}")


@contextmanager
def over_processes(folder: Path, functions: Mapping[str, Function]) -> Iterator[Site]:
    """Run a gateway with functions as processes."""
    written = {}
    for name, function in functions.items():
        (folder / name).mkdir()
        (folder / name / "handler.py").write_text(textwrap.dedent(function.handler))
        written[name] = {"lang": "portable", "handler": f"./{name}", "image": f"local/{name}:latest", **function.fields}
    stack = folder / "stack.yml"
    stack.write_text(yaml.safe_dump({"provider": {"name": "openfaas"}, "functions": written}))
    with serving(folder, "--provider", "process", "--stack", str(stack)) as site:
        for name in functions:
            site.gateway.wait_for(name, 1)
        yield site


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Site]:
    """Run a gateway on a free port."""
    state_dir = folder / "state"
    with running(python("portable", "gateway", "--port", "0", "--state-dir", str(state_dir), *arguments)) as server:
        said = server.wait_for_line("serving the OpenFaaS REST API")
        found = re.search(r":(\d+)$", said.strip())
        assert found, said
        yield Site(Gateway(int(found[1]), (state_dir / "basic-auth-password").read_text()))
