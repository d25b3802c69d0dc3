"""What was accepted runs to an end, however often and whenever the gateway is killed; at least once, not more often."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests.runtimes.processes import TIMEOUT_S

from .killing import Killable, Receiver, killable, receiver, result_of, storm, wait_for_all

RUNNING_AT_MOST = 4
FLAGS = ("--callback-allow", "127.0.0.1", "--async-keep", "5000", "--async-concurrency", str(RUNNING_AT_MOST))


@pytest.mark.parametrize(
    ("calls", "kills", "run_s"), [(60, 3, 0.02), pytest.param(2000, 20, 0.02, marks=pytest.mark.slow)]
)
def test_accepted_calls_run_to_an_end_and_are_called_back_whenever_the_gateway_is_killed(
    tmp_path: Path, calls: int, kills: int, run_s: float
) -> None:
    seed = SystemRandom().randrange(2**32)
    say(f"seed {seed}")
    ids = [f"call-{number}" for number in range(calls)]
    with receiver() as (taken, url), killable(tmp_path, *FLAGS) as it:
        running = storm(it, ids, url, kills=kills, random=Random(seed), run_s=run_s)
        counts = wait_for_all(it, calls, 4 * TIMEOUT_S)

        assert counts == {"waiting": 0, "running": 0, "done": calls, "dead": 0, "cancelled": 0}
        check_runs(it, ids, running)
        check_callbacks(taken, ids[1::2], kills)


def say(text: str) -> None:
    """Print what is shown if the test fails, and with `-s`."""
    print(text)  # noqa: T201


def check_runs(it: Killable, ids: list[str], running: list[set[str]]) -> None:
    """Every call ran, its result can be read, and only such as ran at a kill did so again."""
    ran = it.ran()
    again = {call_id for call_id, count in ran.items() if count > 1}
    at_a_kill = set().union(*running)
    say(f"{len(ids)} calls, {len(running)} kills, {len(at_a_kill)} ran at one, {len(again)} ran more than once")
    assert set(ran) == set(ids)
    assert again <= at_a_kill
    assert all(len(ids) <= RUNNING_AT_MOST for ids in running)
    for call_id in ids:
        assert result_of(it, call_id) == {"id": call_id, "body": f"body of {call_id}"}
        if call_id in again:
            found = it.gateway.control("GET", f"/async-function/{call_id}").json()
            kills = sum(call_id in ids for ids in running)
            assert (found["redeliveries"], ran[call_id] <= 1 + kills) == (kills, True)


def check_callbacks(taken: Receiver, ids: list[str], kills: int) -> None:
    """Every call with a callback was told of at least once, with its own reply, and no other was."""
    give_up_s = time.monotonic() + TIMEOUT_S
    while set(taken.counts) != set(ids) and time.monotonic() < give_up_s:
        time.sleep(0.05)  # the last are still on their way
    repeated = {call_id: count for call_id, count in taken.counts.items() if count > 1}
    say(f"{len(ids)} callbacks, {len(repeated)} posted more than once")
    assert set(taken.counts) == set(ids)
    assert max(taken.counts.values()) <= 1 + kills
    assert all(len(bodies) == 1 and call_id.encode() in next(iter(bodies)) for call_id, bodies in taken.bodies.items())
