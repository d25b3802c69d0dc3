"""The stand-in for the controller itself, where the shim never leads it."""

from __future__ import annotations

from typing import Any

import pytest

from portable.emulators import openwhisk as controller
from portable.emulators.errors import Refused
from portable.emulators.messages import Request


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("TRACE", "/", 405), ("GET", "/%zz", 400), ("GET", "/é", 400), ("GET", "/" + "a" * 9000, 414)],
)
def test_request_that_never_reaches_an_action_is_refused(method: str, target: str, status: int) -> None:
    with pytest.raises(Refused) as refused:
        controller.to_native(Request(method, target))

    assert refused.value.status == status


def test_request_over_1_mb_is_refused() -> None:
    with pytest.raises(Refused, match="413"):
        controller.to_native(Request("POST", "/", (("Content-Type", "image/png"),), b"x" * 800_000))


def test_request_is_rendered_anew() -> None:
    headers = (("X-A", "1"), ("X-a", "2"), ("Content-Type", "TEXT/plain;charset=utf-8"), ("Content-Length", "1"))

    args = controller.to_native(Request("PUT", "/a%2fb%7E/?b=%7e&a=1%202&b", headers, b"x"))

    assert args == {
        "__ow_method": "put",
        "__ow_headers": {"x-a": "2", "content-type": "text/plain; charset=UTF-8"},
        "__ow_path": "/a%2Fb~/",
        "__ow_query": "b=~&a=1+2&b",
        "__ow_body": "x",
    }


@pytest.mark.parametrize(
    ("result", "status", "body"),
    [
        ([], 400, None),
        ({"statusCode": 299}, 400, None),
        ({"statusCode": 200.5}, 400, None),
        ({"statusCode": True}, 400, None),
        ({"headers": {"a": None}}, 400, None),
        ({"headers": {"content-type": "image/png"}, "body": "no base64"}, 400, None),
        ({"headers": {"content-type": "rubbish"}, "body": "x"}, 400, None),
        ({"headers": {"content-type": "text/html"}, "body": {}}, 400, None),
        ({"statusCode": 205, "body": "x"}, 500, None),
        ({"body": "x" * 2**20}, 400, None),
        ({}, 204, b""),
        ({"statusCode": "201"}, 201, b""),
        ({"body": "true", "headers": {"content-type": "application/json"}}, 200, b"\xb6\xbb\x9e"),
        ({"body": "true!", "headers": {"content-type": "application/json"}}, 200, b"true!"),
        ({"body": {"a": 1}, "headers": {"a": [True, [1, "x"]]}}, 200, b'{\n  "a": 1\n}'),
        ({"error": {"statusCode": 418, "body": "teapot"}}, 418, b"teapot"),
    ],
)
def test_result_is_answered_by_the_controllers_rules(result: Any, status: int, body: bytes | None) -> None:
    answer = controller.from_native(result)

    assert answer[0] == status
    assert body is None or answer[2] == body
