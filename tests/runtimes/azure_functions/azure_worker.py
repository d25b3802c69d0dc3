"""Azure's real worker library over the packaged function: started, asked as the host asks it, and its answers read.

The library exists from Python 3.13 on, and so does what it runs: https://github.com/Azure/azure-functions-python-worker/tree/dev/runtimes/v2
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portable.emulators import azure_functions as host
from portable.emulators.azure_cookies import Cookie
from portable.packaging.azure_functions import build
from portable.packaging.built import write
from tests.conformance import Driver, Reply, Request
from tests.platforms.azure_functions.driver import LIMITS

from .. import http
from ..processes import Server, running

CHILD = Path(__file__).with_name("azure_worker_child.py")
INVOCATION_ID = "00000000-0000-0000-0000-000000000001"


class Function(NamedTuple):
    """A function as the worker has indexed it: `bindings` are those that the host reads, `trigger` the first."""

    name: str
    function_id: str
    bindings: list[dict[str, Any]]

    @property
    def trigger(self) -> dict[str, Any]:
        return self.bindings[0]


class WorkerFailed(Exception):
    """The worker answered with the status Failure; holds the exception's message."""

    def __init__(self, exception: Mapping[str, str]) -> None:
        super().__init__(exception["message"])
        self.stack_trace = exception["stack_trace"]


@dataclass(frozen=True)
class Worker:
    """A worker that runs, and where its app is."""

    process: Server
    port: int
    app_dir: Path

    def ask(self, name: str, **message: Any) -> dict[str, Any]:
        """Send one message, in protobuf's JSON, and return the content of the answer; raises WorkerFailed."""
        answered = http.post_json("/", {"request_id": "r1", name: message}, self.port)
        assert answered.pop("request_id") == "r1"
        content: dict[str, Any]
        (content,) = answered.values()
        if content["result"]["status"] != "Success":
            raise WorkerFailed(content["result"]["exception"])
        return content

    def start(self) -> dict[str, str]:
        """Let the worker import the app, once, and return the capabilities that it claims."""
        started = self.ask("worker_init_request", host_version="4.1", function_app_directory=str(self.app_dir))
        capabilities: dict[str, str] = started["capabilities"]
        return capabilities

    def load(self) -> list[Function]:
        """Load the functions that a started worker has found, and return them."""
        indexed = self.ask("functions_metadata_request", function_app_directory=str(self.app_dir))
        assert not indexed["use_default_metadata_indexing"]
        found = []
        for one in indexed["function_metadata_results"]:
            self.ask("function_load_request", function_id=one["function_id"], metadata=one)
            bindings = [json.loads(binding) for binding in one["raw_bindings"]]
            found.append(Function(one["name"], one["function_id"], bindings))
        return found

    def invoke(
        self, function: Function, data: Mapping[str, Any], trigger_metadata: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Run a function with its trigger's data and metadata, each a TypedData; raises WorkerFailed."""
        return self.ask(
            "invocation_request",
            invocation_id=INVOCATION_ID,
            function_id=function.function_id,
            input_data=[{"name": function.trigger["name"], "data": data}],
            trigger_metadata=trigger_metadata or {},
        )


@dataclass(frozen=True)
class AzureWorkerDriver:
    """The worker behind the host's stand-in."""

    worker: Worker
    function: Function
    platform = "azure_functions worker"
    limits = LIMITS
    reply_limit_bytes = None

    def send(self, request: Request) -> Reply:
        """Invoke the HTTP function as the host does."""
        asked = host.to_rpc(request)._asdict()
        body = asked.pop("body")
        if body is not None:
            asked["body"] = {"bytes": base64.b64encode(body).decode()}
        try:
            answered = self.worker.invoke(self.function, {"http": asked})
        except WorkerFailed:
            return Reply(500, [], b"")
        return host.from_rpc(_answered(answered["return_value"]["http"]), request.method)


@contextmanager
def azure_worker(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the packaged function under the real worker library."""
    with worker(function_dir, LOG_LEVEL="CRITICAL") as started:
        yield [http_driver(started)]


def http_driver(started: Worker) -> AzureWorkerDriver:
    """Start a worker whose only function is behind HTTP, and return the way to it."""
    started.start()
    (function,) = started.load()
    return AzureWorkerDriver(started, function)


@contextmanager
def worker(function_dir: Path, **environ: str) -> Iterator[Worker]:
    """Package a function and start a worker for it, which has not been asked anything yet."""
    with tempfile.TemporaryDirectory() as folder:
        app_dir = Path(folder, "app")
        write(build(function_dir), app_dir)
        with worker_of(app_dir, **environ) as started:
            yield started


@contextmanager
def worker_of(app_dir: Path, *, python: str = sys.executable, **environ: str) -> Iterator[Worker]:
    """Start a worker for a folder with a function_app.py, on this Python or on another one that has the library."""
    if python == sys.executable and sys.version_info < (3, 13):
        pytest.skip(
            "Azure runs this worker library from Python 3.13 on: https://github.com/Azure/azure-functions-python-worker/tree/dev/runtimes/v2"
        )
    port = http.free_port()
    command = [python, "-P", str(CHILD), str(port), str(app_dir)]
    # Azure's own time zone: the library takes a cookie's Expires for local time
    with running(command, environ={"PYTHONPATH": "", "TZ": "UTC", **environ}, cwd=app_dir) as process:
        process.wait_for_line("serving")
        yield Worker(process, port, app_dir)


def _answered(told: Mapping[str, Any]) -> host.RpcResponse:
    """Return an answer out of protobuf's JSON."""
    assert not told["enable_content_negotiation"]
    body = base64.b64decode(told["body"]["bytes"], validate=True)
    return host.RpcResponse(told["status_code"], told["headers"], [_cookie(cookie) for cookie in told["cookies"]], body)


def _cookie(told: Mapping[str, Any]) -> Cookie:
    fields = {name: value["value"] if isinstance(value, dict) else value for name, value in told.items()}
    if expires := fields.get("expires"):
        fields["expires"] = int(datetime.fromisoformat(expires).timestamp())
    return Cookie(**fields)
