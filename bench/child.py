"""One measurement in a fresh interpreter: the time to import what a platform looks up, or to call a Lambda handler.

Run by contestants.py, as a script. Nothing but built-in modules may be loaded here before an import is timed.
"""

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def import_seconds(entry_point: str) -> float:
    """Return how long the first import of `module`, or of `module:name`, takes, with everything that it loads."""
    module_name, _, name = entry_point.partition(":")
    started_s = time.perf_counter()
    __import__(module_name)
    if name:
        getattr(sys.modules[module_name], name)
    return time.perf_counter() - started_s


def invocation_seconds(handler: "Callable[[Any, Any], Any]", at_least_s: float) -> float:
    """Return the mean time of one invocation, over as many as take `at_least_s`, after a warm-up of as many."""
    import gc

    event, context = _event(), _context()
    _check(handler(event, context))
    gc.collect()
    calls, elapsed_s = 256, 0.0
    while elapsed_s < at_least_s:
        calls *= 2
        started_s = time.perf_counter()
        for _ in range(calls):
            handler(event, context)
        elapsed_s = time.perf_counter() - started_s
    return elapsed_s / calls


def _event() -> "Any":
    import json
    from pathlib import Path

    return json.loads(Path(__file__).with_name("event.json").read_text(encoding="utf-8"))


def _context() -> "Any":
    import os

    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = "meditations"
    from awslambdaric.lambda_context import LambdaContext

    deadline_ms = int(time.time() * 1000) + 900_000
    arn = "arn:aws:lambda:eu-central-1:123456789012:function:meditations"
    return LambdaContext("8476a536-e9f4-11e8-9739-2dfe598c3fcd", None, None, deadline_ms, arn)


def _check(reply: "Any") -> None:
    import json

    types = [value for name, value in reply["headers"].items() if name.lower() == "content-type"]
    body = json.loads(reply["body"])
    found = (reply["statusCode"], types, reply.get("isBase64Encoded", False), body["status"], sorted(body))
    assert found == (200, ["application/json"], False, "success", ["meditation", "status"]), reply


def main(entry_point: str, folders: str, what: str, argument: str = "") -> None:
    """Print the seconds of `import`, or of `invoke` with at least that many seconds of it.

    Of `import` the argument names modules that the runtime has loaded before, with commas between them.
    """
    first, *rest = folders.split(":")
    sys.path[:] = [first, *sys.path, *rest]
    for module_name in filter(None, argument.split(",") if what == "import" else ()):
        __import__(module_name)
    seconds = import_seconds(entry_point)
    if what == "invoke":
        seconds = invocation_seconds(sys.modules[entry_point].lambda_handler, float(argument))
    print(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
