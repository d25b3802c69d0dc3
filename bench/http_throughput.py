"""Requests per second over loopback, as wrk counts them: 16 connections that POST as fast as they are answered."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .contestants import ROOT, SAMPLE
from .report import Aim, Figures, gather
from .servers import answers, free_port, running

HERE = Path(__file__).parent
CONNECTIONS = 16
# one for each connection, or waitress logs its queue's depth instead of answering
THREADS = 16

BARE, OURS, FLASK = "bare WSGI on waitress", "ours on waitress", "Flask on waitress"
OURS_GRANIAN, OURS_OPENFAAS = "ours on granian", "ours as OpenFaaS (granian)"
TEMPLATE, FRAMEWORK = "Flask behind of-watchdog", "functions-framework"


@dataclass(frozen=True)
class Server:
    """How to start one contestant; `{port}` in a word is its port, `{upstream}` a second one for who needs it."""

    command: Sequence[str]
    folder: Path = HERE / "peers"
    environ: Mapping[str, str] = field(default_factory=dict)


def _waitress(app: str, port: str = "{port}") -> list[str]:
    return [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", f"--threads={THREADS}", app]


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, "--host", "127.0.0.1", "--port", "{port}", *arguments]


def _ours(module: str, server: str) -> Server:
    return Server(_python(module, "--server", server, "--threads", str(THREADS)), SAMPLE, {"PYTHONPATH": str(ROOT)})


SERVERS = {
    BARE: Server(_waitress("bare_wsgi:application")),
    OURS: _ours("platforms.wsgi", "waitress"),
    FLASK: Server(_waitress("flask_app:app")),
    OURS_GRANIAN: _ours("platforms.wsgi", "granian"),
    OURS_OPENFAAS: _ours("platforms.openfaas", "granian"),
    # as the python3-http template of https://github.com/openfaas/python-flask-template does it
    TEMPLATE: Server(
        ["of-watchdog"],
        environ={
            "mode": "http",
            "port": "{port}",
            "upstream_url": "http://127.0.0.1:{upstream}",
            "fprocess": " ".join(_waitress("flask_app:app", "{upstream}")),
        },
    ),
    FRAMEWORK: Server(_python("functions_framework", "--source", "functions_framework_app.py", "--target", "meditate")),
}


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims; without wrk nothing is measured."""
    if shutil.which("wrk") is None:
        print("\nHTTP: not measured, there is no wrk on PATH (apt-get install wrk)")
        return [Aim("HTTP", "there is no wrk on PATH", met=None)]
    missing = [name for name, server in SERVERS.items() if shutil.which(server.command[0]) is None]
    names = [name for name in SERVERS if name not in missing]
    seconds = 1 if quick else 2
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_running(name, SERVERS[name])) for name in names}
        for port in ports.values():
            _wrk(port, 1)
        figures = gather(names, lambda name: _wrk(ports[name], seconds), rounds or 11)
    baseline = FLASK if missing else TEMPLATE
    figures.show(f"HTTP: requests per second, {CONNECTIONS} connections, {THREADS} threads", "req/s", BARE, baseline)
    for name in missing:
        print(f"  MISSING: {name!r}, there is no {SERVERS[name].command[0]} on PATH (.ci/install gets it)")
    return _aims(figures, missing)


def _aims(figures: Figures, missing: Sequence[str]) -> list[Aim]:
    to_bare = figures.ratio(OURS, BARE)
    on_waitress = Aim("HTTP: ours on waitress at least 0.85x the bare callable", f"{to_bare:.2f}x", to_bare >= 0.85)
    text = "HTTP: ours on granian at least 8x the official OpenFaaS template"
    if TEMPLATE not in missing:
        to_template = figures.ratio(OURS_GRANIAN, TEMPLATE)
        return [on_waitress, Aim(text, f"{to_template:.2f}x", to_template >= 8)]
    to_flask = figures.ratio(OURS_GRANIAN, FLASK)
    measured = f"{to_flask:.2f}x its Flask without the watchdog, which can only make it slower"
    return [on_waitress, Aim(text, measured, met=True if to_flask >= 8 else None)]


@contextmanager
def _running(name: str, server: Server) -> Iterator[int]:
    """Start a server, and stop it at the end; gives the port on which it has answered."""
    ports = {"port": str(free_port()), "upstream": str(free_port())}
    command = [word.format(**ports) for word in server.command]
    settings = {key: value.format(**ports) for key, value in server.environ.items()}
    environ = {"LOG_LEVEL": "WARNING", **settings}
    port = int(ports["port"])
    with running(name, command, lambda _: answers(port, _is_meditation), folder=server.folder, environ=environ):
        yield port


def _is_meditation(status: int, body: bytes) -> bool:
    return status == 200 and b'"meditation"' in body


def _wrk(port: int, seconds: int) -> float:
    """Return the requests per second that wrk counts. Raises RuntimeError if any of them failed."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "-s",
        str(HERE / "post.lua"),
        f"http://127.0.0.1:{port}/",
    ]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None or "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"{' '.join(command)} had errors:\n{output}")
    return float(found[1])
