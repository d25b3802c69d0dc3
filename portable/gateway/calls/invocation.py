"""One call of a function: the request goes to a replica as it came, its reply comes back piece by piece.

It is recorded once, however it ends.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from ...stack.errors import GatewayError, TimedOut
from ..functions.state import Endpoint, Function, Wake
from ..http.client import Connection, Ended, TimeLimit
from ..http.deadlines import Deadlines
from ..http.exchange import ClientGone, Exchange
from .headers import own_lines, reply_lines, request_lines
from .page_sandbox import SANDBOX, PageSandbox, is_of_a_browser
from .record import Call, Record, trace_parent_of

RETRY_S = 0.05
CLIENT_GONE = 499
INTERNAL = b"X-OpenFaaS-Internal: proxy\r\n"
_REPEATABLE = frozenset((b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"))
_log = logging.getLogger(__name__)


class BadGateway(GatewayError):
    """A replica did not answer as it should."""

    status = 502


class Gateway(Protocol):
    """What a call needs of the gateway; a Proxy has it."""

    wake: Wake
    record: Record
    unreachable: Callable[[Function], None]
    """Told of a function one of whose replicas takes no connection: it may have ended unnoticed."""
    upstream_timeout_s: float
    deadlines: Deadlines
    sandbox: PageSandbox | None
    """Keeps functions from the dashboard; None if they are trusted."""


class Invocation:
    """One call."""

    __slots__ = (
        "_call_id",
        "_connection",
        "_endpoint",
        "_exchange",
        "_function",
        "_gateway",
        "_lines",
        "_replica",
        "_reply_bytes",
        "_request_bytes",
        "_sender",
        "_started",
        "_target",
        "_wake",
        "_was_cold",
    )

    def __init__(
        self, gateway: Gateway, exchange: Exchange, function: Function, target: bytes, wake: Wake | None = None
    ) -> None:
        """`wake` is the gateway's unless another is given."""
        self._gateway = gateway
        self._wake = wake or gateway.wake
        self._exchange = exchange
        self._function = function
        self._target = target
        self._lines, self._call_id, self._started = request_lines(exchange, gateway.sandbox)
        self._replica = ""
        self._was_cold = False
        self._request_bytes = self._reply_bytes = 0
        self._endpoint: Endpoint | None = None
        self._connection: Connection | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def replica(self) -> str:
        """The name of the replica that was asked last; "" as long as none was."""
        return self._replica

    async def run(self) -> None:
        """Answer the call, and record it."""
        function = self._function
        begun_s = function.last_used_s = time.monotonic()
        function.invocation_count += 1
        status = CLIENT_GONE
        try:
            status = await self._forward()
        except ClientGone:
            pass
        except GatewayError as error:
            status = error.status
            self._exchange.fail(error, (INTERNAL, *own_lines(self._call_id, self._started)))
        finally:
            self._let_go()
            ended_s = function.last_used_s = time.monotonic()
            self._gateway.record(
                Call(
                    function,
                    self._call_id.decode(),
                    self._exchange.method.decode(),
                    status,
                    ended_s - begun_s,
                    self._replica,
                    self._was_cold,
                    int(self._started),
                    self._request_bytes,
                    self._reply_bytes,
                    trace_parent_of(self._exchange.headers),
                )
            )

    async def _forward(self) -> int:
        """Send the request to a replica and its reply to the client; return the status."""
        exchange = self._exchange
        is_sandboxed = self._gateway.sandbox is not None and is_of_a_browser(exchange.headers)
        connection = await self._ask()
        status = connection.status
        lines = reply_lines(connection.headers, self._call_id, self._started)
        if is_sandboxed:
            lines.append(SANDBOX)
        piece = connection.take()
        self._reply_bytes = len(piece)
        if connection.is_whole:
            exchange.begin(status, lines, connection.length, piece, is_last=True)
            return status
        exchange.begin(status, lines, connection.length, piece)
        try:
            while piece := await connection.read():
                self._reply_bytes += len(piece)
                exchange.write(piece)
                if exchange.is_slow:
                    await exchange.drained()
        except (Ended, GatewayError) as error:
            _log.warning("call %s broke off: %s", self._call_id.decode(), self._what_ended(error))
            exchange.break_off()
            return BadGateway.status
        exchange.end()
        return status

    async def _ask(self) -> Connection:
        """Send the request to a replica, and return the connection once its reply begins."""
        try:
            endpoint = self._function.pick()  # once: each time it is another's turn
            connection = self._reach_idle(endpoint) or await self._reach(endpoint)
            self._send(connection)
            try:
                await connection.begun()
            except Ended:
                if (
                    not connection.may_be_repeated
                    or self._exchange.has_body
                    or self._exchange.method not in _REPEATABLE
                ):
                    raise
                self._let_go()
                connection = await self._reach(self._function.pick())
                self._send(connection)
                await connection.begun()
        except Ended as error:
            raise BadGateway(self._what_ended(error)) from None
        except TimeLimit:
            raise TimedOut(
                f"{self._function.name.name}'s replica {self._replica} did not begin to answer within "
                f"{self._gateway.upstream_timeout_s:g} s (upstream_timeout): "
                "make the function faster, or start the gateway with a longer --upstream-timeout"
            ) from None
        return connection

    def _send(self, connection: Connection) -> None:
        """Send the request, and what has come of its body; the rest follows as it comes."""
        exchange = self._exchange
        head = b"".join(
            (
                exchange.method,
                b" ",
                self._target,
                b" HTTP/1.1\r\nHost: ",
                connection.host,
                b"\r\n",
                *self._lines,
                b"\r\n",
            )
        )
        is_head = exchange.method == b"HEAD"
        if not exchange.has_body:
            connection.send(head, is_head=is_head, is_last=True)
        elif exchange.is_whole:
            body = exchange.take()
            self._request_bytes = len(body)
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            connection.send(b"%b%b0\r\n\r\n" % (head, chunk), is_head=is_head, is_last=True)
        else:
            connection.send(head, is_head=is_head, is_last=False)
            self._sender = asyncio.create_task(self._send_body(connection))

    async def _send_body(self, connection: Connection) -> None:
        exchange = self._exchange
        try:
            while piece := await exchange.read():
                await connection.send_on(b"%x\r\n%b\r\n" % (len(piece), piece), is_last=False)
                self._request_bytes += len(piece)
            await connection.send_on(b"0\r\n\r\n", is_last=True)
        except (GatewayError, ClientGone) as error:
            connection.fail(error)

    def _reach_idle(self, endpoint: Endpoint | None) -> Connection | None:
        """Return a connection that is open already, and count the request there; None if there is none."""
        connection = endpoint.upstream.reuse() if endpoint else None
        if endpoint and connection:
            self._hold(endpoint)
            self._connection = connection
        return connection

    async def _reach(self, endpoint: Endpoint | None) -> Connection:
        """Return a new connection to a replica, that of `endpoint` at first, and count the request there.

        One that cannot be opened delivered nothing: another replica is tried, or the same one again while the function
        has no other, for as long as a reply may take.
        """
        give_up_s = time.monotonic() + self._gateway.upstream_timeout_s
        failed: list[Endpoint] = []
        is_reported = False
        while True:
            endpoint = endpoint or self._pick(failed) or await self._wait_for_endpoint(failed)
            self._hold(endpoint)
            try:
                return await asyncio.create_task(self._connect(endpoint))
            except OSError as error:
                self._let_go()
                name = self._function.name.name
                if not is_reported:
                    is_reported = True
                    self._gateway.unreachable(self._function)
                    _log.warning("%s's replica %s cannot be reached: %r", name, self._replica, error)
                if time.monotonic() > give_up_s:
                    raise BadGateway(
                        f"{name}'s replica {self._replica} cannot be reached: {error!r}; see `faas-cli logs {name}`"
                    ) from None
                failed.append(endpoint)
                endpoint = None

    async def _connect(self, endpoint: Endpoint) -> Connection:
        # Kept here, and not by who waits: if the client leaves just now, _let_go closes it.
        self._connection = await endpoint.upstream.connect(self._gateway.deadlines, self._gateway.upstream_timeout_s)
        return self._connection

    def _hold(self, endpoint: Endpoint) -> None:
        endpoint.acquire()
        self._endpoint = endpoint
        self._replica = endpoint.replica.name

    def _pick(self, failed: list[Endpoint]) -> Endpoint | None:
        if not failed:
            return self._function.pick()
        rest = [endpoint for endpoint in self._function.endpoints if endpoint not in failed]
        return min(rest, key=lambda endpoint: endpoint.in_flight, default=None)

    async def _wait_for_endpoint(self, failed: list[Endpoint]) -> Endpoint:
        """Return an endpoint of a function that has none, or none that could be reached."""
        function = self._function
        function.waiting += 1
        try:
            while function.endpoints:
                failed.clear()
                await asyncio.sleep(RETRY_S)
                if endpoint := function.pick():
                    return endpoint
            self._was_cold = True
            return await asyncio.ensure_future(self._wake(function))
        finally:
            function.waiting -= 1

    def _let_go(self) -> None:
        """Give back the connection and the endpoint."""
        if self._sender:
            self._sender.cancel()
            self._sender = None
        if self._connection:
            self._connection.release()
            self._connection = None
        if self._endpoint:
            self._endpoint.release()
            self._endpoint = None

    def _what_ended(self, error: Exception) -> str:
        name = self._function.name.name
        return f"{name}'s replica {self._replica} ended before it answered in full: {error}; see `faas-cli logs {name}`"
