"""What is forgotten, and what never is."""

from __future__ import annotations

from pathlib import Path

from portable.gateway.queue.models import CallbackState, State
from portable.gateway.queue.retention import Retention

from ..peers import on_loop
from .stores import NOW_S, Opened, new_call, opened, rows

ALL = Retention(keep=1000, keep_for_s=3600.0, max_bytes=2**40)


async def trim(it: Opened, retention: Retention, now_s: float = NOW_S) -> None:
    while await it.store.trim(retention, now_s):
        pass


@on_loop
async def test_oldest_of_each_function_and_state_go_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        for number in range(4):
            await it.ended(f"done-{number}")
            await it.ended(f"dead-{number}", State.DEAD)
        await it.ended("other", function="other.openfaas-fn")
        await it.store.accept(new_call("waiting"))
        await it.running("running")
        await trim(it, ALL._replace(keep=2))

        assert set(it.states()) == {"done-2", "done-3", "dead-2", "dead-3", "other", "waiting", "running"}
    assert rows(tmp_path, "SELECT count(*) FROM requests") == [(7,)]
    assert rows(tmp_path, "SELECT count(*) FROM replies") == [(5,)]


@on_loop
async def test_what_ended_long_ago_goes(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        await it.ended("old", ended_s=NOW_S - 3601)
        await it.ended("new", ended_s=NOW_S - 3599)
        await trim(it, ALL)

        assert set(it.states()) == {"new"}


@on_loop
async def test_more_bytes_than_may_be_are_given_up_from_the_oldest_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        for number in range(120):
            await it.ended(f"{number}", reply=bytes(50_000), ended_s=NOW_S + number)
        await it.store.accept(new_call("waiting", body=bytes(500_000)))
        await trim(it, ALL._replace(max_bytes=3_000_000))
        left = it.states()

        assert left.pop("waiting") == "waiting"
        assert 10 <= len(left) < 60
        assert set(left) == {f"{number}" for number in range(120 - len(left), 120)}


@on_loop
async def test_call_whose_callback_is_to_be_posted_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        seq = await it.ended("one", callback="http://example.org/")
        nothing = Retention(keep=1, keep_for_s=1.0, max_bytes=1)
        await trim(it, nothing, NOW_S + 9999)
        assert set(it.states()) == {"one"}
        await it.store.note_callback(seq, CallbackState.DONE, 0.0, 200, "")
        await trim(it, nothing, NOW_S + 9999)

        assert it.states() == {}
    assert rows(tmp_path, "SELECT count(*) FROM callbacks") == [(0,)]


@on_loop
async def test_space_that_was_freed_goes_back_to_the_disk(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        for number in range(60):
            await it.ended(f"{number}", reply=bytes(900_000))
        await trim(it, ALL._replace(keep=1))
        pages = it.file.connection.execute("PRAGMA page_count").fetchone()[0]

        assert pages * 4096 < 24_000_000
