"""What `portable replay` and `portable record` do once their arguments are read."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from platforms.command_line import set_up_log

from ..deploying.errors import BadSettings
from ..deploying.world import World
from . import report
from .call_file import read
from .errors import ReplayError
from .recorder import Recorder, Recording
from .replaying import replay_call
from .upstream import upstream


def replay(paths: Sequence[str], platforms: Sequence[str], function_dir: Path, world: World, *, as_json: bool) -> int:
    """Replay recorded calls and print what came; return 0 if every answer is good, else 1.

    An answer is good if it is as expected, and where nothing is expected if it is below 500. Raises ReplayError, and
    HandlerError if the handler cannot be loaded.
    """
    set_up_log(_refuse, world.environ)
    calls = {path: read(path) for path in paths}
    results = {path: replay_call(call, platforms or ["all"], str(function_dir)) for path, call in calls.items()}
    if as_json:
        found = [fact for path, of_call in results.items() for fact in report.facts(path, of_call)]
        print(json.dumps({"results": found}, indent=2), file=world.stdout)
    else:
        lines = [line for path, of_call in results.items() for line in report.lines(path, of_call)]
        print("\n".join(lines), file=world.stdout)
    return 0 if all(result.is_good for of_call in results.values() for result in of_call) else 1


def record(url: str, port: int, folder: Path, world: World, *, platform: str, keep_secrets: bool) -> int:
    """Pass calls on to a server and keep each as a file, until SIGINT or SIGTERM. Raises ReplayError."""
    set_up_log(_refuse, world.environ)

    def say(line: str) -> None:
        print(line, file=world.stdout, flush=True)

    recording = Recording(upstream(url), folder, say, platform=platform, keep_secrets=keep_secrets)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReplayError(f"cannot make the folder {folder}: {error.strerror}; choose another --to") from None
    with Recorder(port, recording) as recorder:
        say(f"recording calls to {url} into {folder}; call it:  curl {recorder.url}")
        _serve(recorder)
    return 0


def _refuse(message: str) -> NoReturn:
    raise BadSettings(message)


def _serve(recorder: Recorder) -> None:
    """Serve until SIGINT or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        recorder.serve_forever()
