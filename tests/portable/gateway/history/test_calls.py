"""Which calls are kept, in which order, and what is found among them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from portable.gateway.history import recent
from portable.gateway.history.models import CallQuery

from .kept import FN, FUNCTION, call, function, history, ids, rows

OTHER = function("other")


def test_call_is_kept_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with history(tmp_path) as it:
        it.record(call("one", was_cold=True, request_bytes=3, reply_bytes=5, trace_parent=trace))
        (kept,) = it.calls(CallQuery())

    assert kept.to_wire() == {
        "callId": "one",
        "function": "fn.openfaas-fn",
        "startedAt": "2027-01-15T07:59:59Z",
        "method": "POST",
        "status": 200,
        "durationSeconds": 0.1,
        "replica": "fn-1",
        "cold": True,
        "requestBytes": 3,
        "replyBytes": 5,
        "traceParent": trace,
    }


def test_newest_calls_of_each_function_are_kept_and_the_newest_comes_first(tmp_path: Path) -> None:
    with history(tmp_path, keep_calls=2) as it:
        for number in range(5):
            it.record(call(f"fn-{number}"))
        it.record(call("other", function=OTHER))
        it.record(call("last"))

        assert ids(it) == ["last", "other", "fn-4"]


def test_calls_that_are_many_at_once_are_kept_as_those_that_come_one_by_one(tmp_path: Path) -> None:
    with history(tmp_path, keep_calls=300) as it:
        for number in range(recent.AT_ONCE * 3):
            it.record(call(str(number), function=OTHER if number % 2 else FUNCTION))

        newest = [str(number) for number in reversed(range(recent.AT_ONCE * 3))]
        assert ids(it) == newest[:600]
        assert it.summary_of(FN).calls == it.summary_of(OTHER.name).calls == recent.AT_ONCE * 3 // 2


QUERIES: dict[str, tuple[CallQuery, list[str]]] = {
    "all": (CallQuery(), ["e", "d", "c", "b", "a"]),
    "a function": (CallQuery(function="other.openfaas-fn"), ["d"]),
    "an id that several calls have": (CallQuery(call_id="b"), ["b"]),
    "a status": (CallQuery(statuses=range(404, 405)), ["b"]),
    "a class of statuses": (CallQuery(statuses=range(500, 600)), ["e", "c"]),
    "since": (CallQuery(since_ns=call(ago_s=3).started_ns), ["e", "d", "c"]),
    "a limit": (CallQuery(limit=2), ["e", "d"]),
    "a limit of what is found": (CallQuery(statuses=range(200, 300), limit=2), ["d", "a"]),
    "nothing": (CallQuery(function="fn.openfaas-fn", call_id="d"), []),
    "a function that nobody called": (CallQuery(function="none.openfaas-fn"), []),
}


@pytest.mark.parametrize("name", QUERIES)
def test_query_finds_what_it_asks_for(tmp_path: Path, name: str) -> None:
    query, expected = QUERIES[name]
    with history(tmp_path) as it:
        it.record(call("a", ago_s=5))
        it.record(call("b", ago_s=4, status=404))
        it.record(call("c", ago_s=3, status=502))
        it.record(call("d", ago_s=2, function=OTHER))
        it.record(call("e", ago_s=1, status=500))

        assert ids(it, query) == expected


def test_function_that_was_called_longest_ago_is_forgotten_beyond_so_many(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        for number in range(recent.MAX_FUNCTIONS):
            it.record(call(f"{number}", function=function(f"fn-{number}")))
        it.flush()
        it.record(call("again", function=function("fn-0")))
        it.record(call("new", function=function("new")))
        left = ids(it)

        assert ("1" in left, "0" in left, "new" in left, len(left)) == (False, True, True, recent.MAX_FUNCTIONS + 1)
        assert it.summary_of(function("fn-1").name).calls == 0
    with history(tmp_path) as it:
        assert ids(it) == left


def test_calls_survive_a_restart_in_their_order(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        for number in range(5):
            it.record(call(f"{number}", function=OTHER if number % 2 else FUNCTION))
        before = it.calls(CallQuery())
    with history(tmp_path) as it:
        assert it.calls(CallQuery()) == before
        assert it.summary_of(FN).calls == 3
        it.record(call("later"))
        assert ids(it) == ["later", "4", "3", "2", "1", "0"]


def test_disk_has_no_more_than_is_kept(tmp_path: Path) -> None:
    with history(tmp_path, keep_calls=3) as it:
        for number in range(10):
            it.record(call(f"{number}"))
            it.flush()
        it.record(call("other", function=OTHER))
    kept = rows(tmp_path, "SELECT call_id FROM calls ORDER BY seq")
    with history(tmp_path, keep_calls=2) as it:
        fewer = ids(it)

    assert kept == [("7",), ("8",), ("9",), ("other",)]
    assert fewer == ["other", "9", "8"]
    assert rows(tmp_path, "SELECT call_id FROM calls ORDER BY seq") == [("8",), ("9",), ("other",)]


HOSTILE = [
    "'; DROP TABLE calls; --",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "%00",
    "{0}",
    "~" * 128,
    "?a&b#c",
]


@pytest.mark.parametrize("call_id", HOSTILE)
def test_hostile_id_is_an_id_like_any(tmp_path: Path, call_id: str) -> None:
    with history(tmp_path) as it:
        it.record(call("one"))
        it.record(call(call_id))
    with history(tmp_path) as it:
        assert ids(it, CallQuery(call_id=call_id)) == [call_id]
        assert ids(it) == [call_id, "one"]


def test_calls_that_arrive_while_others_write_and_read_are_all_counted_once_and_in_order(tmp_path: Path) -> None:
    number, over = 5000, threading.Event()

    def again_and_again(do: Callable[[], object]) -> None:
        while not over.is_set():
            do()

    switch_s = sys.getswitchinterval()
    with history(tmp_path, keep_calls=500) as it:
        others = [threading.Thread(target=again_and_again, args=(do,)) for do in (it.flush, lambda: ids(it), it.flush)]
        sys.setswitchinterval(1e-6)
        try:
            for one in others:
                one.start()
            for index in range(number):
                it.record(call(str(index)))
        finally:
            over.set()
            for one in others:
                one.join()
            sys.setswitchinterval(switch_s)
        newest = [str(index) for index in reversed(range(number - 500, number))]

        assert it.summary_of(FN).calls == number
        assert ids(it) == newest
    with history(tmp_path, keep_calls=500) as it:
        assert ids(it) == newest
