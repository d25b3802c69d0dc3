"""The zip in Lambda's own runtime client: one process for each code with its environment.

The processes outlive the world that began them: another world with the same zip has the same function.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portable.emulators.aws_lambda.runtime_api import Invocation, InvocationError, serving

from .secrets_bridge import SecretsBridge

_MOST_PROCESSES = 6
_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Result:
    """What an invocation ended with: the payload, whether it is an error, and what was logged meanwhile."""

    payload: bytes
    failed: bool
    log: str


class Runtimes:
    """The processes that run, the one used last at the end."""

    def __init__(self) -> None:
        self._running: dict[tuple[Any, ...], _Runtime] = {}
        self._bridge: SecretsBridge | None = None

    def invoke(self, config: Mapping[str, Any], code: bytes, event: bytes) -> Result:
        """Run one event in a version's process, which is begun if there is none."""
        self._bridge = self._bridge or SecretsBridge()
        environ = {**_environ(config), "AWS_ENDPOINT_URL_SECRETS_MANAGER": self._bridge.url(config)}
        key = (config["CodeSha256"], config["Handler"], *sorted(environ.items()))
        runtime = self._running.pop(key, None) or _Runtime(code, config["Handler"], environ, config["FunctionArn"])
        self._running[key] = runtime
        result = runtime.invoke(event)
        if runtime.has_ended:
            self._running.pop(key).close()
        if len(self._running) > _MOST_PROCESSES:
            self._running.pop(next(iter(self._running))).close()
        return result

    def forget_world(self) -> None:
        """End what may know a secret of the world that ends."""
        if self._bridge and self._bridge.was_used():
            self._end()

    def close(self) -> None:
        """End every process."""
        self._end()
        if self._bridge:
            self._bridge.close()

    def _end(self) -> None:
        while self._running:
            self._running.popitem()[1].close()


RUNTIMES = Runtimes()
atexit.register(RUNTIMES.close)


class _Runtime:
    """One process with its Runtime API and its folder."""

    def __init__(self, code: bytes, handler: str, environ: Mapping[str, str], arn: str) -> None:
        with ExitStack() as stack:
            folder = Path(tempfile.mkdtemp())
            stack.callback(shutil.rmtree, folder)
            zipfile.ZipFile(io.BytesIO(code)).extractall(folder)
            self._api = stack.enter_context(serving(arn))
            self._log: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())
            api = {"AWS_LAMBDA_RUNTIME_API": self._api.address, "LAMBDA_TASK_ROOT": str(folder)}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "awslambdaric", handler],
                env={**environ, **api},
                cwd=folder,
                stdout=self._log,
                stderr=subprocess.STDOUT,
            )
            threading.Thread(target=lambda: self._api.ended(self._process.wait()), daemon=True).start()
            stack.callback(self._end)
            self._stack = stack.pop_all()
        self._is_ready = False

    @property
    def has_ended(self) -> bool:
        """Tell whether it can take no other event, as after an error at its start."""
        return not self._is_ready or self._process.poll() is not None

    def invoke(self, event: bytes) -> Result:
        """Hand the event over and wait for what comes of it."""
        begin = self._log.seek(0, io.SEEK_END) if self._is_ready else 0
        payload, failed = self._run(event)
        self._log.seek(begin)
        return Result(payload, failed, self._log.read().decode(errors="replace"))

    def close(self) -> None:
        """End the process."""
        self._stack.close()

    def _run(self, event: bytes) -> tuple[bytes, bool]:
        try:
            if not self._is_ready:
                self._api.wait_until_ready(_TIMEOUT_S)
                self._is_ready = True
            invocation = Invocation(event, str(uuid.uuid4()))
            return self._api.invoke(invocation, timeout_s=_TIMEOUT_S), False
        except InvocationError as error:
            return json.dumps(error.payload).encode(), True

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()


def _environ(config: Mapping[str, Any]) -> dict[str, str]:
    """Return what Lambda sets: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""
    region = config["FunctionArn"].split(":")[3]
    return {
        **config.get("Environment", {}).get("Variables", {}),
        "_HANDLER": config["Handler"],
        "AWS_LAMBDA_FUNCTION_NAME": config["FunctionName"],
        "AWS_LAMBDA_FUNCTION_VERSION": config["Version"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config["MemorySize"]),
        "AWS_LAMBDA_LOG_GROUP_NAME": config["LoggingConfig"]["LogGroup"],
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/23/[1]0",
        "AWS_LAMBDA_LOG_FORMAT": config["LoggingConfig"]["LogFormat"],
        "AWS_LAMBDA_LOG_LEVEL": config["LoggingConfig"].get("ApplicationLogLevel", ""),
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
