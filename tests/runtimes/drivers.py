"""The drivers over each platform's own runtime: a process or a container that serves what ships."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from platforms.aws_lambda.limits import MAX_PAYLOAD_BYTES
from portable.emulators.aws_lambda import runtime_api
from portable.emulators.aws_lambda.runtime_api import Invocation, RuntimeApi
from tests.conformance import Driver, Reply, Request
from tests.limits import OfWatchdog
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS
from tests.platforms.drivers import NO_DEADLINE, behind_every_door
from tests.tools import require

from . import artifacts, http
from .actions import action_server, official_layout
from .aws_lambda.aws_run import local_fronts
from .azure_functions.azure_worker import azure_worker
from .containers import image, run_container
from .gateway.gateways import over_processes
from .google import framework
from .processes import TIMEOUT_S, python, running


@dataclass(frozen=True)
class HttpDriver:
    """A server on a port of this machine."""

    platform: str
    port: int
    limits: Mapping[str, str] = field(default_factory=dict)
    reply_limit_bytes: int | None = None

    def send(self, request: Request) -> Reply:
        """Send the request over a socket."""
        return http.send(request, self.port)


@dataclass(frozen=True)
class GatewayDriver:
    """A function behind the local gateway."""

    port: int
    name: str
    platform = "behind the local gateway"
    limits: Mapping[str, str] = field(default_factory=dict)
    reply_limit_bytes: int | None = None

    def send(self, request: Request) -> Reply:
        """Call the function through the gateway."""
        return http.send(replace(request, target=f"/function/{self.name}{request.target}"), self.port)


@contextmanager
def server(
    function_dir: Path, module: str, *arguments: str, limits: Mapping[str, str] | None = None
) -> Iterator[list[Driver]]:
    """Serve a function with one of our own servers."""
    port = http.free_port()
    command = python(module, "--host", "127.0.0.1", "--port", str(port), "--function", str(function_dir), *arguments)
    with running(command, environ={"LOG_LEVEL": "CRITICAL"}) as process:
        process.wait_for_line("serving")
        http.wait_for_port(port)
        yield [HttpDriver(" ".join([module, *arguments]), port, limits or {})]


@contextmanager
def container(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the OpenFaaS image under plain Docker, its root file system read-only."""
    require("docker")
    with image(function_dir) as tag, run_container(tag, {"LOG_LEVEL": "CRITICAL"}) as running_one:
        http.wait_for_port(running_one.port, "/_/health")
        yield [HttpDriver("the OpenFaaS image", running_one.port)]


@contextmanager
def watchdog(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the OpenFaaS server behind the real of-watchdog, in http mode."""
    path = require("of-watchdog")
    port, upstream = http.free_port(), http.free_port()
    served = ("--host", "127.0.0.1", "--port", str(upstream), "--function", str(function_dir))
    environ = {
        "LOG_LEVEL": "CRITICAL",
        "mode": "http",
        "port": str(port),
        "upstream_url": f"http://127.0.0.1:{upstream}",
        "fprocess": " ".join(python("platforms.openfaas", *served)),
        "healthcheck_interval": "1s",
    }
    with running([path], environ=environ):
        http.wait_for_port(upstream, "/_/health")
        http.wait_for_port(port, "/_/health")
        yield [HttpDriver("of-watchdog", port, OfWatchdog.limits)]


@contextmanager
def functions_framework(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the folder packaged for Google Cloud under Google's own functions-framework."""
    with framework(function_dir) as started:
        yield [HttpDriver("functions-framework", started.port)]


@contextmanager
def gateway(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the function as a process of the local gateway."""
    with tempfile.TemporaryDirectory() as folder, over_processes(Path(folder), {"table": {}}, function_dir) as place:
        yield [GatewayDriver(place.gateway.port, "table")]


@contextmanager
def awslambdaric(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the built layout under AWS's own runtime client, behind every front door."""
    with lambda_artifact(function_dir) as artifact_dir, runtime_api.serving() as api:
        environ = {"AWS_LAMBDA_RUNTIME_API": api.address, **LAMBDA_ENVIRON}
        # the runtime polls for ever, and notes no signal meanwhile: it ends when the API has gone
        with running(RIC_COMMAND, environ=environ, cwd=artifact_dir), closing(api):
            invoke = invoker(api)
            yield behind_every_door("awslambdaric", lambda event, _: invoke(event))


def invoker(api: RuntimeApi) -> Callable[[Any], Any]:
    """Return what gives the runtime an event and returns its result; it raises InvocationError."""
    return lambda event: json.loads(api.invoke(Invocation(json.dumps(event).encode(), "r1"), timeout_s=TIMEOUT_S))


@contextmanager
def local_run(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the deployer's zip as its local run does, behind every front door that this has."""
    with local_fronts(function_dir, tuple(LOCAL_LIMITS)) as ports:
        yield [
            HttpDriver(f"local-run-{door}", port, LOCAL_LIMITS[door], MAX_PAYLOAD_BYTES) for door, port in ports.items()
        ]


@contextmanager
def interface_emulator(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the built layout under AWS's runtime interface emulator, behind every front door."""
    path = require("aws-lambda-rie")
    port, api_port = http.free_port(), http.free_port()
    command = [path, "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    command += ["--runtime-api-address", f"127.0.0.1:{api_port}", *RIC_COMMAND]

    def invoke(event: Any) -> Any:
        request = Request("POST", "/2015-03-31/functions/function/invocations", (), json.dumps(event).encode())
        return json.loads(http.send(request, port).body)

    with lambda_artifact(function_dir) as artifact_dir, running(command, environ=LAMBDA_ENVIRON, cwd=artifact_dir):
        http.wait_for_port(port)
        yield behind_every_door("aws-lambda-rie", lambda event, _: invoke(event))


def _but_chunks(limits: Mapping[str, str]) -> dict[str, str]:
    return {need: reason for need, reason in limits.items() if need != "chunked"}


_DOOR_LIMITS = {door.name: door.limits for door in FRONT_DOORS}
_BINARY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html"
LOCAL_LIMITS = {
    # it takes chunks, and collects them; and as every media type is binary there, a body of 5 MB is 6.7 MB in the event
    "rest": _but_chunks(_DOOR_LIMITS["rest"])
    | {"body_5_mb": f"Lambda's event is {MAX_PAYLOAD_BYTES // 2**20} MB, of base64: {_BINARY}"},
    "http": _but_chunks(_DOOR_LIMITS["http-v2"]),
    "url": _but_chunks(_DOOR_LIMITS["function-url"]),
}
RIC_COMMAND = [sys.executable, "-m", "awslambdaric", "platforms.aws_lambda.shim.lambda_handler"]
LAMBDA_ENVIRON = {
    "AWS_LAMBDA_FUNCTION_NAME": "meditations",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
    "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}",
    "AWS_REGION": "eu-west-1",
    "PYTHONPATH": "",
}


@contextmanager
def lambda_artifact(function_dir: Path) -> Iterator[Path]:
    """Lay out a function as the zip for Lambda holds it."""
    with tempfile.TemporaryDirectory() as folder:
        yield artifacts.unzipped(Path(folder), function_dir)


def quiet(function_dir: Path) -> dict[str, str]:
    """Return the environment of a server of ours that runs from the repository's folder and logs nothing."""
    return {"HANDLER": artifacts.handler_of(function_dir), "LOG_LEVEL": "CRITICAL"}


Runtime = Callable[[Path], AbstractContextManager[list[Driver]]]
RUNTIMES: dict[str, Runtime] = {
    "waitress": lambda function_dir: server(function_dir, "platforms.wsgi", limits=NO_DEADLINE),
    "granian": lambda function_dir: server(function_dir, "platforms.wsgi", "--server", "granian", limits=NO_DEADLINE),
    "openfaas": lambda function_dir: server(function_dir, "platforms.openfaas"),
    "openfaas-waitress": lambda function_dir: server(function_dir, "platforms.openfaas", "--server", "waitress"),
    "docker": container,
    "of-watchdog": watchdog,
    "gateway": gateway,
    "awslambdaric": awslambdaric,
    "local-run": local_run,
    "aws-lambda-rie": interface_emulator,
    "openwhisk": action_server,
    "functions-framework": functions_framework,
    "openwhisk-actionloop": official_layout,
    "azure-worker": azure_worker,
}
_OUTSIDE_PYTHON = ("docker", "of-watchdog", "aws-lambda-rie")
RUNTIME_PARAMETERS = [
    pytest.param(name, marks=pytest.mark.runtime if name in _OUTSIDE_PYTHON else ()) for name in RUNTIMES
]
