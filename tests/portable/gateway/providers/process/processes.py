"""Functions in folders of a test's own, the provider that runs them, and what it reports."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import TypeVar

from portable.gateway.config import Config
from portable.gateway.providers.base import Change, Replica
from portable.gateway.providers.process.launch import TOOL_DIR
from portable.gateway.providers.process.provider import ProcessProvider
from portable.gateway.secrets import SecretStore
from portable.project.environment import Environment
from portable.stack.messages import FunctionName, LogQuery
from portable.stack.stack_file import read_stack
from tests.conformance import Request
from tests.runtimes import http

TIMEOUT_S = 60.0
PID = "import os\n\ndef handle(event, context):\n    return str(os.getpid())\n"
THIS_PYTHON = Environment(Path(sys.executable))
"""In place of one that uv makes, for functions that require nothing; `platforms` is that of THIS_TREE."""

THIS_TREE = {**os.environ, "PYTHONPATH": str(TOOL_DIR)}
T = TypeVar("T")
Report = tuple[FunctionName, Change, str]


def write_function(folder: Path, handler: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "handler.py").write_text(textwrap.dedent(handler))
    return folder


def write_stack(folder: Path, *names: str, fields: str = "") -> Path:
    """Write a stack file with a function for each name, in the folder of that name; `fields` are YAML, for each."""
    lines = ["provider: {name: openfaas}", "functions:"]
    for name in names:
        lines += [f"  {name}:", "    lang: portable", f"    handler: ./{name}", f"    image: local/{name}:latest"]
        lines += textwrap.indent(textwrap.dedent(fields), "    ").splitlines()
    path = folder / "stack.yml"
    path.write_text("\n".join(lines))
    return path


def make_provider(
    stack_path: Path, environ: Mapping[str, str] | None = None, command: Sequence[str] = Config.process_command
) -> ProcessProvider:
    """Return a provider of a stack file's functions; its secrets are in `secrets`, beside the file."""
    return ProcessProvider(
        read_stack(stack_path, {}),
        stack_path=stack_path,
        secrets=secret_store(stack_path.parent),
        environ=THIS_TREE | dict(environ or {}),
        environments=lambda _: THIS_PYTHON,
        command=command,
        grace_s=TIMEOUT_S,
    )


def secret_store(folder: Path) -> SecretStore:
    return SecretStore(folder / "secrets")


@contextmanager
def providing(
    folder: Path,
    handler: str = PID,
    *,
    fields: str = "",
    environ: Mapping[str, str] | None = None,
    command: Sequence[str] = Config.process_command,
) -> Iterator[ProcessProvider]:
    """Provide one function, named fn, for the time of the block."""
    write_function(folder / "fn", handler)
    provider = make_provider(write_stack(folder, "fn", fields=fields), environ, command)
    try:
        yield provider
    finally:
        provider.close()


class Reports:
    """What a provider reports, from `watch` in a thread of its own until the provider is closed."""

    def __init__(self, provider: ProcessProvider) -> None:
        self._provider = provider
        self._queue: Queue[Report] = Queue()
        self._thread = threading.Thread(target=provider.watch, args=(lambda *report: self._queue.put(report),))
        self._thread.start()

    def wait_for(self, change: Change) -> Report:
        """Return the next report of that change."""
        return until(lambda: self._next(change, TIMEOUT_S), "a report")

    def wait_while(self, act: Callable[[], object], change: Change) -> Report:
        """Do something again and again until that change is reported: it may be done before anybody watches."""

        def attempt() -> Report | None:
            act()
            return self._next(change, 1)

        return until(attempt, "a report")

    def has_ended(self) -> bool:
        self._thread.join(TIMEOUT_S)
        return not self._thread.is_alive()

    def _next(self, change: Change, timeout_s: float) -> Report | None:
        try:
            report = self._queue.get(timeout=timeout_s)
        except Empty:
            return None
        return report if report[1] is change else None


def start(provider: ProcessProvider, revision: str = "1") -> Replica:
    """Return a replica of the first function that answers."""
    replica = provider.create(provider.declared()[0], revision)
    http.wait_for_port(replica.port, "/_/health")
    return replica


def call(replica: Replica, target: str = "/") -> str:
    reply = http.send(Request("GET", target), replica.port)
    assert reply.status == 200, reply
    return reply.body.decode()


def printed(provider: ProcessProvider, name: str = "fn") -> str:
    return "".join(message.text for message in provider.logs(LogQuery(FunctionName(name)), threading.Event()))


def until(look: Callable[[], T | None], what: str) -> T:
    """Return what `look` returns once that is true."""
    give_up = time.monotonic() + TIMEOUT_S
    while not (found := look()):
        assert time.monotonic() < give_up, f"no {what} in {TIMEOUT_S} s"
        time.sleep(0.02)
    return found


def state_of(pid: int | str) -> str:
    """Return the state of a process as `ps` has it: S, R, T (stopped) ...; "" if it is gone, or only to be buried."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return "" if state.startswith("Z") else state.strip()[:1]


def wait_until_gone(pids: Sequence[int | str]) -> None:
    until(lambda: not any(map(state_of, pids)), f"end of the processes {pids}")
