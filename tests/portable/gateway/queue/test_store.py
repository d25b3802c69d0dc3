"""What happens to a call, and what is left of it after a crash between any two commits."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from portable.gateway.queue.models import CallbackState, State
from portable.stack.errors import Conflict, NotFound

from ..peers import on_loop
from .stores import NOW_S, Opened, ending, new_call, opened, rows

Move = Callable[[Opened, int], Awaitable[object]]


async def _begin(it: Opened, seq: int) -> object:
    return await it.store.begin(seq, NOW_S) is not None


MOVES: dict[str, Move] = {
    "begin": _begin,
    "retry": lambda it, seq: it.store.retry(seq, NOW_S + 10, ending(500)),
    "end": lambda it, seq: it.store.end(seq, State.DONE, NOW_S, ending()),
    "bury": lambda it, seq: it.store.bury([seq], NOW_S, "gone"),
    "cancel": lambda it, seq: it.store.cancel("one", NOW_S),
    "replay": lambda it, seq: it.store.replay("one", NOW_S),
    "recover": lambda it, seq: it.store.recover(),
}
AFTER = {
    State.WAITING: {"begin": "running", "bury": "dead", "cancel": "cancelled"},
    State.RUNNING: {"retry": "waiting", "end": "done", "cancel": "cancelled", "recover": "waiting"},
    State.DONE: {"replay": "waiting"},
    State.DEAD: {"replay": "waiting"},
    State.CANCELLED: {"replay": "waiting"},
}


async def put(it: Opened, state: State) -> int:
    """Have a call be in a state."""
    if state is State.WAITING:
        return (await it.store.accept(new_call())).seq
    if state in (State.DONE, State.DEAD):
        return await it.ended(state=state)
    seq = await it.running()
    if state is State.CANCELLED:
        await it.store.cancel("one", NOW_S)
    return seq


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", State)
@on_loop
async def test_transition_happens_from_its_own_states_alone(tmp_path: Path, state: State, move: str) -> None:
    async with opened(tmp_path) as it:
        seq = await put(it, state)
        try:
            result = await MOVES[move](it, seq)
        except Conflict:
            result = False
        if move in ("begin", "retry", "end"):
            assert bool(result) == (move in AFTER[state])

        assert it.states() == {"one": AFTER[state].get(move, state)}


@on_loop
async def test_call_is_given_back_as_it_was_kept(tmp_path: Path) -> None:
    body = bytes(range(256))
    async with opened(tmp_path) as it:
        ticket = await it.store.accept(new_call(body=body, callback="http://example.org/"))
        attempt = await it.store.begin(ticket.seq, NOW_S)

        assert ticket == (ticket.seq, "one", "fn.openfaas-fn", NOW_S, 256, "http://example.org/")
        assert attempt == (ticket.seq, "one", b"/path?query", [(b"x-one", b"1")], body, 1, 0)


@on_loop
async def test_reply_is_read_as_it_came(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        await it.ended("text")
        await it.ended("bytes", reply=b"\xff\x00")
        await it.ended("large", reply=None)
        text, other, large = (it.reader.find(name) for name in ("text", "bytes", "large"))

        assert (text["status"], text["headers"], text["body"]) == (200, {"X-Two": ["2", "3"]}, "reply")
        assert (text["durationSeconds"], text["replica"], text["endedAt"]) == (0.25, "fn-1", "2027-01-15T08:00:00Z")
        assert (other["bodyBase64"], "body" in other) == ("/wA=", False)
        assert large["bodyNotKept"] == "it has 5 bytes, more than the gateway keeps (--async-max-result)"


@on_loop
async def test_id_that_is_known_is_refused_and_the_rest_of_its_transaction_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        ids = ("one", "one", "two", "one")
        found = await asyncio.gather(*(it.store.accept(new_call(one)) for one in ids), return_exceptions=True)

        assert [isinstance(one, Conflict) for one in found] == [False, True, False, True]
        assert set(it.states()) == {"one", "two"}


@on_loop
async def test_call_that_is_not_known_is_said_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        for name in ("one'; DROP TABLE calls; --", "%", "one"):
            for ask in (it.store.cancel, it.store.replay):
                with pytest.raises(NotFound, match="there is no call"):
                    await ask(name, NOW_S)
            with pytest.raises(NotFound, match="there is no call"):
                it.reader.find(name)


@on_loop
async def test_replayed_call_begins_anew_without_its_reply(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        seq = await it.ended(state=State.DEAD)
        ticket = await it.store.replay("one", NOW_S + 60)
        attempt = await it.store.begin(seq, NOW_S + 60)
        found = it.reader.find("one")

        assert (ticket.seq, ticket.due_s) == (seq, NOW_S + 60)
        assert attempt
        assert (attempt.attempts, attempt.body) == (1, b"body")
        assert (found["replays"], found["status"], "body" in found, found["endedAt"]) == (1, None, False, None)


@on_loop
async def test_call_whose_callback_is_to_be_posted_is_not_replayed_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        seq = await it.ended(callback="http://example.org/")
        with pytest.raises(Conflict, match="a callback that is still to be posted"):
            await it.store.replay("one", NOW_S)
        await it.store.note_callback(seq, CallbackState.DEAD, 0.0, 0, "gone")
        await it.store.replay("one", NOW_S)

        assert it.reader.find("one")["callback"]["state"] == "waiting"
        assert await it.store.callback(seq) is None  # the call has to end first


@on_loop
async def test_cancelled_call_is_not_called_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        seq = await it.running(callback="http://example.org/")
        await it.store.cancel("one", NOW_S)

        assert await it.store.callback(seq) is None
        assert await it.store.callbacks() == []
        assert not await it.store.end(seq, State.DONE, NOW_S, ending())
        assert "body" not in it.reader.find("one")


@on_loop
async def test_lists_and_counts_are_of_what_is_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        await it.ended("a")
        await it.ended("b", State.DEAD)
        await it.ended("c", function="other.openfaas-fn")
        await it.running("d")

        assert [call["callId"] for call in it.reader.list(limit=3)] == ["d", "c", "b"]
        assert [call["callId"] for call in it.reader.list(function="fn.openfaas-fn", state=State.DEAD)] == ["b"]
        assert it.reader.list(function="fn.openfaas-fn' OR 1 --") == []
        counts = it.reader.counts()
        assert counts["fn.openfaas-fn"] == {"waiting": 0, "running": 1, "done": 1, "dead": 1, "cancelled": 0}
        assert counts["other.openfaas-fn"]["done"] == 1


class Crashes:
    """Copies of a folder as a crash would have left it, one after each commit."""

    def __init__(self, folder: Path, copies: Path) -> None:
        self._folder = folder
        self._copies = copies
        self.found: list[Path] = []

    def watch(self, statement: str) -> None:
        """Take note that a transaction begins: what was committed before is in the file."""
        if statement.startswith("BEGIN"):
            copy = self._copies / str(len(self.found))
            shutil.copytree(self._folder, copy)
            self.found.append(copy)


@on_loop
async def test_crash_between_any_two_commits_loses_no_call_and_none_runs_after_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    crashes = Crashes(folder, tmp_path / "copies")
    told: list[tuple[int, str, str]] = []
    async with opened(folder, watch=crashes.watch) as it:

        def tell(call_id: str, state: str) -> None:
            told.append((len(crashes.found), call_id, state))

        first, second = [(await it.store.accept(new_call(name, callback="http://a.b/"))).seq for name in "ab"]
        tell("a", "accepted")
        tell("b", "accepted")
        for seq in (first, second):
            await it.store.begin(seq, NOW_S)
        await it.store.retry(first, NOW_S, ending(500))
        await it.store.end(second, State.DONE, NOW_S, ending())
        tell("b", "ended")
        await it.store.begin(first, NOW_S)
        await it.store.end(first, State.DEAD, NOW_S, ending(500, error="given up"))
        tell("a", "ended")
        await it.store.note_callback(second, CallbackState.DONE, 0.0, 200, "")
        tell("b", "called back")
        await it.store.recover()

    assert len(crashes.found) > 9
    for number, copy in enumerate(crashes.found):
        before = {(call_id, what) for count, call_id, what in told if count <= number}
        async with opened(copy) as it:
            waiting = {ticket.id for ticket in await it.store.recover()}
            calling_back = {ticket.id for ticket in await it.store.callbacks()}
            states = it.states()
            for call_id in "ab":
                if (call_id, "ended") in before:
                    assert call_id not in waiting
                    assert it.reader.find(call_id)["body"] == "reply"
                elif (call_id, "accepted") in before:
                    assert call_id in waiting or states[call_id] in ("done", "dead")
            if ("b", "called back") in before:
                assert "b" not in calling_back
            assert calling_back <= {name for name, state in states.items() if state in ("done", "dead")}
        assert rows(copy, "PRAGMA integrity_check") == [("ok",)]


@on_loop
async def test_recovered_call_is_counted_as_redelivered(tmp_path: Path) -> None:
    async with opened(tmp_path) as it:
        await it.running("ran")
        await it.ended("over")
    async with opened(tmp_path) as it:
        (ticket,) = await it.store.recover()
        attempt = await it.store.begin(ticket.seq, NOW_S)

        assert attempt
        assert (ticket.id, attempt.attempts, attempt.redeliveries) == ("ran", 2, 1)
        assert it.reader.find("ran")["redeliveries"] == 1
