"""What a handler may return becomes one Response, and nothing else gets through."""

from __future__ import annotations

import datetime
import uuid
from collections import OrderedDict
from decimal import Decimal
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import pytest

from platforms.contract import Response
from platforms.encoding import HOP_BY_HOP
from platforms.result import ENVELOPE_KEYS, InvalidResult, length_to_send, normalise
from tests.platforms.builders import Chunks, named, stable_id

JSON, TEXT, BYTES = "application/json", "text/plain; charset=utf-8", "application/octet-stream"


class TestBodies:
    @pytest.mark.parametrize(
        ("result", "body", "content_type"),
        [
            (None, b"", TEXT),
            ("", b"", TEXT),
            ("é", "é".encode(), TEXT),
            (b"\xff", b"\xff", BYTES),
            (bytearray(b"ab"), b"ab", BYTES),
            (memoryview(b"abcd")[::2], b"ac", BYTES),
            ({}, b"{}", JSON),
            ({"é": [1, None, True, 1.5]}, '{"é": [1, null, true, 1.5]}'.encode(), JSON),
            ({"body": "x", "more": 1}, b'{"body": "x", "more": 1}', JSON),
            ([1, (2, 3)], b"[1, [2, 3]]", JSON),
            (0, b"0", JSON),
            (False, b"false", JSON),
            (Decimal("3.00"), b"3", JSON),
            (Decimal("0.25"), b"0.25", JSON),
            (datetime.datetime(2016, 7, 1, 12, tzinfo=datetime.UTC), b'"2016-07-01T12:00:00+00:00"', JSON),
            ([datetime.date(2016, 7, 1), datetime.time(12)], b'["2016-07-01", "12:00:00"]', JSON),
            (uuid.UUID(int=1), b'"00000000-0000-0000-0000-000000000001"', JSON),
            (OrderedDict(a=1), b'{"a": 1}', JSON),
            (MappingProxyType({"a": MappingProxyType({"b": 1})}), b'{"a": {"b": 1}}', JSON),
            ({1: "one", None: "none"}, b'{"1": "one", "null": "none"}', JSON),
        ],
        ids=stable_id,
    )
    def test_normalise_plain_value_has_its_type(self, result: Any, body: bytes, content_type: str) -> None:
        assert normalise(result, "POST") == Response(body, 200, [("Content-Type", content_type)])

    @pytest.mark.parametrize(
        "result",
        [
            *({1}, object(), float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 1j),
            *({"a": {1}}, {("a",): 1}, "\ud800", ["\ud800"], range(3), {"a": b"bytes"}, int, Exception("x")),
        ],
        ids=stable_id,
    )
    def test_normalise_value_that_json_has_not_raises(self, result: Any) -> None:
        with pytest.raises(InvalidResult):
            normalise(result, "POST")

    def test_normalise_circular_list_raises(self) -> None:
        circular: list[Any] = []
        circular.append(circular)

        with pytest.raises(InvalidResult, match="cannot be written as JSON"):
            normalise(circular, "POST")


class TestTuples:
    @pytest.mark.parametrize(
        ("result", "expected"),
        [
            (("x", 201), Response(b"x", 201, [("Content-Type", TEXT)])),
            (({"a": 1}, 201, None), Response(b'{"a": 1}', 201, [("Content-Type", JSON)])),
            (Response("x"), Response(b"x", 200, [("Content-Type", TEXT)])),
            (("x", "201"), Response(b"x", 201, [("Content-Type", TEXT)])),
            (("x", HTTPStatus.CREATED), Response(b"x", 201, [("Content-Type", TEXT)])),
            (("x", 200, {"content-TYPE": "a/b"}), Response(b"x", 200, [("content-TYPE", "a/b")])),
            (({"statusCode": 1}, 201), Response(b'{"statusCode": 1}', 201, [("Content-Type", JSON)])),
        ],
        ids=stable_id,
    )
    def test_normalise_tuple_is_body_status_headers(self, result: Any, expected: Response) -> None:
        assert normalise(result, "POST") == expected

    @pytest.mark.parametrize("result", [(), ("x",), ("x", 200, {}, 4)])
    def test_normalise_tuple_of_another_length_tells_the_form(self, result: Any) -> None:
        with pytest.raises(InvalidResult, match=r"a tuple is \(body, status\) or .* this one has \d items"):
            normalise(result, "POST")

    @pytest.mark.parametrize("status", [199, 600, 999, 0, -1, True, None, 200.0, "OK", "2 0", "٢٠٠", "9" * 5000, [200]])
    def test_normalise_status_out_of_range_raises(self, status: Any) -> None:
        with pytest.raises(InvalidResult, match="a status is a number from 200 to 599"):
            normalise(("x", status), "POST")


class TestEnvelopes:
    @pytest.mark.parametrize(
        ("envelope", "status", "body", "headers"),
        [
            ({"statusCode": 204}, 204, b"", {}),
            ({"statusCode": "404", "body": "x"}, 404, b"x", {"content-type": [TEXT]}),
            ({"body": "x"}, 200, b"x", {"content-type": [TEXT]}),
            ({"body": None, "headers": None, "cookies": None}, 200, b"", {"content-type": [TEXT]}),
            ({"statusCode": 200, "body": [1]}, 200, b"[1]", {"content-type": [JSON]}),
            ({"statusCode": 200, "body": 7}, 200, b"7", {"content-type": [JSON]}),
            ({"body": "AP8=", "isBase64Encoded": True}, 200, b"\0\xff", {"content-type": [BYTES]}),
            ({"body": "AP8=", "isBase64Encoded": False}, 200, b"AP8=", {"content-type": [TEXT]}),
            ({"statusCode": 200, "isBase64Encoded": True}, 200, b"", {"content-type": [BYTES]}),
            ({"statusCode": 201, "statusDescription": "201 Created"}, 201, b"", {"content-type": [TEXT]}),
            (
                {"body": "", "headers": {"X-A": "lost", "X-B": 2}, "multiValueHeaders": {"x-a": ["1", "2"]}},
                *(200, b"", {"x-a": ["1", "2"], "x-b": ["2"], "content-type": [TEXT]}),
            ),
            (
                {"body": "", "headers": {"Set-Cookie": "a=1"}, "cookies": ("b=2", "c=3")},
                *(200, b"", {"set-cookie": ["a=1", "b=2", "c=3"], "content-type": [TEXT]}),
            ),
        ],
    )
    def test_normalise_envelope_is_opened(
        self, envelope: dict[str, Any], status: int, body: bytes, headers: dict[str, list[str]]
    ) -> None:
        response = normalise(envelope, "POST")

        assert (response.status, response.body, named(response)) == (status, body, headers)
        assert normalise(MappingProxyType(envelope), "POST") == response

    @pytest.mark.parametrize(
        ("envelope", "message"),
        [
            ({"statusCode": 200, "bodyy": "x"}, r"not \['bodyy'\]"),
            ({"statusCode": 200, 1: "x"}, r"not \[1\]"),
            ({"statusCode": None}, "a status is"),
            ({"body": "!", "isBase64Encoded": True}, "the body is not base64"),
            ({"body": "AAA", "isBase64Encoded": True}, "the body is not base64"),
            ({"body": "é", "isBase64Encoded": True}, "the body is not base64"),
            ({"body": {"a": 1}, "isBase64Encoded": True}, "the body is not base64"),
            ({"body": "", "headers": "X-A: 1"}, "headers are a mapping"),
            ({"body": "", "headers": 5}, "headers are a mapping"),
            ({"body": "", "multiValueHeaders": {"X-A": [None]}}, "the header X-A takes a string"),
            ({"body": "", "cookies": "a=1"}, "cookies"),
            ({"body": "", "cookies": 5}, "cookies"),
            ({"body": "", "cookies": ["a=1\r\nX: 1"]}, "control character"),
        ],
    )
    def test_normalise_envelope_of_rubbish_raises(self, envelope: dict[str, Any], message: str) -> None:
        with pytest.raises(InvalidResult, match=message):
            normalise(envelope, "POST")

    def test_envelope_keys_are_those_of_the_platforms(self) -> None:
        assert {"statusCode", "headers", "body", "isBase64Encoded", "multiValueHeaders", "cookies"} == ENVELOPE_KEYS


class TestHeaders:
    @pytest.mark.parametrize(
        ("headers", "kept"),
        [
            ({}, {}),
            ({"X-A": " 1\t"}, {"x-a": ["1"]}),
            ({"X-A": ["1", "2"], "x-a": ("3",)}, {"x-a": ["1", "2", "3"]}),
            ([("X-A", "1"), ("X-A", 2), ("X-A", 2.5)], {"x-a": ["1", "2", "2.5"]}),
            (iter([("X-A", "")]), {"x-a": [""]}),
            ({"X-A": "a\tb \xe9"}, {"x-a": ["a\tb \xe9"]}),
            ({"!#$%&'*+-.^_`|~09": "1"}, {"!#$%&'*+-.^_`|~09": ["1"]}),
            ({"Content-Length": "3000"}, {}),
            ({"Connection": "X-A, close", "X-A": "1", "X-B": "2"}, {"x-b": ["2"]}),
            (dict.fromkeys(sorted(HOP_BY_HOP), "1"), {}),
            ([("Set-Cookie", "a=1"), ("SET-COOKIE", "b=2, 3")], {"set-cookie": ["a=1", "b=2, 3"]}),
        ],
        ids=stable_id,
    )
    def test_normalise_headers_are_checked_pairs(self, headers: Any, kept: dict[str, list[str]]) -> None:
        response = normalise(("x", 200, headers), "POST")

        assert named(response) == {**kept, "content-type": [TEXT]}

    @pytest.mark.parametrize("name", ["", "X A", "X:A", "X-A\n", "X-\0", "é", "X(", b"X-A", 5, None])
    def test_normalise_header_name_not_a_token_raises(self, name: Any) -> None:
        with pytest.raises(InvalidResult, match="a header's name is"):
            normalise(("x", 200, {name: "1"}), "POST")

    @pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\r\nX: 1", "a\0b", "\x7f", "\x1b", "☃", "\ud800"])
    def test_normalise_header_value_not_sendable_raises(self, value: str) -> None:
        with pytest.raises(InvalidResult, match="the header X-A has a control character, or one beyond latin-1"):
            normalise(("x", 200, {"X-A": value}), "POST")

    @pytest.mark.parametrize("value", [None, True, b"1", {"a": 1}, [None], object()])
    def test_normalise_header_value_not_a_string_raises(self, value: Any) -> None:
        with pytest.raises(InvalidResult, match="the header X-A takes a string"):
            normalise(("x", 200, {"X-A": value}), "POST")

    @pytest.mark.parametrize("headers", ["X-A: 1", ["X-A"], [("a", "b", "c")], 5, [1]])
    def test_normalise_headers_of_another_form_raises(self, headers: Any) -> None:
        with pytest.raises(InvalidResult, match="headers are a mapping or pairs"):
            normalise(("x", 200, headers), "POST")


class TestBodyless:
    @pytest.mark.parametrize("status", [204, 304])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_normalise_204_and_304_have_no_content(self, status: int, method: str) -> None:
        response = normalise(("x", status, {"Content-Type": "a/b", "ETag": "1"}), method)

        assert response == Response(b"", status, [("ETag", "1")])

    def test_normalise_head_keeps_the_length_alone(self) -> None:
        response = normalise("four", "HEAD")

        assert response == Response(b"", 200, [("Content-Type", TEXT), ("Content-Length", "4")])

    @pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("HEAD", 204)])
    def test_normalise_stream_without_a_body_closes_it_once(self, method: str, status: int) -> None:
        chunks = Chunks(b"a", b"b")

        assert normalise((chunks, status), method).body == b""
        assert chunks.closes == 1


@pytest.mark.parametrize(
    ("result", "method", "length"),
    [
        ("four", "GET", 4),
        (None, "GET", 0),
        (("", 205), "GET", 0),
        (("x", 204), "GET", None),
        (("x", 304), "HEAD", None),
        ("four", "HEAD", None),
        (iter([b"a"]), "GET", None),
    ],
)
def test_length_to_send_is_what_no_header_tells_yet(result: Any, method: str, length: int | None) -> None:
    assert length_to_send(normalise(result, method)) == length
