"""What a front door takes of a shim's result and loses: strictly, it is malformed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from portable.emulators.aws_lambda.doors import DOORS, HTTP_V1, LOAD_BALANCER, LOAD_BALANCER_MULTI, Door
from portable.emulators.errors import Malformed

EVERY_DOOR = {**DOORS, "http-v1": HTTP_V1, "alb": LOAD_BALANCER, "alb-multi": LOAD_BALANCER_MULTI}
OK: dict[str, Any] = {"statusCode": 200, "body": "x"}
ALB_OK: dict[str, Any] = {**OK, "statusDescription": "200 OK", "headers": {}, "multiValueHeaders": {}}


def strictly(door: Door, result: Any) -> None:
    door.from_native(json.dumps(result).encode(), is_strict=True)


@pytest.mark.parametrize("name", EVERY_DOOR)
def test_whole_result_passes(name: str) -> None:
    strictly(EVERY_DOOR[name], ALB_OK if name.startswith("alb") else OK)


@pytest.mark.parametrize(
    ("name", "result", "why"),
    [
        ("http", {"a": 1}, "has no statusCode"),
        ("http", "text", "has no statusCode"),
        ("url", [1], "has no statusCode"),
        ("http", {**OK, "multiValueHeaders": {}}, r"keys that are not read: \['multiValueHeaders'\]"),
        ("url", {**OK, "statusDescription": "200 OK"}, r"keys that are not read: \['statusDescription'\]"),
        ("alb", {**ALB_OK, "cookies": []}, r"keys that are not read: \['cookies'\]"),
        ("alb-multi", {**ALB_OK, "cookies": []}, r"keys that are not read: \['cookies'\]"),
        ("http", {**OK, "headers": {"X-A": "1", "x-a": "2"}}, "of two spellings of a header's name one is lost"),
        *(
            (name, {**OK, "headers": {"X-A": 1}}, "header values must be strings")
            for name in ("rest", "http-v1", "url")
        ),
        *((name, {**OK, "multiValueHeaders": {"X-A": [1]}}, "must be strings") for name in ("rest", "http-v1")),
        ("alb-multi", {**ALB_OK, "multiValueHeaders": {"X-A": [True]}}, "header values must be strings"),
        ("http", {**OK, "cookies": [1]}, "header values must be strings"),
        *((name, {**OK, "body": None}, "the body must be a string") for name in ("rest", "http-v1", "http", "url")),
        ("alb", {**ALB_OK, "body": None}, "the body must be a string"),
        ("alb", {**OK, "headers": {}}, "statusDescription is None"),
        ("alb", {**ALB_OK, "statusDescription": "201 Created"}, "statusDescription is '201 Created'"),
        ("alb", {**OK, "statusDescription": "200 OK", "multiValueHeaders": {}}, "there are no headers"),
        ("alb-multi", {**OK, "statusDescription": "200 OK", "headers": {}}, "there are no multiValueHeaders"),
    ],
)
def test_result_that_the_door_takes_and_loses_something_of_is_malformed(name: str, result: Any, why: str) -> None:
    door = EVERY_DOOR[name]
    door.from_native(json.dumps(result).encode())

    with pytest.raises(Malformed, match=why):
        strictly(door, result)
