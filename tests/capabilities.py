"""What each platform can do, measured: `python -m tests.capabilities` runs the cases and writes the documents' table.

A cell says what came of the cases that stand for it, over the platform's own runtime. A case that fails must be one
that the driver's `limits` give a reason for, and a reason must be one that a case fails for: so no limit is made up.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from platforms.aws_lambda import limits as aws_lambda
from platforms.azure_functions import limits as azure_functions
from platforms.google_cloud import limits as google_cloud
from platforms.openwhisk import limits as openwhisk
from tests.cases import CASES
from tests.conformance import Broken, Case, Driver, Request, missing
from tests.event_kinds import EVENT_KINDS, seen
from tests.platforms.drivers import DRIVERS
from tests.runtimes.artifacts import CONFORMANCE
from tests.runtimes.drivers import RUNTIMES

ROOT = Path(__file__).parents[1]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "platforms" / "README.md"
BEGIN, END = "<!-- capabilities -->\n", "<!-- /capabilities -->"
_CASES = {case.name: case for case in CASES}
_MB = 2**20
_LIMITS_BYTES = {
    *(openwhisk.RESULT_LIMIT_BYTES, aws_lambda.ALB_MAX_PAYLOAD_BYTES, aws_lambda.MAX_PAYLOAD_BYTES),
    *(google_cloud.MAX_STREAM_BYTES, google_cloud.MAX_REPLY_BYTES, azure_functions.MAX_REPLY_BYTES),
}
_SIZES = [limit_bytes + 1 for limit_bytes in sorted(_LIMITS_BYTES)]


@dataclass(frozen=True)
class Capability:
    """A column: the cases that stand for it, those of the request and those of the reply."""

    title: str
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Platform:
    """A row: the platform's shim, the runtime it is measured on, and the front door of it."""

    title: str
    name: str
    runtime: str
    ran_on: str
    door: str = ""


_AZURE = "azure-worker" if sys.version_info >= (3, 13) else ""
CAPABILITIES = (
    Capability("binary bodies", ("body-bytes",), ("bytes-200", "envelope-base64-200")),
    Capability("repeated headers", ("header-repeated",), ("envelope-multi-200", "response-200")),
    Capability(
        "cookies", ("cookies", "cookies-two-headers"), ("two-cookies-200", "envelope-cookies-200", "cookie-text-200")
    ),
    Capability("raw path and query", ("path-encoded-slash-raw", "query-raw")),
    Capability("deadline", ("deadline-200",)),
    Capability("5 MB request", ("body-5-mb",)),
)
PLATFORMS = (
    Platform("WSGI", "wsgi", "waitress", "waitress"),
    Platform("OpenFaaS", "openfaas", "openfaas", "its server, on granian"),
    Platform("OpenWhisk", "openwhisk", "openwhisk", "`/init` and `/run` with the packaged zip"),
    Platform("Lambda: REST API", "aws_lambda-rest", "awslambdaric", "`awslambdaric` with the packaged zip", "rest"),
    Platform("Lambda: HTTP API", "aws_lambda-http-v2", "awslambdaric", "the same", "http-v2"),
    Platform("Lambda: Function URL", "aws_lambda-function-url", "awslambdaric", "the same", "function-url"),
    Platform("Lambda: load balancer", "aws_lambda-alb", "awslambdaric", "the same", "alb"),
    Platform("Google Cloud", "google_cloud", "functions-framework", "`functions-framework` with the packaged folder"),
    # the worker's library is for Python 3.13 and newer; the row must be the same on both
    Platform("Azure Functions", "azure_functions", _AZURE, "`azure.functions`' types; from Python 3.13 on its worker"),
)


def passes(case: Case, driver: Driver) -> bool:
    """Run a case whether or not its platform can carry it; return whether what came back is as it should be."""
    try:
        case.check(driver.send(case.request))
    except Exception:  # noqa: BLE001 - a stand-in refuses what its platform would refuse, in whatever way it does
        return False
    return True


def streams(driver: Driver) -> bool:
    """Return whether a client sees a stream break off, and so had its beginning before its end was there."""
    try:
        driver.send(_CASES["stream-fails-during-500"].request)
    except Broken:
        return True
    return False


def largest_reply(driver: Driver) -> str:
    """Return the limit, and whose it is, as the shim's own error names it; else that the largest tried came through."""
    for size in _SIZES:
        reply = driver.send(Request("POST", "/", (("X-Case", "sized"), ("X-Long", str(size)))))
        if reply.status != 200:
            found = re.search(r"larger than the (\S+ MB) that (.+) carries", reply.json()["error"])
            assert found, reply
            return f"{found[1]} ({found[2]})"
        assert len(reply.body) == size
    return f"over {_SIZES[-1] // _MB} MB"


def row(platform: Platform, driver: Driver, shim: Driver) -> list[str]:
    """Return the cells of a platform. `driver` is its runtime, `shim` the same in process."""
    streaming = "yes" if streams(driver) else f"no: {_linked(driver.limits['stream'])}"
    cells = [_cell(capability, driver) for capability in CAPABILITIES]
    events = ", ".join(seen(EVENT_KINDS[platform.name.partition("-")[0]]))
    return [platform.title, platform.ran_on, streaming, *cells, largest_reply(shim), events]


def measure() -> list[list[str]]:
    """Run everything and return the table's rows, the first of which has the titles."""
    titles = ["platform", "ran on", "streaming", *(one.title for one in CAPABILITIES), "largest reply", "events"]
    return [titles, *(row(*measured) for measured in _measured())]


def with_table(text: str, rows: Iterable[Iterable[str]], *, is_short: bool) -> str:
    """Return a document's text with the table in it; the short one has neither reasons nor what it ran on."""
    before, _, rest = text.partition(BEGIN)
    cells = [_shortened(one) if is_short else list(one) for one in rows]
    lines = [f"| {' | '.join(one)} |" for one in cells]
    lines.insert(1, "|---" * len(cells[0]) + "|")
    return "\n".join([before + BEGIN, *lines, "", END]) + rest.partition(END)[2]


def _shortened(cells: Iterable[str]) -> list[str]:
    platform, _, *others = (
        re.sub(": .*| \\(.*", "", cell) if ": [" in cell or " (" in cell else cell for cell in cells
    )
    return [platform, *others]


def _cell(capability: Capability, driver: Driver) -> str:
    cases = {way: names for way, names in (("in", capability.incoming), ("out", capability.outgoing)) if names}
    lost = {way: [name for name in names if not _agreed(_CASES[name], driver)] for way, names in cases.items()}
    if not any(lost.values()):
        return "yes"
    reasons = dict.fromkeys(str(missing(_CASES[name], driver)) for names in lost.values() for name in names)
    return f"{_extent(cases, lost)}: {'; '.join(map(_linked, reasons))}"


def _extent(cases: Mapping[str, Sequence[str]], lost: Mapping[str, Sequence[str]]) -> str:
    """Return how much is lost, where some is: of what comes in and of what goes out."""
    if all(len(lost[way]) == len(cases[way]) for way in cases):
        return "no"
    if len(cases) == 1:
        return "partly"
    words = {way: "not" if len(lost[way]) == len(cases[way]) else "not all" for way in cases if lost[way]}
    return " and ".join(f"{word} {way}" for way, word in words.items())


def _agreed(case: Case, driver: Driver) -> bool:
    """Return whether a case passes. Raises AssertionError if the driver's limits say otherwise."""
    passed, reason = passes(case, driver), missing(case, driver)
    assert passed == (reason is None), (
        f"{driver.platform}: {case.name} {'passes' if passed else 'fails'}, limit: {reason}"
    )
    return passed


def _linked(reason: str) -> str:
    """Return a reason as Markdown, its URL behind its words."""
    words, _, url = reason.rpartition(": ")
    return f"[{words}]({url})" if url.startswith("https://") else reason


def _measured() -> Iterator[tuple[Platform, Driver, Driver]]:
    shims: Mapping[str, Driver] = {driver.platform: driver for driver in DRIVERS}
    with ExitStack() as stack:
        started: dict[str, list[Driver]] = {}
        for platform in PLATFORMS:
            shim = shims[platform.name]
            if not platform.runtime:
                yield platform, shim, shim
                continue
            if platform.runtime not in started:
                started[platform.runtime] = stack.enter_context(RUNTIMES[platform.runtime](CONFORMANCE))
            yield platform, _one_of(started[platform.runtime], platform.door), shim


def _one_of(drivers: Iterable[Driver], door: str) -> Driver:
    return next(driver for driver in drivers if driver.platform.endswith(f"-{door}" if door else ""))


if __name__ == "__main__":
    found = measure()
    for document in (README, PAGE):
        document.write_text(with_table(document.read_text(), found, is_short=document == README))
