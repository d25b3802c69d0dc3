"""`python -m portable replay`: replay recorded calls through the shims; with `record`, record them."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from platforms.command_line import port, set_up_log
from platforms.loading import HandlerError

from ..emulators.registry import EMULATORS
from . import report
from .call_file import read
from .errors import ReplayError
from .recorder import Recorder, Recording
from .replaying import replay_call
from .upstream import upstream

MODULE = "python -m portable replay"


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Replay or record; return the exit code.

    0 if every answer is as expected (where nothing is: below 500), 1 if one is not or the handler cannot be loaded,
    2 for bad arguments and files.
    """
    run = _record if arguments[:1] == ["record"] else _replay
    try:
        return run(arguments[1:] if run is _record else arguments, environ)
    except (ReplayError, HandlerError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ReplayError) else 1


def _replay(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    parser = argparse.ArgumentParser(
        prog=MODULE,
        description="Replay recorded calls through the shims, with the function of this folder. "
        f"`{MODULE} record --help` tells how to record them.",
        epilog=f"platforms: all, {', '.join(EMULATORS)}; aws_lambda is its REST API",
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="a recorded call, such as calls/call.json")
    add("--platform", action="append", metavar="NAME", help="where to replay it; may be given again (default: all)")
    add("--function", default="function", metavar="DIR", help="folder of the function (default: function)")
    add("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    set_up_log(parser, environ)
    calls = {path: read(path) for path in options.files}
    results = {path: replay_call(call, options.platform or ["all"], options.function) for path, call in calls.items()}
    if options.json:
        found = [fact for path, of_call in results.items() for fact in report.facts(path, of_call)]
        print(json.dumps({"results": found}, indent=2))
    else:
        print("\n".join(line for path, of_call in results.items() for line in report.lines(path, of_call)))
    return 0 if all(result.is_good for of_call in results.values() for result in of_call) else 1


def _record(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    parser = argparse.ArgumentParser(
        prog=f"{MODULE} record",
        description="Pass calls on to a server and keep each as a file. Headers and parameters whose names say that "
        "they are secret are left out, and the file says which; bodies are kept as they are.",
    )
    add = parser.add_argument
    add("url", metavar="URL", help="where calls go, such as http://127.0.0.1:8080/function/meditations")
    add("--port", type=port, default="8090", help="port of 127.0.0.1 to listen on (default: %(default)s)")
    add("--to", type=Path, default=Path("calls"), metavar="DIR", help="folder for the files (default: calls)")
    add("--platform", default="", metavar="NAME", help="what the server runs on, noted in the files")
    add("--keep-secrets", action="store_true", help="leave nothing out: the files are secret then")
    options = parser.parse_args(arguments)
    set_up_log(parser, environ)
    recording = Recording(
        upstream(options.url), options.to, _say, platform=options.platform, keep_secrets=options.keep_secrets
    )
    try:
        options.to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReplayError(f"cannot make the folder {options.to}: {error.strerror}; choose another --to") from None
    with Recorder(options.port, recording) as recorder:
        _say(f"recording calls to {options.url} into {options.to}; call it:  curl -X POST {recorder.url}")
        _serve(recorder)
    return 0


def _serve(recorder: Recorder) -> None:
    """Serve until SIGINT or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        recorder.serve_forever()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
