"""The packaged zip as an OpenWhisk action: given to our own server by `/init`, and run as the official runtime does."""

from __future__ import annotations

import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platforms.openwhisk.limits import RESULT_LIMIT_BYTES
from portable.emulators import openwhisk as controller
from portable.packaging import contents, zip_file
from portable.packaging.openwhisk import build
from tests.conformance import Driver, Reply, Request
from tests.platforms.drivers import OPENWHISK_LIMITS

from . import action_loop, http
from .processes import running


@dataclass(frozen=True)
class ActionDriver:
    """A runtime behind OpenWhisk's controller; `run` gives it the message of an activation and returns its result."""

    platform: str
    run: Callable[[dict[str, Any]], Any]
    limits = OPENWHISK_LIMITS
    reply_limit_bytes = RESULT_LIMIT_BYTES

    def send(self, request: Request) -> Reply:
        """Run one activation."""
        message = {"value": controller.to_native(request), **controller.activation_facts()}
        return controller.from_native(self.run(message))


@contextmanager
def action_server(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the server of a Docker action, send it the packaged zip, and call it as the invoker does.

    The handler is the zip's: there is no function where the server runs. What calls it are the server's own modules,
    which it has imported by then.
    """
    with serving({"LOG_LEVEL": "CRITICAL"}) as port:
        assert http.post_json("/init", init_message(packed(function_dir)), port) == {"ok": True}
        yield [ActionDriver("openwhisk /init + /run", lambda message: http.post_json("/run", message, port))]


@contextmanager
def official_layout(function_dir: Path) -> Iterator[list[Driver]]:
    """Run the packaged zip as OpenWhisk's own Python runtime does: handler and shim are both the zip's."""
    with action_loop.running(packed(function_dir)) as loop:
        yield [ActionDriver("openwhisk ActionLoop", loop.run)]


@contextmanager
def serving(environ: dict[str, str] | None = None) -> Iterator[int]:
    """Run the action server in a folder that has our modules and no function; give its port."""
    port = http.free_port()
    with tempfile.TemporaryDirectory() as folder:
        for path, content in contents.platform_files("openwhisk").items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        # -S: an editable install of the project puts the repository, and its function/ with it, on the path
        command = [sys.executable, "-S", "-m", "platforms.openwhisk", "--port", str(port)]
        with running(command, environ={"PYTHONPATH": "", **(environ or {})}, cwd=Path(folder)) as process:
            process.wait_for_line("serving")
            yield port


def packed(function_dir: Path) -> bytes:
    """Return the zip that is shipped."""
    return zip_file.pack(build(function_dir).files)


def init_message(code: bytes) -> dict[str, Any]:
    """Return what the invoker sends to /init for a zip."""
    return {"value": {"name": "meditations", "main": "main", "binary": True, "code": b64encode(code).decode()}}
