"""One attempt at a call: through the same path as any other call, with what was stored for a client."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import NamedTuple

from .. import VERSION
from ..functions.state import Function
from ..http import tasks
from ..queue.models import Attempt, Headers, Reply
from .invocation import Invocation
from .proxy import Proxy, Wake
from .stored_exchange import StoredExchange

USER_AGENT = (b"user-agent", f"portable-gateway/{VERSION} async".encode())
_log = logging.getLogger(__name__)


class Ran(NamedTuple):
    """What came of it."""

    reply: Reply
    duration_s: float
    replica: str


async def run(proxy: Proxy, function: Function, attempt: Attempt, max_result_bytes: int, wake: Wake) -> Ran:
    """Run an attempt, which is counted and recorded as any call is; cancelled, break it off.

    `wake` is for when there is no replica any more.
    """
    headers = [*_without(attempt.headers, b"user-agent", b"x-call-id"), USER_AGENT, (b"x-call-id", attempt.id.encode())]
    return await invoke(proxy, function, attempt.target, headers, attempt.body, max_result_bytes, wake=wake)


async def invoke(
    proxy: Proxy,
    function: Function,
    target: bytes,
    headers: Headers,
    body: bytes,
    max_result_bytes: int,
    *,
    method: bytes = b"POST",
    wake: Wake | None = None,
) -> Ran:
    """Call a function; cancelled, break it off."""
    exchange = StoredExchange(target, headers, body, max_bytes=max_result_bytes, method=method)
    invocation = Invocation(proxy, exchange, function, target, wake)

    async def call() -> None:
        try:
            await invocation.run()
        except asyncio.CancelledError:
            pass  # what it waited for was; or this was, and nobody looks at the reply
        except Exception:  # noqa: BLE001 - the edge: a fault of the gateway's is logged, and the call tried again
            _log.exception("call %s of %s failed", _value(headers, b"x-call-id"), function.label)
            exchange.break_off()

    begun_s = time.monotonic()
    await tasks.run(call())
    return Ran(exchange.reply, time.monotonic() - begun_s, invocation.replica)


def _without(headers: Headers, *names: bytes) -> Headers:
    return [(name, value) for name, value in headers if name not in names]


def _value(headers: Headers, name: bytes) -> str:
    return next((value.decode("latin-1") for one, value in headers if one == name), "")
