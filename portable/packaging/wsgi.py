"""Build the folder that runs on any machine with Python 3.11 or newer. Nothing is installed while it is built."""

from __future__ import annotations

from pathlib import Path

from .. import assets
from ..project.ignored import left_out
from . import contents, requirements
from .built import Built
from .errors import PackageError

# its lines, with hashes, are those of the environment that the tests run in
_SERVER = "requirements/serve.txt"


def build(function_dir: Path) -> Built:
    """Return the folder: the function, the server, and a requirements.txt for both. Raises PackageError."""
    files = {
        **contents.function_files(function_dir),
        **contents.platform_files("wsgi"),
        requirements.FILE_NAME: requirements.merged(function_dir, *_server()),
    }
    return Built(
        files=files,
        is_zip=False,
        next_commands=(
            "cd {output} && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt "
            "&& .venv/bin/python -m platforms.wsgi",
        ),
        notes=("another WSGI server takes platforms.wsgi.shim:application in that folder",),
        left_out=left_out(function_dir),
    )


def _server() -> list[str]:
    """Return the server's requirements, each in one line. Raises PackageError."""
    path = assets.path(_SERVER)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PackageError(f"{path} cannot be read, which names the server: {error.strerror}") from None
    lines = text.replace("\\\n", "").splitlines()
    return [" ".join(line.split()) for line in lines if line.strip() and not line.lstrip().startswith("#")]
