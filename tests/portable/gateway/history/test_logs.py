"""The lines that outlive what printed them: how many, in which order, and that none is there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.gateway.history.service import History
from portable.gateway.logs import archive as logs
from portable.stack.errors import Unavailable
from portable.stack.messages import FunctionName

from .kept import FN, history, line, rows, texts

OTHER = FunctionName("other")


def size(it: History) -> int:
    return sum(len(text) for text in texts(it.logs.lines(FN)))


def test_lines_are_there_after_a_restart_as_they_were(tmp_path: Path) -> None:
    text = "\x00\x1b[31mhällo \U0001f600 'quoted' <b>\n"
    with history(tmp_path) as it:
        it.logs.append(FN, line(text, 7))
        before = it.logs.lines(FN)
    with history(tmp_path) as it:
        assert it.logs.lines(FN) == before == [line(text, 7)]
        assert it.logs.lines(OTHER) == []


def test_lines_are_in_the_order_of_their_time_and_else_as_they_came(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        it.logs.keep(FN, "a", [line("3", 3), line("4", 3)])
        it.logs.append(FN, line("1", 1))
        it.logs.append(FN, line("2", 2))

        assert texts(it.logs.lines(FN)) == ["1", "2", "3", "4"]


def test_lines_of_a_replica_that_are_kept_again_take_the_place_of_the_first(tmp_path: Path) -> None:
    """As when the gateway was killed between keeping a container's log and removing it."""
    with history(tmp_path) as it:
        it.logs.keep(FN, "id-of-fn-1", [line("a", 1)])
        it.logs.keep(FN, "id-of-fn-2", [line("other", 2, replica="fn-2")])
        it.logs.keep(FN, "id-of-fn-1", [line("a", 1), line("b", 3)])

        assert texts(it.logs.lines(FN)) == ["a", "other", "b"]


def test_newest_lines_of_each_function_are_kept_in_so_many_bytes(tmp_path: Path) -> None:
    with history(tmp_path, keep_log_bytes=10_000) as it:
        it.logs.append(OTHER, line("other", name=OTHER))
        for number in range(1000):
            it.logs.append(FN, line(f"{number:4}" + "x" * 96, number))
            it.logs.flush()
        kept = texts(it.logs.lines(FN))

        assert kept[-1].startswith(" 999")
        assert kept == sorted(kept)
        assert 4_000 <= size(it) <= 10_000
        assert texts(it.logs.lines(OTHER)) == ["other"]
    assert rows(tmp_path, "SELECT sum(size) <= 10000 FROM lines") == [(1,)]
    with history(tmp_path, keep_log_bytes=2_000) as it:
        assert 0 < size(it) <= 2_000


def test_function_that_prints_much_is_written_at_once_and_waits_in_bounded_memory(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        for number in range(100):
            it.logs.append(FN, line("x" * 8192, number))
            assert it.logs._waiting_bytes <= logs.WRITE_AT_BYTES + 8192 + 100


def test_lines_that_the_disk_does_not_take_wait_in_bounded_memory_the_newest_of_them(tmp_path: Path) -> None:
    with history(tmp_path, keep_log_bytes=10 * 2**20) as it:
        it._file.connection.execute("PRAGMA query_only = ON")
        for number in range(3000):
            it.logs.append(FN, line(f"{number:8192}", number))
        assert it.logs._waiting_bytes <= 10 * 2**20 + 2 * 8292
        it._file.connection.execute("PRAGMA query_only = OFF")
        kept = texts(it.logs.lines(FN))

        assert int(kept[-1]) == 2999
        assert len(kept) > 1000


def test_lines_that_cannot_be_read_are_said_to_be_so(tmp_path: Path) -> None:
    with history(tmp_path) as it:
        it._file.close()
        with pytest.raises(Unavailable, match="cannot read the logs"):
            it.logs.lines(FN)


def test_function_that_printed_longest_ago_is_forgotten_beyond_so_many(tmp_path: Path) -> None:
    names = [FunctionName(f"fn-{number}") for number in range(logs.MAX_FUNCTIONS + 1)]
    with history(tmp_path) as it:
        for number, name in enumerate(names[:-1]):
            it.logs.append(name, line("one", number, name=name))
        it.logs.append(names[0], line("again", 10_000, name=names[0]))
        it.logs.append(names[-1], line("last", 20_000, name=names[-1]))

        assert [texts(it.logs.lines(name)) for name in (*names[:3], names[-1])] == [
            ["one", "again"],
            [],
            ["one"],
            ["last"],
        ]


@pytest.mark.parametrize("printed", [OTHER, FN])
def test_changes_are_told_of_the_function_that_printed(tmp_path: Path, printed: FunctionName) -> None:
    with history(tmp_path) as it:
        before = it.logs.changes(FN)
        it.logs.append(printed, line("one", name=printed))
        it.logs.flush()

        assert (it.logs.changes(FN) != before) == (printed is FN)
