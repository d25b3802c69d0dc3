"""The gateway killed with SIGKILL while asynchronous calls come and run: what is lost, and what is done twice."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from statistics import median
from typing import Any, NamedTuple

from .gateway_calls import call, until
from .gateway_places import Labels, OverProcesses, over_processes
from .gateway_server import Gateway, GatewayError
from .report import Aim, show_table

CALLS, QUICK_CALLS = 2_000, 200
KILLS, QUICK_KILLS = 20, 3
FUNCTION = "fn"
RUN_S = 0.02
CALLERS, PAUSE_S = 8, 0.05
AIM_S = 5.0
RETRIES: Labels = {
    "com.openfaas.retry.attempts": "100",
    "com.openfaas.retry.min_wait": "100ms",
    "com.openfaas.retry.max_wait": "1s",
}


class Outcome(NamedTuple):
    """What became of the calls, and of the callbacks that half of them asked for."""

    calls: int
    lost: int
    """Without a result of their own that can be read."""
    again: int
    """How often a call ran besides the once."""
    unexplained: int
    """How often without the gateway having been killed inside it."""
    callbacks: int
    callbacks_lost: int
    callbacks_again: int
    took_s: float
    restarts_s: Sequence[float]
    """From each kill until the gateway answers."""


def run(*, rounds: int | None, quick: bool) -> list[Aim]:
    """Print the table and return the aims."""
    count, kills = (QUICK_CALLS, QUICK_KILLS) if quick else (CALLS, KILLS)
    titles = {f"killed {kills} times": kills, "left alone": 0}
    outcomes = [_measure(count, kills) for kills in titles.values()]
    rows = dict(zip(titles, map(_cells, outcomes), strict=True))
    heads = ("calls", "lost", "ran again", "callbacks", "lost", "posted again", "took s", "back in s", "slowest s")
    show_table("Gateway: killed with SIGKILL while asynchronous calls come and run", heads, rows)
    killed = outcomes[0]
    lost, slowest_s = killed.lost + killed.callbacks_lost, max(killed.restarts_s)
    return [
        Aim(f"gateway, killed {kills} times: no accepted call and no callback lost", f"{lost} lost", lost == 0),
        Aim(
            "gateway: no call run again but one that ran when the gateway was killed",
            f"{killed.unexplained} of {killed.again}",
            killed.unexplained == 0,
        ),
        Aim(f"gateway: killed, back within {AIM_S:g} s", f"{slowest_s:.2f} s at most", slowest_s < AIM_S),
    ]


def _measure(count: int, kills: int) -> Outcome:
    ids = [f"call-{number}" for number in range(count)]
    flags = ("--callback-allow", "127.0.0.1", "--async-keep", str(count))
    with _receiver() as (posted, url), over_processes({FUNCTION: RETRIES}, flags=flags) as place:
        began_s = time.monotonic()
        restarts_s = _storm(place, ids, url, kills)
        until(lambda: place.gateway.open_calls() == 0, "end of every asynchronous call")
        took_s = time.monotonic() - began_s
        with suppress(TimeoutError):
            until(lambda: len(posted) == count // 2, "callback of every other call")
        again = {call_id: len(at) - 1 for call_id, at in place.runs(FUNCTION).items() if len(at) > 1}
        return Outcome(
            count,
            sum(not _has_result(place.gateway, call_id) for call_id in ids),
            sum(again.values()),
            sum(max(0, more - _redeliveries(place.gateway, call_id)) for call_id, more in again.items()),
            len(posted),
            count // 2 - len(posted),
            posted.total() - len(posted),
            took_s,
            restarts_s,
        )


def _storm(place: OverProcesses, ids: Sequence[str], url: str, kills: int) -> list[float]:
    """Send the calls, every other one with a callback, and kill meanwhile; return how long each restart took."""
    restarts_s = []
    moments = Random()
    with ThreadPoolExecutor(CALLERS) as callers:
        accept = partial(_accept, place.gateway.port, url)
        accepted = [callers.submit(accept, call_id, has_callback=bool(at % 2)) for at, call_id in enumerate(ids)]
        for _ in range(kills):
            time.sleep(moments.uniform(0.02, 1.2))  # the moment is drawn
            killed_s = time.monotonic()
            place.restart()
            restarts_s.append(time.monotonic() - killed_s)
        for one in accepted:
            one.result()
    return restarts_s


def _accept(port: int, url: str, call_id: str, *, has_callback: bool) -> None:
    """Send a call until it is known to be accepted: 202, or 409 where that answer was lost in a kill."""
    headers = {"X-Call-Id": call_id, **({"X-Callback-Url": url} if has_callback else {})}

    def is_accepted() -> bool:
        answer = call(port, f"/async-function/{FUNCTION}/noted/{RUN_S}", headers=headers)
        if answer.status not in (0, 202, 409, 429, 503):
            raise GatewayError(f"{call_id}: {answer.status} {answer.body.decode(errors='replace')}")
        time.sleep(PAUSE_S)
        return answer.status in (202, 409)

    until(is_accepted, f"acceptance of {call_id}")


def _has_result(gateway: Gateway, call_id: str) -> bool:
    answer = gateway.ask("GET", f"/async-function/{call_id}/result")
    return (answer.status, answer.body) == (200, call_id.encode())


def _redeliveries(gateway: Gateway, call_id: str) -> int:
    """Return how often the gateway was killed inside a call, by what it tells of it."""
    return int(json.loads(gateway.control("GET", f"/async-function/{call_id}"))["redeliveries"])


@contextmanager
def _receiver() -> Iterator[tuple[Counter[str], str]]:
    """Give how often each call's callback came, and where to post them."""
    posted: Counter[str] = Counter()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if body.decode() == self.headers["X-Call-Id"]:
                with lock:
                    posted[body.decode()] += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield posted, f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def _cells(outcome: Outcome) -> Sequence[str]:
    counts = (outcome.calls, outcome.lost, outcome.again)
    callbacks = (outcome.callbacks, outcome.callbacks_lost, outcome.callbacks_again)
    restarts_s = outcome.restarts_s
    times_s = (f"{median(restarts_s):.2f}", f"{max(restarts_s):.2f}") if restarts_s else ("", "")
    return (*(f"{count:,}" for count in counts + callbacks), f"{outcome.took_s:.1f}", *times_s)
