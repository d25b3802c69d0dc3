"""OpenWhisk's own Python runtime, from the action's side: the zip unpacked, and a process that is told its activations.

The protocol of ActionLoop, https://github.com/apache/openwhisk-runtime-go/blob/master/docs/ACTION.md, and where the
Python runtime finds the code: https://github.com/apache/openwhisk-runtime-python/blob/master/core/python3ActionLoop/bin/compile
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .processes import TIMEOUT_S

# -S and no PYTHONPATH: the folder of the zip and the standard library are all that is on sys.path
_LAUNCHER = """\
import json, os, sys, traceback

from main__ import main

with open(3, "w", encoding="utf-8", errors="replace", buffering=1) as answers:
    if os.environ.get("__OW_WAIT_FOR_ACK"):
        print(json.dumps({"ok": True}), file=answers)
    for line in sys.stdin:
        message = json.loads(line)
        value = message.pop("value", {})
        os.environ.update({f"__OW_{name.upper()}": fact for name, fact in message.items()})
        try:
            answer = main(value)
        except Exception as error:
            traceback.print_exc()
            answer = {"error": str(error)}
        sys.stdout.flush()
        print(json.dumps(answer, ensure_ascii=False), file=answers)
"""


class InitFailed(Exception):
    """The process ended before it said that it is ready: with its log, which is the activation's."""


class ActionLoop:
    """A running action."""

    def __init__(self, process: subprocess.Popen[str], answers: IO[str], log: Path) -> None:
        self._process = process
        self._answers = answers
        self._log = log

    def run(self, message: Mapping[str, Any]) -> Any:
        """Run one activation and return its result; `message` has its `value` and the facts about it."""
        assert self._process.stdin
        print(json.dumps(message), file=self._process.stdin, flush=True)
        return json.loads(self.answer())

    def answer(self) -> str:
        """Return the next line that the process answers; raises InitFailed if it has ended."""
        line = self._answers.readline()
        if not line:
            self._process.wait(TIMEOUT_S)
            raise InitFailed(self.log)
        return line

    @property
    def log(self) -> str:
        """What was written to stdout and stderr until now."""
        return self._log.read_text()


@contextmanager
def running(packed: bytes, environ: Mapping[str, str] | None = None) -> Iterator[ActionLoop]:
    """Run an action from its zip. Raises InitFailed if it cannot be loaded."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bin"
        _lay_out(packed, folder)
        log, results = Path(name) / "log", Path(name) / "results"
        os.mkfifo(results)
        with log.open("w") as logged:
            process = subprocess.Popen(
                ["sh", "-c", 'exec "$0" -S exec__.py 3> "$1"', sys.executable, results],
                cwd=folder,
                env={**(environ or {}), "PYTHONIOENCODING": "UTF-8", "__OW_WAIT_FOR_ACK": "1"},
                stdin=subprocess.PIPE,
                stdout=logged,
                stderr=logged,
                text=True,
            )
        try:
            with results.open(encoding="utf-8") as answers:
                loop = ActionLoop(process, answers, log)
                assert json.loads(loop.answer()) == {"ok": True}
                yield loop
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(TIMEOUT_S)


def _lay_out(packed: bytes, folder: Path) -> None:
    """Unpack a zip as the runtime does: `__main__.py` gets another name, and the launcher lies beside it."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(folder)
    (folder / "__main__.py").rename(folder / "main__.py")
    (folder / "exec__.py").write_text(_LAUNCHER)
