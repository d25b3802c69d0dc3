"""What it costs to keep calls and logs: a gateway that keeps them beside one that does not, and 10,000 calls kept.

The gateways' own time on the processor is compared, which other work on the machine changes least.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from portable.gateway.calls.record import Call
from portable.gateway.config import Config
from portable.gateway.functions.state import Function
from portable.gateway.history.models import CallQuery
from portable.gateway.history.schema import FILE_NAME
from portable.gateway.history.service import History
from portable.gateway.logs.line import Line
from portable.stack.messages import FunctionDeployment, FunctionName, LogMessage

from .gateway_places import QUIET
from .gateway_server import ROOT
from .gateway_throughput import HERE, MANY, THROUGH, Measured, Route, Trial, measure
from .report import Aim, show_table, take_turns
from .servers import Child, answers, free_port, running

FUNCTIONS, KEPT = 50, 10_000
ROUNDS = 15
KEEPS, FORGETS = "keeps calls", "forgets them"
Gateways = Mapping[str, tuple[Child, Route]]


class Cost(NamedTuple):
    """What one round came to."""

    cpu_us: float
    """Of the gateway's process, for each call."""
    measured: Measured


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the tables and return the aims."""
    aims = _keep()
    if shutil.which("wrk") is None:
        print("\nGateway: the cost of keeping calls not measured, there is no wrk on PATH (apt-get install wrk)")
        return [*aims, Aim("gateway: cost of keeping calls", "there is no wrk on PATH", met=None)]
    with _gateways() as gateways:
        ask = partial(_ask, gateways)
        for name in gateways:
            ask(name)
        samples = take_turns(gateways, ask, rounds or ROUNDS)
    rows = {
        name: (
            f"{median(cost.cpu_us for cost in costs):.1f}",
            f"{median(cost.measured.per_second for cost in costs):,.0f}",
            f"{median(cost.measured.p99_ms for cost in costs):.2f}",
        )
        for name, costs in samples.items()
    }
    show_table(f"Gateway: calls kept or not, {MANY} connections", ("cpu us/call", "calls/s", "p99 ms"), rows)
    pairs = list(zip(samples[KEEPS], samples[FORGETS], strict=True))
    more = median(keeps.cpu_us / forgets.cpu_us for keeps, forgets in pairs)
    return [*aims, Aim("gateway: keeping calls takes under 1.05x of the processor's time", f"{more:.2f}x", more < 1.05)]


def _keep() -> list[Aim]:
    """Keep KEPT calls of FUNCTIONS functions and a full log; print how long everything takes and what it needs."""
    functions = [_function(f"fn-{number}") for number in range(FUNCTIONS)]
    name = functions[0].name
    with tempfile.TemporaryDirectory() as folder:
        config = Config(state_dir=Path(folder))
        tracemalloc.start()
        with closing(History.open(config)) as history:
            for number in range(KEPT):
                history.record(_call(functions[number % FUNCTIONS], number))
            times_ms = {"take and write 10,000 calls": _ms(history.flush)}
            memory_mb = tracemalloc.get_traced_memory()[0] / 1e6
            tracemalloc.stop()
            times_ms["the newest 100 calls"] = _ms(partial(history.calls, CallQuery()))
            times_ms["calls by an id"] = _ms(partial(history.calls, CallQuery(call_id="call-5000")))
            times_ms[f"rates of {FUNCTIONS} functions"] = _ms(lambda: [history.summary_of(f.name) for f in functions])
            lines = [_line(name, number) for number in range(10_000)]
            times_ms["keep 10,000 log lines, of which 1 MiB stays"] = _ms(lambda: history.logs.keep(name, "1", lines))
            times_ms["read 1 MiB of log lines"] = _ms(lambda: history.logs.lines(name))
        disk_mb = (config.state_dir / FILE_NAME).stat().st_size / 1e6
        times_ms["open the file again"] = _ms(lambda: History.open(config).close())
    show_table(f"Gateway: {KEPT:,} calls kept", ("ms",), {name: (f"{one:.1f}",) for name, one in times_ms.items()})
    print(f"  {memory_mb:.1f} MB of memory, {disk_mb:.1f} MB on disk")
    reads_ms = max(times_ms[name] for name in ("the newest 100 calls", "calls by an id"))
    return [
        Aim(
            f"gateway: {KEPT:,} kept calls of {FUNCTIONS} functions in under 20 MB",
            f"{memory_mb:.1f} MB",
            memory_mb < 20,
        ),
        Aim(f"gateway: found among {KEPT:,} kept calls in under 50 ms", f"{reads_ms:.1f} ms", reads_ms < 50),
    ]


@contextmanager
def _gateways() -> Iterator[Gateways]:
    """Serve the bare upstream, and two gateways' path of a call in front of it."""
    port = free_port()
    server = [sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port)]
    server += ["--no-ws", "--loop", "uvloop", "--log-level", "warning", "bare_rsgi:app"]
    said = re.compile(r"port (\d+)\n")
    with ExitStack() as stack:
        is_up = lambda _: answers(port, lambda status, _: status == 200)  # noqa: E731
        stack.enter_context(running("granian", server, is_up, folder=HERE / "peers", environ=QUIET))
        is_up = lambda child: bool(said.search(child.written()))  # noqa: E731
        gateways = {}
        for name, flags in ((KEEPS, []), (FORGETS, ["forget"])):
            alone = [sys.executable, "-m", "bench.gateway_alone", str(port), *flags]
            child = stack.enter_context(running(f"the gateway that {name}", alone, is_up, folder=ROOT, environ=QUIET))
            (through,) = said.findall(child.written())
            gateways[name] = (child, Route("GET", "", f"http://127.0.0.1:{through}/function/up"))
        yield gateways


def _ask(gateways: Gateways, name: str) -> Cost:
    """Have wrk call for a second; what is written a second later is counted as well."""
    child, route = gateways[name]
    before_ns = _cpu_ns(child)
    measured = measure(Trial(MANY, THROUGH), route)
    time.sleep(1.1)
    return Cost((_cpu_ns(child) - before_ns) / 1000 / measured.per_second, measured)


def _cpu_ns(child: Child) -> int:
    """Return how long a process's threads ran: proc_pid_schedstat(5)."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{child.pid}/task").glob("*/schedstat"))


def _ms(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return (time.perf_counter() - began_s) * 1000


def _function(name: str) -> Function:
    return Function(FunctionDeployment(FunctionName(name), "none"), revision="1", created_at=datetime.now(UTC))


def _call(function: Function, number: int) -> Call:
    """Return a call as the proxy records it: the texts are its own."""
    trace = f"00-{number:032x}-{number:016x}-01"
    replica = f"{function.name.name}-1"
    return Call(
        function,
        f"call-{number}" if number == KEPT // 2 else f"{number:036x}",
        "POST",
        200,
        number / 1e5,
        replica,
        was_cold=False,
        started_ns=time.time_ns(),
        request_bytes=number,
        reply_bytes=2 * number,
        trace_parent=trace,
    )


def _line(name: FunctionName, number: int) -> Line:
    return Line(number, "1", LogMessage(*name, "fn-1", datetime.now(UTC), f"{number:99}\n"))
