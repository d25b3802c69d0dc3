"""Replies by way of a stand-in for OpenWhisk's controller; test_base64_table.py has those of every media type."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.contract import Context, Event, Response
from platforms.openwhisk.bodies import Unsendable
from platforms.openwhisk.shim import make_main, to_native
from portable.emulators import openwhisk as controller
from portable.emulators.messages import Reply
from tests.platforms.openwhisk.builders import raw_args, reply_to


def _encoded(content_type: str, body: Any) -> Response:
    return Response(body, 200, {"Content-Type": content_type})


def header(answer: Reply, name: str) -> list[str]:
    return [value for key, value in answer[1] if key.lower() == name]


def _fail(event: Event, context: Context) -> None:
    raise ZeroDivisionError("secret")


class TestReplies:
    @settings(deadline=None)
    @given(st.binary(min_size=1), st.sampled_from([200, 404, 503]))
    def test_any_bytes_arrive_whole(self, body: bytes, status: int) -> None:
        answer = reply_to((body, status))

        assert answer[::2] == (status, body)

    @settings(deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
    def test_any_text_arrives_whole(self, body: str) -> None:
        assert reply_to(body)[2] == body.encode()

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain; charset=iso-8859-1", "application/json; charset=iso-8859-1", "text/x; charset=iso-8859-1"],
    )
    def test_other_charset_becomes_utf_8_as_the_controller_labels_it(self, content_type: str) -> None:
        answer = reply_to(_encoded(content_type, "café".encode("iso-8859-1")))

        assert answer[2] == "café".encode()
        assert "iso" not in header(answer, "content-type")[0].lower()

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("text/plain; charset=utf-8", b"\xff"),
            ("text/html", b"\x1f\x8b\x08"),
            ("text/plain; charset=klingon", b"x"),
            ("application/json; charset=klingon", b"x"),
            ("text/html;", b"x"),
            ("rubbish", b"x"),
        ],
    )
    def test_what_is_no_text_of_its_type_is_a_logged_500(
        self, content_type: str, body: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR):
            status, _, reply = reply_to(_encoded(content_type, body))

        assert status == 500
        assert "OpenWhisk" in json.loads(reply)["error"]
        assert json.loads(reply)["requestId"] in caplog.text

    @pytest.mark.parametrize(
        ("encoding", "compress"), [("gzip", gzip.compress), ("X-GZIP", gzip.compress), ("deflate", zlib.compress)]
    )
    def test_compressed_text_is_sent_decompressed(self, encoding: str, compress: Callable[[bytes], bytes]) -> None:
        headers = {"Content-Type": "text/html", "Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        answer = reply_to(Response(compress("é".encode()), 200, headers))

        assert answer[2] == "é".encode()
        assert header(answer, "content-encoding") == []
        assert header(answer, "vary") == ["Accept-Encoding"]

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    def test_text_that_only_claims_to_be_compressed_is_a_500(self, encoding: str) -> None:
        assert reply_to(Response("x", 200, {"Content-Type": "text/html", "Content-Encoding": encoding}))[0] == 500

    @pytest.mark.parametrize("status", [200, 204, 205, 304, 404])
    def test_empty_body_keeps_its_status(self, status: int) -> None:
        assert reply_to((None, status))[::2] == (status, b"")

    def test_205_loses_its_body(self) -> None:
        assert reply_to(("content", 205))[::2] == (205, b"")

    def test_head_has_no_body_and_no_length_of_its_own(self) -> None:
        native = make_main(lambda event, context: "meditate", {})(raw_args(method="head"))

        assert native == {"statusCode": 200, "headers": {}, "body": ""}

    @pytest.mark.parametrize("status", [299, 306, 419, 427, 499, 597])
    def test_status_that_the_controller_does_not_know_is_a_500(self, status: int) -> None:
        with pytest.raises(Unsendable, match=str(status)):
            to_native(Response(b"", status, []))
        assert reply_to(("x", status))[0] == 500

    def test_repeated_headers_stay_apart(self) -> None:
        answer = reply_to(Response("x", 200, [("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2, 3"), ("X-A", "1")]))

        assert header(answer, "set-cookie") == ["a=1; Path=/", "b=2, 3"]
        assert header(answer, "x-a") == ["1"]

    def test_stream_is_collected(self) -> None:
        assert reply_to(iter(["one ", b"two"]))[2] == b"one two"

    @pytest.mark.parametrize("body", ["x" * 2**20, "\x01" * 300_000, b"\xff" * 800_000])
    def test_reply_over_1_mb_as_json_is_a_clear_500(self, body: str | bytes) -> None:
        status, _, reply = reply_to(body)

        assert status == 500
        assert json.loads(reply)["error"] == "the reply is larger than the 1 MB that OpenWhisk carries"

    def test_reply_under_1_mb_passes(self) -> None:
        assert reply_to(b"\xff" * 780_000)[2] == b"\xff" * 780_000

    def test_handler_that_raises_is_a_500(self) -> None:
        status, _, reply = controller.from_native(make_main(_fail, {})(raw_args()))

        assert (status, json.loads(reply)["error"]) == (500, "internal error")

    def test_raise_errors_makes_it_an_application_error_that_the_caller_gets_as_a_500(self) -> None:
        result = make_main(_fail, {"RAISE_ERRORS": "1"})(raw_args())
        status, _, body = controller.from_native(result)

        assert set(result) == {"error"}
        assert (status, json.loads(body)["error"]) == (500, "internal error")
