"""A gateway as a process that is killed again and again, and callers and a receiver that see it from outside."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.runtimes.gateway.gateway import Gateway
from tests.runtimes.gateway.gateways import stack_of
from tests.runtimes.processes import TIMEOUT_S, Server, python, running

SOURCE = Path(__file__).parents[3] / "functions" / "async_calls"
FUNCTION = "fn"
CALLERS = 8
ANNOTATIONS = {
    "com.openfaas.retry.attempts": "100",
    "com.openfaas.retry.min_wait": "100ms",
    "com.openfaas.retry.max_wait": "1s",
}


class Killable:
    """A gateway over one function, on one port and one folder, however often it is killed."""

    def __init__(self, folder: Path, stack: ExitStack, *flags: str) -> None:
        self._folder = folder
        self._stack = stack
        self._flags = flags
        shutil.copytree(SOURCE, folder / FUNCTION, ignore=shutil.ignore_patterns("__pycache__"))
        declared = stack_of({FUNCTION: {}})
        declared["functions"][FUNCTION]["annotations"] = ANNOTATIONS
        (folder / "stack.yml").write_text(yaml.safe_dump(declared))
        self._server, self.gateway = self._start(0)

    def kill(self) -> set[str]:
        """Kill the gateway with SIGKILL, start it again, and return the calls that were running."""
        self._server.process.kill()
        self._server.process.wait(TIMEOUT_S)
        with closing(sqlite3.connect(self._folder / "state" / "calls.db")) as db:
            ids = {str(row[0]) for row in db.execute("SELECT id FROM calls WHERE state = 'running'")}
        self._server, self.gateway = self._start(self.gateway.port)
        return ids

    def ran(self) -> Counter[str]:
        """Return how often the function has begun each call."""
        path = self._folder / FUNCTION / "ran.log"
        return Counter(path.read_text().split() if path.exists() else [])

    def _start(self, port: int) -> tuple[Server, Gateway]:
        state = self._folder / "state"
        flags = ("--provider", "process", "--stack", str(self._folder / "stack.yml"), "--state-dir", str(state))
        command = python("portable", "gateway", *flags, "--port", str(port), "--log-level", "WARNING", *self._flags)
        server = self._stack.enter_context(running(command))
        found = re.search(r":(\d+)$", server.wait_for_line("serving the OpenFaaS REST API").strip())
        assert found
        return server, Gateway(int(found[1]), (state / "basic-auth-password").read_text())


@contextmanager
def killable(folder: Path, *flags: str) -> Iterator[Killable]:
    """Give a gateway."""
    with ExitStack() as stack:
        yield Killable(folder, stack, *flags)


class Receiver:
    """Takes callbacks, and counts them by call."""

    def __init__(self) -> None:
        self.bodies: dict[str, set[bytes]] = {}
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, call_id: str, body: bytes) -> None:
        """Note a callback."""
        with self._lock:
            self.counts[call_id] += 1
            self.bodies.setdefault(call_id, set()).add(body)


@contextmanager
def receiver() -> Iterator[tuple[Receiver, str]]:
    """Give a receiver of callbacks, and its URL."""
    taken = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.take(self.headers["X-Call-Id"], body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield taken, f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send_until_accepted(port: int, call_id: str, callback_url: str, run_s: float) -> None:
    """Send a call until it is known to be accepted: 202, or 409 if an answer was lost in a kill."""
    headers = {"X-Call-Id": call_id, **({"X-Callback-Url": callback_url} if callback_url else {})}
    give_up_s = time.monotonic() + TIMEOUT_S
    while time.monotonic() < give_up_s:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)) as connection:
            try:
                connection.request("POST", f"/async-function/{FUNCTION}?s={run_s}", f"body of {call_id}", headers)
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException):
                status = 0
        if status in (202, 409):
            return
        assert status in (0, 429, 503), status
        time.sleep(0.05)  # it is being started again
    raise AssertionError(f"{call_id} was not accepted in {TIMEOUT_S} s")


class Accepted:
    """Lets callers send, and counts the calls that were accepted."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()
        self._allowed = threading.Semaphore(0)
        self._allowed_count = 0

    def allow(self, count: int) -> None:
        """Let callers send so many calls in all."""
        for _ in range(count - self._allowed_count):
            self._allowed.release()
        self._allowed_count = max(count, self._allowed_count)

    def wait_for(self, count: int) -> None:
        """Wait until so many were accepted."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.count >= count, TIMEOUT_S), f"{self.count} of {count} accepted"

    def send(self, port: int, call_id: str, callback_url: str, run_s: float) -> None:
        """Send a call once that is allowed, until it is accepted."""
        self._allowed.acquire()
        send_until_accepted(port, call_id, callback_url, run_s)
        with self._changed:
            self.count += 1
            self._changed.notify_all()


def storm(
    it: Killable, ids: Sequence[str], callback_url: str, *, kills: int, random: Random, run_s: float
) -> list[set[str]]:
    """Send all calls, half of them with a callback, and kill meanwhile; return what ran at each kill.

    At each kill some were accepted, some are on their way, and some are not sent yet: how many, and how long the
    gateway runs before they are sent, is drawn.
    """
    port, killed = it.gateway.port, []
    accepted = Accepted()
    with ThreadPoolExecutor(CALLERS) as callers:
        sent = [
            callers.submit(accepted.send, port, call_id, callback_url if number % 2 else "", run_s)
            for number, call_id in enumerate(ids)
        ]
        for count in sorted(random.sample(range(1, len(ids) - CALLERS), kills)):
            time.sleep(random.uniform(0.02, 1.2))  # the moment is what the test draws
            accepted.allow(count + CALLERS)
            accepted.wait_for(count)
            assert accepted.count < len(ids)
            killed.append(it.kill())
        accepted.allow(len(ids))
        for one in sent:
            one.result()
    return killed


def wait_for_all(it: Killable, count: int, limit_s: float) -> dict[str, int]:
    """Wait until no call is open any more; return how many are in which state."""
    give_up_s = time.monotonic() + limit_s
    while True:
        listed = it.gateway.control("GET", "/system/async?limit=1").json()["counts"]
        counts: dict[str, int] = listed[f"{FUNCTION}.openfaas-fn"]
        if not counts["waiting"] and not counts["running"]:
            return counts
        assert time.monotonic() < give_up_s, f"not ended in {limit_s} s: {counts} of {count}"
        time.sleep(0.1)  # between two looks


def result_of(it: Killable, call_id: str) -> Any:
    """Return the JSON that the function answered to a call."""
    reply = it.gateway.control("GET", f"/async-function/{call_id}/result")
    return json.loads(reply.body)
