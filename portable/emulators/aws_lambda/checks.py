"""Stricter than the doors: the result of a shim must have nothing in it that its front door would drop or guess.

A front door passes over a key that it does not know, and writes a number as a text. A shim that relies on this has a
defect, which the conformance suite must see.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from ..errors import Malformed
from .replies import REST_KEYS

_PAYLOAD_2_KEYS = ("statusCode", "headers", "cookies", "body", "isBase64Encoded")
_ALB_KEYS = (*REST_KEYS, "statusDescription")


def check_payload_1(result: Any) -> None:
    """Check a result for a REST API, and for an HTTP API of payload 1.0. Raises Malformed."""
    _check(result, REST_KEYS)


def check_payload_2(result: Any) -> None:
    """Check a result for an HTTP API and for a Function URL. Raises Malformed."""
    _check(result, _PAYLOAD_2_KEYS)
    names = [name.lower() for name in result.get("headers") or {}]
    _demand(len(set(names)) == len(names), "of two spellings of a header's name one is lost")


def check_alb(result: Any) -> None:
    """Check a result for a load balancer with multi-value headers off. Raises Malformed."""
    _check_alb(result, "headers")


def check_alb_multi(result: Any) -> None:
    """Check a result for a load balancer with multi-value headers on. Raises Malformed."""
    _check_alb(result, "multiValueHeaders")


def _check_alb(result: Any, headers: str) -> None:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#respond-to-load-balancer
    _check(result, _ALB_KEYS)
    description = result.get("statusDescription")
    _demand(
        isinstance(description, str) and description.startswith(f"{result['statusCode']} "),
        f"statusDescription is {description!r:.80}: it is such as '200 OK'",
    )
    _demand(headers in result, f"there are no {headers}, and others are not read")


def _check(result: Any, keys: Collection[str]) -> None:
    _demand(isinstance(result, dict) and "statusCode" in result, f"the result has no statusCode: {result!r:.200}")
    _demand(set(result) <= set(keys), f"the result has keys that are not read: {sorted(set(result) - set(keys))}")
    _demand(isinstance(result.get("body", ""), str), "the body must be a string")
    _demand(all(isinstance(value, str) for value in _values(result)), "header values must be strings")


def _values(result: dict[str, Any]) -> Iterable[Any]:
    yield from (result.get("headers") or {}).values()
    for values in (result.get("multiValueHeaders") or {}).values():
        yield from values
    yield from result.get("cookies") or ()


def _demand(holds: object, why: str) -> None:
    if not holds:
        raise Malformed(why)
