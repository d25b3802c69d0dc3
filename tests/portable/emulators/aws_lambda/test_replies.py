"""What callers get of a function's result, and which results are malformed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from portable.emulators.aws_lambda.replies import (
    alb_multi_reply,
    alb_reply,
    http_v1_reply,
    payload_2_reply,
    rest_reply,
)
from portable.emulators.errors import Malformed
from portable.emulators.messages import Reply

BYTES = bytes(range(256))
ENCODED = {"statusCode": 200, "body": base64.b64encode(BYTES).decode(), "isBase64Encoded": True}
OK = {"statusCode": 200, "body": "x"}


def rest(result: Any) -> Reply:
    return rest_reply(json.dumps(result).encode())


def payload_2(result: Any) -> Reply:
    return payload_2_reply(json.dumps(result).encode())


@pytest.mark.parametrize("to_reply", [rest, payload_2])
def test_base64_is_decoded(to_reply: Any) -> None:
    assert to_reply(ENCODED).body == BYTES


@pytest.mark.parametrize("to_reply", [rest, payload_2])
def test_header_values_that_are_no_texts_are_written_as_json_writes_them(to_reply: Any) -> None:
    assert {("x-a", "1"), ("x-b", "true")} <= set(to_reply({**OK, "headers": {"X-A": 1, "X-B": True}}).headers)


class TestRest:
    def test_multi_value_headers_win_over_single_ones_of_the_same_name(self) -> None:
        reply = rest({**OK, "headers": {"X-A": "lost", "X-B": "b"}, "multiValueHeaders": {"x-a": ["1", "2"]}})

        assert [pair for pair in reply.headers if pair[0].startswith("x-")] == [
            ("x-a", "1"),
            ("x-a", "2"),
            ("x-b", "b"),
        ]

    def test_without_a_type_it_is_json(self) -> None:
        assert ("content-type", "application/json") in rest(OK).headers
        assert rest({**OK, "headers": {"Content-Type": "text/plain"}}).headers == [("content-type", "text/plain")]

    def test_headers_that_api_gateway_keeps_for_itself_are_renamed(self) -> None:
        assert ("x-amzn-remapped-content-length", "9") in rest({**OK, "headers": {"Content-Length": "9"}}).headers

    def test_a_status_may_be_text_and_a_body_absent(self) -> None:
        assert (rest({"statusCode": "201"}).status, rest({"statusCode": "201"}).body) == (201, b"")

    @pytest.mark.parametrize(
        ("result", "why"),
        [
            (None, "the result is None"),
            ("text", "the result is 'text'"),
            ({"a": 1}, "key 'a'"),
            ({"body": "x"}, "statusCode is None"),
            ({**OK, "cookies": []}, "key 'cookies'"),
            ({"statusCode": True}, "statusCode is True"),
            ({"statusCode": 99}, "statusCode is 99"),
            ({"statusCode": "2OO"}, "statusCode is '2OO'"),
            ({**OK, "body": {"a": 1}}, "the body is a dict"),
            ({**OK, "body": "!", "isBase64Encoded": True}, "not base64"),
            ({**OK, "headers": ["a"]}, r"headers is \['a'\]"),
            ({**OK, "headers": {"a": ["b"]}}, "header 'a'"),
            ({**OK, "headers": {"a": "b\r\nc: d"}}, "header 'a'"),
            ({**OK, "multiValueHeaders": {"a": "b"}}, "multiValueHeaders has for 'a'"),
        ],
    )
    def test_malformed_results_say_what_is_wrong(self, result: Any, why: str) -> None:
        with pytest.raises(Malformed, match=why):
            rest(result)

    def test_what_is_not_json_is_malformed(self) -> None:
        with pytest.raises(Malformed, match="not JSON"):
            rest_reply(b"NaN bytes")


class TestPayload2:
    @pytest.mark.parametrize(
        ("result", "body"), [({"a": 1}, b'{"a": 1}'), ([1], b"[1]"), ("text", b"text"), (None, b"null")]
    )
    def test_a_result_without_a_status_is_the_json_of_a_200(self, result: Any, body: bytes) -> None:
        assert payload_2(result) == Reply(200, [("content-type", "application/json")], body)

    def test_cookies_become_headers_of_their_own(self) -> None:
        reply = payload_2({**OK, "headers": {"X-A": "1"}, "cookies": ["a=1", "b=2"]})

        assert reply.headers == [("x-a", "1"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]

    def test_other_keys_are_passed_over_and_the_connection_is_the_server_s(self) -> None:
        reply = payload_2({**OK, "multiValueHeaders": {"x-a": ["1"]}, "headers": {"Connection": "close"}})

        assert reply.headers == []

    @pytest.mark.parametrize(
        ("result", "why"),
        [
            ({"statusCode": "soon"}, "statusCode is 'soon'"),
            ({**OK, "cookies": "a=1"}, "cookies are 'a=1'"),
            ({**OK, "cookies": ["a=1\nb"]}, "header 'set-cookie'"),
            ({**OK, "headers": {"a": None}}, "header 'a'"),
        ],
    )
    def test_malformed_results_say_what_is_wrong(self, result: Any, why: str) -> None:
        with pytest.raises(Malformed, match=why):
            payload_2(result)


class TestHttpV1:
    def test_headers_are_rest_s_but_none_is_renamed_or_added(self) -> None:
        result = {**OK, "headers": {"Content-Length": "9", "X-A": "lost"}, "multiValueHeaders": {"x-a": ["1", "2"]}}
        reply = http_v1_reply(json.dumps(result).encode())

        assert reply.headers == [("content-length", "9"), ("x-a", "1"), ("x-a", "2")]

    @pytest.mark.parametrize(
        ("result", "why"), [("text", "the result is 'text'"), ({**OK, "cookies": []}, "key 'cookies'")]
    )
    def test_malformed_results_say_what_is_wrong(self, result: Any, why: str) -> None:
        with pytest.raises(Malformed, match=why):
            http_v1_reply(json.dumps(result).encode())


class TestLoadBalancer:
    RESULT = json.dumps(
        {**OK, "headers": {"A": "1", "a": "2"}, "multiValueHeaders": {"B": ["3", "4"]}, "cookies": ["c=5"]}
    ).encode()

    def test_only_the_map_of_its_mode_is_read(self) -> None:
        assert alb_reply(self.RESULT).headers == [("a", "1"), ("a", "2")]
        assert alb_multi_reply(self.RESULT).headers == [("b", "3"), ("b", "4")]

    def test_multi_value_headers_that_are_no_lists_are_malformed(self) -> None:
        with pytest.raises(Malformed, match="multiValueHeaders has for 'a'"):
            alb_multi_reply(json.dumps({**OK, "multiValueHeaders": {"a": "b"}}).encode())
