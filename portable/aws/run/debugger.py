"""A runtime that waits for a debugger: debugpy stands beside the zip's modules, not in the zip."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ...emulators.aws_lambda.runtime import Layout
from ...packaging.contents import PLATFORMS_DIR
from ..artifact.target import HANDLER
from .front import HOST

_CODE = """
import sys
import debugpy
port, waiting, handler = sys.argv[1:]
debugpy.listen((%r, int(port)))
print(waiting, file=sys.stderr, flush=True)
debugpy.wait_for_client()
from awslambdaric.__main__ import main
main(["awslambdaric", handler])
"""


def debugged(port: int, *, waiting: str) -> tuple[str, ...]:
    """Return the command of a runtime that listens for a debugger, says `waiting`, and goes on when one is there."""
    # frozen modules hide the interpreter's own files from breakpoints
    return sys.executable, "-X", "frozen_modules=off", "-S", "-c", _CODE % HOST, str(port), waiting, HANDLER


def debugger_environ(layout: Layout, function_dir: Path) -> dict[str, str]:
    """Return what tells debugpy which sources the zip's files are: breakpoints are set there.

    https://github.com/microsoft/debugpy/blob/main/src/debugpy/_vendored/pydevd/pydevd_file_utils.py
    """
    sources = {"function": function_dir.resolve(), "platforms": PLATFORMS_DIR}
    return {
        "PATHS_FROM_ECLIPSE_TO_PYTHON": json.dumps(
            [[str(source_dir), str(layout.task_dir / name)] for name, source_dir in sources.items()]
        ),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def instructions(port: int) -> str:
    """Return what to do now."""
    configuration = {
        "name": "Lambda, locally",
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": HOST, "port": port},
        "justMyCode": False,
    }
    return (
        f"waiting for a debugger on {HOST}:{port}\n"
        "in VS Code: put this into `configurations` of .vscode/launch.json, set a breakpoint in the function, "
        f"and press F5:\n  {json.dumps(configuration)}"
    )
