"""What of a reply counts as a difference, and how it is told."""

from __future__ import annotations

import pytest

from portable.emulators.messages import Reply
from portable.replay.call_file import Expected
from portable.replay.comparison import differences

ERROR = b'{"error": "internal error", "requestId": "%b"}'


@pytest.mark.parametrize(
    ("expected", "reply"),
    [
        (Expected(200), Reply(200, [("a", "1")], b"x")),
        (Expected(200, (("A", "1"),), b"x"), Reply(200, [("a", "1"), ("b", "2")], b"x")),
        (Expected(200, (("a", "1"), ("a", "2"))), Reply(200, [("a", "1,2")], b"")),
        (
            Expected(200, (("content-type", "text/plain; charset=utf-8"),)),
            Reply(200, [("content-type", "text/plain;charset=UTF-8")], b""),
        ),
        (
            Expected(200, (("set-cookie", "a=1; Path=/; HttpOnly"), ("set-cookie", "b=2"))),
            Reply(200, [("set-cookie", "b=2; domain=; path="), ("set-cookie", "a=1; path=/; httponly")], b""),
        ),
        (Expected(500, (), ERROR % b"one"), Reply(500, [], ERROR % b"other")),
    ],
    ids=["status-alone", "other-headers", "joined", "charset", "cookies", "request-id"],
)
def test_what_a_client_sees_alike_does_not_differ(expected: Expected, reply: Reply) -> None:
    assert differences(expected, reply) == []


@pytest.mark.parametrize(
    ("expected", "reply", "told"),
    [
        (Expected(200), Reply(500, [], b""), ["status: expected 200, got 500"]),
        (Expected(200, (("A", "1"),)), Reply(200, [], b""), ["header a: expected '1', got none"]),
        (Expected(200, (("a", ""),)), Reply(200, [], b""), ["header a: expected '', got none"]),
        (
            Expected(200, (("a", "1"), ("a", "2"))),
            Reply(200, [("a", "2")], b""),
            ["header a: expected '1', '2', got '2'"],
        ),
        (
            Expected(200, (("set-cookie", "a=1"),)),
            Reply(200, [("set-cookie", "a=2")], b""),
            ["header set-cookie: expected 'a=1', got 'a=2'"],
        ),
        (
            Expected(200, (), b"x" * 100 + b"yes"),
            Reply(200, [], b"x" * 100 + b"no"),
            [
                "body: expected 103 bytes, got 102; from byte 90 on expected 'xxxxxxxxxxyes', got 'xxxxxxxxxxno'",
            ],
        ),
        (
            Expected(200, (), b"x"),
            Reply(200, [], b""),
            ["body: expected 1 bytes, got 0; from byte 0 on expected 'x', got ''"],
        ),
        (
            Expected(500, (), ERROR % b"one"),
            Reply(500, [], b'{"error": "another", "requestId": "one"}'),
            [
                'body: expected 47 bytes, got 40; from byte 1 on expected \'"error": "internal error", "requestId": '
                '"one"}\', got \'"error": "another", "requestId": "one"}\'',
            ],
        ),
        (
            Expected(200, (), b""),
            Reply(204, [], b"x"),
            ["status: expected 200, got 204", "body: expected 0 bytes, got 1; from byte 0 on expected '', got 'x'"],
        ),
    ],
)
def test_difference_is_told_with_both_sides(expected: Expected, reply: Reply, told: list[str]) -> None:
    assert differences(expected, reply) == told
