"""The zip for Lambda: how long it takes to build, what is in it, and what it adds to a cold start.

A cold start is from the spawn of AWS's runtime client to its first response, without bytecode written on the way:
/var/task is read-only. The same three lines answer with and without our package.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

from portable.aws.artifact import package
from portable.aws.artifact.target import HANDLER, Package
from portable.emulators.aws_lambda.runtime_api import Invocation, serving

from .report import Aim, Figures, gather, show_table

HERE = Path(__file__).parent
SAMPLE_DIR = HERE.parent / "tests" / "sample" / "function"
RUNTIME = f"python3.{sys.version_info.minor}"
MOST_MS = 5.0
BARE, SOURCE, BYTECODE = "bare handler", "our zip", "our zip, with bytecode"
_BARE_HANDLER = 'def handler(event, context):\n    return {"statusCode": 200, "body": "hello"}\n'
_OUR_HANDLER = 'def handle(event, context):\n    return "hello"\n'


class Contestant(NamedTuple):
    """The unpacked zip and what the runtime looks up in it."""

    folder: Path
    handler: str


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the tables and return the aims."""
    _build(rounds or 11)
    return _cold_start(rounds or 41)


def _build(rounds: int) -> None:
    zips = {
        name: package.build(SAMPLE_DIR, RUNTIME, None, with_bytecode=name == BYTECODE) for name in (SOURCE, BYTECODE)
    }

    def milliseconds(name: str) -> float:
        started_s = time.perf_counter()
        package.build(SAMPLE_DIR, RUNTIME, None, with_bytecode=name == BYTECODE)
        return (time.perf_counter() - started_s) * 1e3

    gather(zips, milliseconds, rounds).show("The sample's zip: milliseconds to build it", "ms")
    show_table(
        "The sample's zip: bytes", ("zipped", "unzipped", "files"), {name: _sizes(one) for name, one in zips.items()}
    )
    show_table(f"{SOURCE}: its files", ("bytes",), {path: (f"{size:,}",) for path, size in zips[SOURCE].files.items()})


def _sizes(built: Package) -> tuple[str, str, str]:
    return f"{len(built.content):,}", f"{sum(built.files.values()):,}", str(len(built.files))


def _cold_start(rounds: int) -> list[Aim]:
    with tempfile.TemporaryDirectory() as folder:
        contestants = _contestants(Path(folder))
        for one in contestants.values():
            _first_response_ms(one)  # reads everything from the disk once
        figures = gather(contestants, lambda name: _first_response_ms(contestants[name]), rounds)
    figures.show("Cold start: milliseconds from the runtime's spawn to its first response", "ms", BARE)
    return [_aim(figures, name) for name in (SOURCE, BYTECODE)]


def _contestants(folder: Path) -> Mapping[str, Contestant]:
    bare_dir, function_dir = folder / "bare", folder / "function"
    for path, text in {bare_dir / "handler.py": _BARE_HANDLER, function_dir / "handler.py": _OUR_HANDLER}.items():
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
    ours = {}
    for name, with_bytecode in {SOURCE: False, BYTECODE: True}.items():
        built = package.build(function_dir, RUNTIME, None, with_bytecode=with_bytecode)
        with zipfile.ZipFile(io.BytesIO(built.content)) as archive:
            archive.extractall(folder / name)
        ours[name] = Contestant(folder / name, HANDLER)
    return {BARE: Contestant(bare_dir, "handler.handler"), **ours}


def _first_response_ms(contestant: Contestant) -> float:
    event = (HERE / "event.json").read_bytes()
    with serving() as api:
        environ = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
            "AWS_LAMBDA_FUNCTION_NAME": "meditations",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "PATH": os.environ["PATH"],
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, "-m", "awslambdaric", contestant.handler]
        started_s = time.perf_counter()
        process = subprocess.Popen(command, cwd=contestant.folder, env=environ, stdout=subprocess.DEVNULL)
        try:
            reply = api.invoke(Invocation(event, "8476a536-e9f4-11e8-9739-2dfe598c3fcd"), timeout_s=20.0)
            elapsed_s = time.perf_counter() - started_s
        finally:
            process.kill()
            process.wait()
    assert b"hello" in reply, reply
    return elapsed_s * 1e3


def _aim(figures: Figures, name: str) -> Aim:
    ours, bare = figures.samples[name], figures.samples[BARE]
    more = median(a - b for a, b in zip(ours, bare, strict=True))
    lowest = min(ours) - min(bare)
    text = f"Cold start, {name}: at most {MOST_MS:g} ms more than a {BARE}"
    return Aim(text, f"{more:.1f} ms in the median, {lowest:.1f} ms between the fastest", more <= MOST_MS)
