"""What is kept of what functions print, and who reads which of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from queue import Queue

from hypothesis import given
from hypothesis import strategies as st

from portable.gateway.logs.buffer import LogBuffer
from portable.stack.messages import FunctionName, LogMessage, LogQuery

TIMEOUT_S = 60.0
ONE, OTHER = FunctionName("one"), FunctionName("other")
START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def read(buffer: LogBuffer, query: LogQuery) -> list[str]:
    return [message.text for message in buffer.read(query, threading.Event())]


class Follower:
    """Reads in a thread of its own."""

    def __init__(self, buffer: LogBuffer, query: LogQuery) -> None:
        self.closed = threading.Event()
        self.texts: Queue[str] = Queue()
        self.thread = threading.Thread(target=self._read, args=(buffer.read(query, self.closed),))
        self.thread.start()

    def _read(self, messages: Iterator[LogMessage]) -> None:
        for message in messages:
            self.texts.put(message.text)

    def next(self, count: int) -> list[str]:
        return [self.texts.get(timeout=TIMEOUT_S) for _ in range(count)]

    def has_ended(self) -> bool:
        self.thread.join(TIMEOUT_S)
        return not self.thread.is_alive()


def test_message_says_who_printed_what_and_when() -> None:
    buffer = LogBuffer()
    buffer.append(ONE, "one-1", "hello\n", at(1))

    assert list(buffer.read(LogQuery(ONE), threading.Event())) == [
        LogMessage("one", "openfaas-fn", "one-1", at(1), "hello\n")
    ]


def test_time_is_now_in_utc_unless_it_is_given() -> None:
    buffer = LogBuffer()
    before = datetime.now(UTC)
    buffer.append(ONE, "one-1", "hello\n")
    (message,) = buffer.read(LogQuery(ONE), threading.Event())

    assert before <= message.timestamp <= datetime.now(UTC)


def test_function_without_lines_has_none() -> None:
    buffer = LogBuffer()
    buffer.append(OTHER, "other-1", "not mine\n")

    assert read(buffer, LogQuery(ONE)) == []


def test_line_that_is_too_long_becomes_several_and_loses_nothing() -> None:
    buffer = LogBuffer(max_characters=4)
    buffer.append(ONE, "one-1", "abcdefghij\n")

    assert read(buffer, LogQuery(ONE)) == ["abcd", "efgh", "ij\n"]


def test_follower_gets_what_was_there_and_then_each_new_line_of_its_function() -> None:
    buffer = LogBuffer()
    buffer.append(ONE, "one-1", "old\n")
    follower = Follower(buffer, LogQuery(ONE, follow=True))
    assert follower.next(1) == ["old\n"]
    buffer.append(OTHER, "other-1", "not mine\n")
    buffer.append(ONE, "one-1", "new\n")
    buffer.append(ONE, "one-2", "newer\n")
    assert follower.next(2) == ["new\n", "newer\n"]
    follower.closed.set()

    assert follower.has_ended()
    assert follower.texts.empty()


def test_follower_with_a_tail_gets_every_new_line() -> None:
    buffer = LogBuffer()
    for text in ("a", "b", "c"):
        buffer.append(ONE, "one-1", text)
    messages = buffer.read(LogQuery(ONE, tail=1, follow=True), threading.Event())
    assert [message.text for message in islice(messages, 1)] == ["c"]
    for text in ("d", "e"):
        buffer.append(ONE, "one-1", text)

    assert [message.text for message in islice(messages, 2)] == ["d", "e"]


def test_slow_follower_of_a_full_book_goes_on_with_what_is_left() -> None:
    buffer = LogBuffer(max_lines=2)
    buffer.append(ONE, "one-1", "a")
    messages = buffer.read(LogQuery(ONE, follow=True), threading.Event())
    assert next(messages).text == "a"
    for text in ("b", "c", "d"):
        buffer.append(ONE, "one-1", text)

    assert [message.text for message in islice(messages, 2)] == ["c", "d"]


def test_closed_book_ends_followers_after_its_last_line() -> None:
    buffer = LogBuffer()
    follower = Follower(buffer, LogQuery(ONE, follow=True))
    buffer.append(ONE, "one-1", "last\n")
    buffer.close()

    assert follower.has_ended()
    assert follower.next(1) == ["last\n"]


@given(
    lines=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=30),
    max_lines=st.integers(1, 30),
    instance=st.sampled_from(["", "a", "b", "z"]),
    tail=st.integers(-1, 6),
    since=st.none() | st.integers(0, 20),
)
def test_query_gets_what_a_plain_list_says(
    lines: list[tuple[str, int]], max_lines: int, instance: str, tail: int, since: int | None
) -> None:
    buffer = LogBuffer(max_lines=max_lines)
    for number, (who, second) in enumerate(lines):
        buffer.append(ONE, who, f"{number}", at(second))
        buffer.append(OTHER, who, "not mine", at(second))
    kept = list(enumerate(lines))[-max_lines:]
    wanted = [
        (number, who) for number, (who, second) in kept if instance in ("", who) and (since is None or second >= since)
    ]
    if tail > 0:
        newest = {who: [number for number, other in wanted if other == who][-tail:] for _, who in wanted}
        wanted = [(number, who) for number, who in wanted if number in newest[who]]

    found = read(buffer, LogQuery(ONE, instance=instance, tail=tail, since=None if since is None else at(since)))

    assert found == [f"{number}" for number, _ in wanted]
