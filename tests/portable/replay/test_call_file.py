"""The file of a call: what is read is what was written, and what is not as it must be is named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from portable.emulators.messages import Request
from portable.replay.call_file import Expected, HttpCall, NativeCall, parse_call, read, written
from portable.replay.errors import BadCall

REQUEST = {"method": "GET", "target": "/"}
RECORDED = {"callId": "c1", "time": "2026-06-11T10:11:12.345+00:00", "durationMs": 2.5, "leftOut": ["query token"]}
CALL = HttpCall(
    Request("POST", "/a%20b?c", (("X-Two", "1"), ("X-Two", 'a "quoted", [x]'), ("X-Latin", "\xe9")), "☃\n".encode()),
    Expected(201, (("content-type", "text/plain"),), b"\x00\xff"),
    RECORDED,
)


def parsed(**members: Any) -> HttpCall | NativeCall:
    return parse_call(json.dumps({"version": 1, **members}))


def http(**members: Any) -> HttpCall:
    call = parsed(**members)
    assert isinstance(call, HttpCall)
    return call


@pytest.mark.parametrize(
    "call",
    [
        CALL,
        HttpCall(Request("GET", "/")),
        replace(CALL, request=Request("PUT", "/", (("A", "1"),), b"x", chunked=True)),
        replace(CALL, expected=Expected(204)),
        replace(CALL, expected=Expected(200, (), b"")),
        HttpCall(Request("POST", "/", (), b'[\n "a",\n "b"\n]')),
    ],
)
def test_what_was_written_is_read_again(call: HttpCall) -> None:
    assert parse_call(written(call)) == call


def test_file_is_readable_with_a_header_a_line() -> None:
    assert written(CALL).splitlines()[:13] == [
        "{",
        '  "version": 1,',
        '  "request": {',
        '    "method": "POST",',
        '    "target": "/a%20b?c",',
        '    "headers": [',
        '      ["X-Two", "1"],',
        '      ["X-Two", "a \\"quoted\\", [x]"],',
        '      ["X-Latin", "é"]',
        "    ],",
        '    "body": "☃\\n"',
        "  },",
        '  "expected": {',
    ]


def test_smallest_call_is_a_method_and_a_target() -> None:
    assert http(request=REQUEST) == HttpCall(Request("GET", "/"))


def test_expected_without_a_body_takes_any() -> None:
    assert http(request=REQUEST, expected={"status": 200}).expected == Expected(200)


def test_body_that_came_in_chunks_is_told_by_its_header() -> None:
    call = http(request={**REQUEST, "headers": [["transfer-encoding", "chunked"], ["A", "1"]]})

    assert (call.request.chunked, call.request.headers) == (True, (("A", "1"),))


def test_native_event_is_kept_as_it_is() -> None:
    assert parsed(native={"a": [1]}, platform="aws_lambda") == NativeCall({"a": [1]}, "aws_lambda")
    assert parsed(native=None, platform="openwhisk", expected={"result": None}) == NativeCall(
        None, "openwhisk", {"result": None}
    )


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "request is missing"),
        ({"request": REQUEST, "version": 2}, "version is 2: it takes 1, which is all"),
        ({"request": REQUEST, "version": True}, "version is true: it takes 1"),
        ({"request": REQUEST, "versoin": 1}, "versoin is unknown: the file takes version, request, expected, recorded"),
        ({"request": []}, r"request is \[\]: it takes an object"),
        ({"request": {"target": "/"}}, "request.method is missing"),
        ({"request": {"method": "GET"}}, "request.target is missing"),
        ({"request": {**REQUEST, "method": 5}}, "request.method is 5: it takes a method such as GET"),
        ({"request": {**REQUEST, "method": "G T"}}, 'request.method is "G T"'),
        ({"request": {**REQUEST, "target": "a"}}, "request.target is .* it takes the path and query as they are sent"),
        ({"request": {**REQUEST, "target": "/a b"}}, "request.target is"),
        ({"request": {**REQUEST, "target": "/é"}}, "request.target is"),
        ({"request": {**REQUEST, "path": "/"}}, "request.path is unknown: request takes method, target, headers, body"),
        ({"request": {**REQUEST, "headers": {"A": "1"}}}, r"request.headers is .* it takes a list of \[name, value\]"),
        ({"request": {**REQUEST, "headers": [["A"]]}}, r'request.headers\[0\] is \["A"\]: it takes \[name, value\]'),
        ({"request": {**REQUEST, "headers": [["A", 1]]}}, r"request.headers\[0\] is"),
        ({"request": {**REQUEST, "headers": [["A", "1"], ["A B", "1"]]}}, r"request.headers\[1\] is"),
        ({"request": {**REQUEST, "headers": [["A", "1\r\nB: 2"]]}}, "a text of one line in latin-1"),
        ({"request": {**REQUEST, "headers": [["A", "☃"]]}}, "a text of one line in latin-1"),
        ({"request": {**REQUEST, "body": 5}}, "request.body is 5: it takes a text"),
        ({"request": {**REQUEST, "bodyBase64": "!"}}, 'request.bodyBase64 is "!": it takes base64'),
        ({"request": {**REQUEST, "body": "", "bodyBase64": ""}}, "request has both body and bodyBase64: it takes one"),
        ({"request": REQUEST, "expected": {}}, "expected.status is missing"),
        ({"request": REQUEST, "expected": {"status": "200"}}, 'expected.status is "200": it takes a number from 200'),
        ({"request": REQUEST, "expected": {"status": 199}}, "expected.status is 199"),
        ({"request": REQUEST, "expected": {"status": True}}, "expected.status is true"),
        ({"request": REQUEST, "expected": {"status": 200, "reason": ""}}, "expected.reason is unknown"),
        ({"request": REQUEST, "expected": {"status": 200, "headers": [1]}}, r"expected.headers\[0\] is 1"),
        ({"request": REQUEST, "recorded": {"id": 1}}, "recorded.id is unknown: recorded takes callId, time, platform"),
        ({"request": REQUEST, "recorded": {"durationMs": "2"}}, 'recorded.durationMs is "2": it takes a number'),
        ({"request": REQUEST, "recorded": {"leftOut": [1]}}, r"recorded.leftOut\[0\] is 1: it takes a text"),
        ({"native": {}}, "platform is missing"),
        ({"native": {}, "platform": "wsgi"}, "platform is .* it takes aws_lambda or openwhisk"),
        ({"native": {}, "platform": "aws_lambda", "request": REQUEST}, "request is unknown"),
        ({"native": {}, "platform": "aws_lambda", "expected": {"status": 200}}, "expected.status is unknown"),
    ],
)
def test_member_that_is_wrong_is_named_with_what_it_takes(members: dict[str, Any], message: str) -> None:
    with pytest.raises(BadCall, match=message):
        parsed(**members)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is not JSON"),
        ("[1]", r"the file is \[1\]: it takes an object"),
        ('{"version": 1, "version": 1}', "it has version twice"),
        ('{"version": NaN}', "NaN is no JSON"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_text_that_is_no_call_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadCall, match=message):
        parse_call(text)


def test_file_is_named_in_the_error(tmp_path: Path) -> None:
    bad, missing, binary = tmp_path / "bad.json", tmp_path / "missing.json", tmp_path / "binary.json"
    bad.write_text("{}")
    binary.write_bytes(b"\xff")

    for path, why in ((bad, "version is missing"), (missing, "No such file"), (binary, "codec")):
        with pytest.raises(BadCall, match=f"{path.name}.*{why}"):
            read(path)
