"""A call that the gateway itself makes: through the same path as any other call, its reply collected."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import NamedTuple

from ..functions.state import Function, Wake
from ..http import tasks
from ..http.headers import Headers, value_of
from .invocation import Invocation
from .proxy import Proxy
from .stored_exchange import Reply, StoredExchange

_log = logging.getLogger(__name__)


class Ran(NamedTuple):
    """What came of it."""

    reply: Reply
    duration_s: float
    replica: str


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
    """Call a function, which is counted and recorded as any call is; cancelled, break it off.

    `wake` is the proxy's unless another is given.
    """
    exchange = StoredExchange(target, headers, body, max_bytes=max_result_bytes, method=method)
    invocation = Invocation(proxy, exchange, function, target, wake)

    async def call() -> None:
        try:
            await invocation.run()
        except asyncio.CancelledError:
            pass  # what it waited for was; or this was, and nobody looks at the reply
        except Exception:  # noqa: BLE001 - the edge: a fault of the gateway's is logged, and the call tried again
            _log.exception("call %s of %s failed", value_of(headers, b"x-call-id").decode("latin-1"), function.label)
            exchange.break_off()

    begun_s = time.monotonic()
    await tasks.run(call())
    return Ran(exchange.reply, time.monotonic() - begun_s, invocation.replica)
