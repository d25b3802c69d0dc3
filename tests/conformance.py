"""What the one behaviour suite is made of: requests, replies, cases. The table itself is tests/cases.py.

A platform's test supplies a Driver: "neutral request -> native call -> neutral reply". A case that a platform cannot
pass names the capability it needs, and the driver's `limits` says with a URL why it is missing. Nothing else skips.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from portable.emulators.errors import Broken as Broken
from portable.emulators.messages import Reply as Reply
from portable.emulators.messages import Request as Request
from portable.replay.comparison import fold_cookie, fold_value


class Driver(Protocol):
    """One platform's way from a neutral request to a neutral reply; raises Broken for a reply cut short.

    `limits` maps a capability that the platform lacks to the reason, with its URL. `reply_limit_bytes` is the size
    above which the shim must answer a clear error, or None.
    """

    @property
    def platform(self) -> str: ...
    @property
    def limits(self) -> Mapping[str, str]: ...
    @property
    def reply_limit_bytes(self) -> int | None: ...

    def send(self, request: Request) -> Reply: ...


@dataclass(frozen=True)
class Case:
    """One request and what must hold of its reply."""

    name: str
    request: Request
    check: Callable[[Reply], None]
    needs: tuple[str, ...] = ()
    broken_if_streamed: bool = False
    over_limit: bool = field(default=False)


def run(case: Case, driver: Driver) -> None:
    """Send one case through a driver and check what comes back."""
    if case.over_limit and driver.reply_limit_bytes is not None:
        reply = driver.send(case.request)
        assert reply.status == 500
        assert "larger than" in reply.json()["error"]
        return
    if case.broken_if_streamed and "stream" not in driver.limits:
        try:
            reply = driver.send(case.request)
        except Broken:
            return
        raise AssertionError(f"a failed stream arrived as if it were whole: {reply}")
    case.check(driver.send(case.request))


def missing(case: Case, driver: Driver) -> str | None:
    """Return why a driver cannot run a case; None if it can."""
    return next((driver.limits[need] for need in case.needs if need in driver.limits), None)


def sees(
    name: str, method: str = "POST", target: str = "/", *, needs: tuple[str, ...] = (), do: str = "echo", **sent: Any
) -> Callable[..., Case]:
    """Return a maker of the case in which the handler sees what is expected of the request."""

    def expecting(**expected: Any) -> Case:
        def check(reply: Reply) -> None:
            assert reply.status == 200, reply
            seen = reply.json()
            assert _plain({key: seen[key] for key in expected}) == _plain(expected)

        headers = (("X-Case", do), *sent.get("headers", ()))
        return Case(
            name, Request(method, target, headers, sent.get("body", b""), sent.get("chunked", False)), check, needs
        )

    return expecting


def answers(
    do: str,
    status: int = 200,
    body: bytes | None = None,
    *,
    method: str = "POST",
    headers: Mapping[str, str | None] | None = None,
    needs: tuple[str, ...] = (),
    also: Callable[[Reply], bool] | None = None,
    name: str = "",
    sent: Mapping[str, Any] | None = None,
    **flags: bool,
) -> Case:
    """Return the case in which the handler's result arrives as this status, body and headers (None for absent)."""

    def check(reply: Reply) -> None:
        assert reply.status == status, reply
        if body is not None:
            assert reply.body == body
        for key, value in (headers or {}).items():
            assert _plain(reply.header(key)) == _plain(value), reply.headers
        assert also is None or also(reply), reply

    extra = dict(sent or {})
    request = Request(
        method, extra.get("target", "/"), (("X-Case", do), *extra.get("headers", ())), extra.get("body", b"")
    )
    return Case(name or f"{do}-{status}", request, check, needs, **flags)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    return fold_value(value)


def is_internal_error(reply: Reply) -> bool:
    """Whether a 500 tells nothing of what happened, and the id under which the log tells it."""
    return reply.json()["error"] == "internal error" and bool(reply.json()["requestId"]) and b"secret" not in reply.body


def complains_of(*words: str) -> Callable[[Reply], bool]:
    """Return a check for an error with an id and these words in its message."""
    return lambda reply: all(word in reply.json()["error"] for word in words) and bool(reply.json()["requestId"])


def sets_cookies(*expected: str) -> Callable[[Reply], bool]:
    """Return a check for just these Set-Cookie values, in any order."""
    cookies = sorted(map(fold_cookie, expected))
    return lambda reply: sorted(fold_cookie(value) for name, value in reply.headers if name == "set-cookie") == cookies


def b64(data: bytes) -> str:
    """Return bytes as the conformance function tells them."""
    return base64.b64encode(data).decode()
