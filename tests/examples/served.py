"""The packages of an example, each under its platform's own runtime, with what the function requires and nothing else.

Where a platform installs by the package's requirements.txt, uv does it here, into an environment of its own.
"""

from __future__ import annotations

import io
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest
from uv import find_uv_bin

from portable.aws.artifact import package
from portable.emulators.aws_lambda import runtime_api
from portable.packaging import azure_functions, google_cloud, openwhisk, wsgi
from portable.packaging.built import Built, write
from tests.conformance import Driver
from tests.platforms.drivers import behind_every_door
from tests.portable.aws.artifact.pythons import find_python
from tests.runtimes import action_loop, http
from tests.runtimes.actions import ActionDriver
from tests.runtimes.azure_functions.azure_worker import Worker, http_driver, worker_of
from tests.runtimes.containers import image, run_container
from tests.runtimes.drivers import LAMBDA_ENVIRON, RIC_COMMAND, HttpDriver, invoker
from tests.runtimes.google import CLOUD_RUN, command
from tests.runtimes.processes import running
from tests.tools import require

THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
AZURE_PYTHON = THIS_PYTHON if sys.version_info >= (3, 13) else "3.13"
"""The first that Azure runs its worker library on: https://github.com/Azure/azure-functions-python-worker/tree/dev/runtimes/v2"""
ARCHITECTURES: dict[str, Any] = {"x86_64": "x86_64", "aarch64": "arm64"}


class Place(NamedTuple):
    """What an example finds where it runs: variables, and the folders of this machine that they name."""

    environ: Mapping[str, str]
    folders: tuple[Path, ...] = ()


Serve: TypeAlias = Callable[[Path, Place], AbstractContextManager[list[Driver]]]


@contextmanager
def on_wsgi(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the folder for any machine as its README says."""
    with installed(wsgi.build(function_dir)) as (package_dir, python):
        port = http.free_port()
        arguments = [python, "-m", "platforms.wsgi", "--port", str(port)]
        with running(arguments, environ=place.environ, cwd=package_dir):
            http.wait_for_port(port)
            yield [HttpDriver("wsgi", port)]


@contextmanager
def on_openfaas(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the image under Docker."""
    require("docker")
    mounts = {str(folder): {"bind": str(folder), "mode": "rw"} for folder in place.folders}
    with image(function_dir) as tag, run_container(tag, place.environ, volumes=mounts) as container:
        http.wait_for_port(container.port, "/_/health")
        yield [HttpDriver("the OpenFaaS image", container.port)]


@contextmanager
def on_openwhisk(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the zip as OpenWhisk's own Python runtime does: nothing is on the path but the zip's own files."""
    packed = openwhisk.build(function_dir, f"python:{THIS_PYTHON}").packed
    with action_loop.running(packed, place.environ) as loop:
        yield [ActionDriver("openwhisk ActionLoop", loop.run)]


@contextmanager
def on_aws_lambda(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the zip under AWS's runtime client, behind every front door."""
    with aws_runtime(function_dir, place) as invoke:
        yield behind_every_door("awslambdaric", lambda event, _: invoke(event))


@contextmanager
def aws_runtime(function_dir: Path, place: Place) -> Iterator[Callable[[Any], Any]]:
    """Run the zip under AWS's runtime client, and give what invokes it with an event."""
    built = package.build(function_dir, f"python{THIS_PYTHON}", ARCHITECTURES[platform.machine()])
    with tempfile.TemporaryDirectory() as folder, runtime_api.serving() as api:
        zipfile.ZipFile(io.BytesIO(built.content)).extractall(folder)
        environ = {**LAMBDA_ENVIRON, **place.environ, "AWS_LAMBDA_RUNTIME_API": api.address}
        # the runtime polls for ever: it ends when the API has gone
        with running(RIC_COMMAND, environ=environ, cwd=Path(folder)), closing(api):
            yield invoker(api)


@contextmanager
def on_google_cloud(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the folder under the functions-framework that it requires."""
    with google_framework(function_dir, place) as port:
        yield [HttpDriver("functions-framework", port)]


@contextmanager
def google_framework(
    function_dir: Path, place: Place, target: str = "handle_http", signature_type: str = "http"
) -> Iterator[int]:
    """Run the folder under functions-framework with one of its two entry points, and give the port."""
    with installed(google_cloud.build(function_dir)) as (package_dir, python):
        port = http.free_port()
        arguments = [python, *command(package_dir, port, target, signature_type)[1:]]
        with running(arguments, environ={**CLOUD_RUN, **place.environ}, cwd=package_dir):
            http.wait_for_port(port)
            yield port


@contextmanager
def on_azure_functions(function_dir: Path, place: Place) -> Iterator[list[Driver]]:
    """Run the folder under Azure's worker library."""
    with azure_app(function_dir, place) as worker:
        yield [http_driver(worker)]


@contextmanager
def azure_app(function_dir: Path, place: Place) -> Iterator[Worker]:
    """Start Azure's worker library for the folder; it has not been asked anything yet."""
    interpreter = find_python(AZURE_PYTHON)
    if interpreter is None:
        pytest.skip(f"there is no Python {AZURE_PYTHON} here, on which Azure runs its worker library")
    built = azure_functions.build(function_dir)
    with (
        installed(built, "azure-functions-runtime", "protobuf", interpreter=interpreter) as (app_dir, python),
        worker_of(app_dir, python=python, **place.environ) as worker,
    ):
        yield worker


@contextmanager
def installed(built: Built, *more: str, interpreter: str = sys.executable) -> Iterator[tuple[Path, str]]:
    """Write a package and make an environment of what it requires; give the folder and the environment's Python."""
    with tempfile.TemporaryDirectory() as name:
        folder, python = Path(name, "package"), str(Path(name, "environment", "bin", "python"))
        write(built, folder)
        _uv("venv", "--python", interpreter, str(Path(name, "environment")))
        _uv("pip", "install", "--python", python, "--requirement", str(folder / "requirements.txt"), *more)
        yield folder, python


def _uv(*arguments: str) -> None:
    ran = subprocess.run([find_uv_bin(), "--quiet", *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


SERVED: Mapping[str, Serve] = {
    "wsgi": on_wsgi,
    "openfaas": on_openfaas,
    "openwhisk": on_openwhisk,
    "aws_lambda": on_aws_lambda,
    "google_cloud": on_google_cloud,
    "azure_functions": on_azure_functions,
}
