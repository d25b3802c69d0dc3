"""The real functions-framework as a process of its own, which serves the packaged folder with gunicorn."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from portable.packaging.built import write
from portable.packaging.google_cloud import build

from . import http
from .processes import REPOSITORY_DIR, Server, python, running

# as Cloud Run sets it, and no more: https://github.com/GoogleCloudPlatform/functions-framework-python
CLOUD_RUN = {"CLOUD_RUN_TIMEOUT_SECONDS": "60"}


class Framework(NamedTuple):
    """The framework's process and the port that it serves on."""

    port: int
    process: Server


@contextmanager
def packaged(function_dir: Path) -> Iterator[Path]:
    """Write a function's package to a new folder."""
    with tempfile.TemporaryDirectory() as folder:
        package_dir = Path(folder) / "google_cloud"
        write(build(function_dir), package_dir)
        yield package_dir


def command(package_dir: Path, port: int, target: str, signature_type: str) -> list[str]:
    """Return what starts the framework."""
    arguments = ("--source", str(package_dir / "main.py"), "--target", target, "--signature-type", signature_type)
    return python("functions_framework", *arguments, "--host", "127.0.0.1", "--port", str(port))


@contextmanager
def framework(
    function_dir: Path,
    target: str = "handle_http",
    signature_type: str = "http",
    *,
    environ: Mapping[str, str] = CLOUD_RUN,
    cwd: Path = REPOSITORY_DIR,
) -> Iterator[Framework]:
    """Serve a function's package; started in a folder that has a function/ and platforms/ of its own."""
    port = http.free_port()
    with (
        packaged(function_dir) as package_dir,
        running(command(package_dir, port, target, signature_type), environ=environ, cwd=cwd) as process,
    ):
        http.wait_for_port(port)
        yield Framework(port, process)
