"""What happens to calls besides being run: their function goes, the gateway ends, they are cancelled or replayed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portable.gateway.functions.state import Endpoint, Function
from portable.gateway.queue.models import State
from portable.stack.errors import Conflict

from ..fake_clock import START_S, FakeClock
from ..peers import on_loop
from ..peers.upstream import Peer, answers, replica, unused_port
from .gateways import async_gateway
from .scripts import QUICK, RETRY, Gate, attempted, statuses
from .stores import opened


class TestFunctionThatIsGone:
    @on_loop
    async def test_its_calls_are_dead_letters_after_a_while(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with replica(statuses(*["500 Oh"] * 9)) as upstream, async_gateway(tmp_path, clock=clock) as it:
            it.add("fn", upstream.port, annotations=QUICK)
            tried = await it.accept("fn")
            await attempted(it, tried, 1)
            it.remove("fn")
            clock.advance(10)
            for _ in range(58):
                await it.settle()
                clock.advance(1)
            assert (await it.find(tried))["state"] == "waiting"
            for _ in range(3):
                await it.settle()
                clock.advance(1)
            call = await it.ended(tried)

            assert call["state"] == "dead"
            assert call["error"] == "error finding function fn.openfaas-fn: it is not deployed, and was not for 60 s"
            assert (call["status"], call["attempts"]) == (500, 1)

    @on_loop
    async def test_function_that_comes_back_meanwhile_runs_them(self, tmp_path: Path) -> None:
        """`faas-cli deploy --update=false --replace` removes it first."""
        clock = FakeClock()
        async with replica(statuses("500 Oh")) as upstream, async_gateway(tmp_path, clock=clock) as it:
            it.add("fn", upstream.port)
            call_id = await it.accept("fn")
            await attempted(it, call_id, 1)
            it.remove("fn")
            for _ in range(30):
                clock.advance(1)
                await it.settle()
            it.add("fn", upstream.port)
            clock.advance(1)

            assert (await it.ended(call_id))["state"] == "done"


class TestStopping:
    @on_loop
    async def test_call_that_runs_may_end_and_one_that_waits_runs_at_the_next_start(self, tmp_path: Path) -> None:
        gate = Gate()
        async with replica(gate.script) as upstream:
            async with async_gateway(tmp_path, async_concurrency=1) as it:
                it.add("fn", upstream.port)
                runs, waits = await it.accept("fn/runs"), await it.accept("fn/waits")
                await gate.has(1)
                asyncio.get_running_loop().call_soon(gate.open)
            async with opened(tmp_path) as kept:
                assert kept.states() == {runs: "done", waits: "waiting"}
            async with async_gateway(tmp_path) as it:
                it.add("fn", upstream.port)
                call = await it.ended(waits)

            assert (call["attempts"], call["redeliveries"]) == (1, 0)
            assert gate.seen == ["runs", "waits"]

    @on_loop
    async def test_call_that_does_not_end_in_time_is_run_again(self, tmp_path: Path) -> None:
        gate = Gate()
        async with replica(gate.script) as upstream:
            async with async_gateway(tmp_path, write_timeout_s=0.01) as it:
                it.add("fn", upstream.port)
                call_id = await it.accept("fn")
                await gate.has(1)
            gate.open()
            async with async_gateway(tmp_path) as it:
                it.add("fn", upstream.port)
                call = await it.ended(call_id)

            assert (call["state"], call["attempts"], call["redeliveries"], len(gate.seen)) == ("done", 2, 1, 2)

    @on_loop
    async def test_call_whose_function_is_being_woken_has_not_begun(self, tmp_path: Path) -> None:
        """However often the gateway is killed then, the call is not to blame."""
        woken = asyncio.Event()

        async def wake(function: Function) -> Endpoint:
            woken.set()
            await asyncio.Event().wait()
            raise AssertionError

        async with async_gateway(tmp_path, wake=wake, write_timeout_s=0.01) as it:
            it.add("fn")
            call_id = await it.accept("fn")
            await woken.wait()
            assert (await it.find(call_id))["state"] == "waiting"
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await it.ended(call_id)

            assert (call["state"], call["attempts"], call["redeliveries"]) == ("done", 1, 0)

    @on_loop
    async def test_attempt_that_the_gateway_cut_does_not_count_against_the_annotation(self, tmp_path: Path) -> None:
        async with opened(tmp_path) as kept:
            await kept.running("one")
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port, annotations={f"{RETRY}attempts": "1"})

            assert (await it.ended("one"))["state"] == "done"

    @on_loop
    async def test_call_that_may_kill_the_gateway_is_a_dead_letter_in_the_end(self, tmp_path: Path) -> None:
        async with opened(tmp_path) as kept:
            seq = await kept.running("poison")
            for _ in range(9):
                await kept.store.recover()
                await kept.store.begin(seq, START_S)
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await it.ended("poison")

            assert (call["state"], upstream.requests) == ("dead", [])
            assert "the gateway ended 10 times while it ran" in call["error"]


class TestCancelling:
    @on_loop
    async def test_call_that_waits_never_runs_and_leaves_its_place(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with (
            replica(statuses("500 Oh")) as upstream,
            async_gateway(tmp_path, clock=clock, async_max_queued=1) as it,
        ):
            it.add("fn", upstream.port)
            call_id = await it.accept("fn")
            await attempted(it, call_id, 1)
            await it.calls.cancel(call_id)
            await it.ended(await it.accept("fn"))
            clock.advance(1000)
            await it.settle()

            assert (await it.find(call_id))["state"] == "cancelled"
            assert len(upstream.requests) == 2

    @on_loop
    async def test_call_that_runs_is_broken_off_and_its_reply_dropped(self, tmp_path: Path) -> None:
        left = asyncio.Event()

        async def script(peer: Peer) -> None:
            assert await peer.is_left()
            left.set()

        async with replica(script) as upstream, async_gateway(tmp_path) as it:
            function = it.add("fn", upstream.port)
            call_id = await it.accept("fn")
            while not upstream.requests:
                await asyncio.sleep(0.003)
            await it.calls.cancel(call_id)
            await left.wait()
            while function.in_flight:
                await asyncio.sleep(0.003)
            call = await it.find(call_id)

            assert (call["state"], call["status"], "body" in call) == ("cancelled", None, False)
            assert [one.status for one in it.records] == [499]

    @on_loop
    async def test_call_that_has_ended_is_not_cancelled(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call_id = await it.accept("fn")
            await it.ended(call_id)
            with pytest.raises(Conflict, match="has ended, it is done"):
                await it.calls.cancel(call_id)


class TestReplaying:
    @on_loop
    async def test_dead_letter_runs_again_with_as_many_attempts(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with (
            replica(statuses("500 Oh", "500 Oh", "500 Oh")) as upstream,
            async_gateway(tmp_path, clock=clock) as it,
        ):
            it.add("fn", upstream.port, annotations={f"{RETRY}attempts": "2"})
            call_id = await it.accept("fn")
            await attempted(it, call_id, 1)
            clock.advance(10)
            assert (await it.ended(call_id))["state"] == "dead"
            await it.calls.replay(call_id)
            await attempted(it, call_id, 1)
            clock.advance(10)
            call = await it.ended(call_id)

            assert (call["state"], call["attempts"], call["replays"]) == ("done", 2, 1)

    @on_loop
    async def test_call_that_is_open_is_not_replayed(self, tmp_path: Path) -> None:
        async with async_gateway(tmp_path) as it:
            it.add("fn")
            call_id = await it.accept("fn")
            await attempted(it, call_id, 1)
            with pytest.raises(Conflict, match="it can be run again once it has ended"):
                await it.calls.replay(call_id)


@on_loop
async def test_ended_calls_beyond_what_is_kept_are_forgotten(tmp_path: Path) -> None:
    async with replica(answers()) as upstream, async_gateway(tmp_path, async_keep=3) as it:
        it.add("fn", upstream.port)
        for _ in range(5):
            await it.ended(await it.accept("fn"))
        await it.calls.trim()

        assert (await it.counts())["fn.openfaas-fn"][State.DONE] == 3


@on_loop
async def test_replica_that_takes_no_connection_is_tried_again(tmp_path: Path) -> None:
    port = await unused_port()
    async with async_gateway(tmp_path, upstream_timeout_s=0.05) as it:
        it.add("fn", port)
        call = await attempted(it, await it.accept("fn"), 1)

        assert call["status"] == 502
        assert "cannot be reached" in str(call["error"])


@on_loop
async def test_end_that_cannot_be_written_is_written_later_and_the_call_not_run_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock()
    async with replica(answers()) as upstream, async_gateway(tmp_path, clock=clock) as it:
        it.add("fn", upstream.port)
        change(tmp_path, "CREATE TRIGGER full BEFORE INSERT ON replies BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
        call_id = await it.accept("fn")
        while "disk is full" not in caplog.text:
            await asyncio.sleep(0.003)
        assert (await it.find(call_id))["state"] == "running"
        change(tmp_path, "DROP TRIGGER full")
        await it.settle()
        clock.advance(2)
        call = await it.ended(call_id)

        assert (call["state"], call["body"], len(upstream.requests)) == ("done", "hello", 1)


def change(state_dir: Path, statement: str) -> None:
    """Change the file, as a disk that is full, and is not any more, would."""
    with closing(sqlite3.connect(state_dir / "calls.db")) as db:
        db.execute(statement)
        db.commit()
