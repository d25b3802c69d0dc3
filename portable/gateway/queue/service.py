"""Asynchronous calls as the rest of the gateway sees them: accepted, cancelled, replayed, looked at."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from random import Random

from ...stack.errors import GatewayError, Refused
from ..calls.headers import own_lines
from ..calls.invocation import INTERNAL
from ..calls.proxy import Proxy
from ..calls.pump import Clock, WallClock
from ..config import Config
from ..functions.state import Function
from ..http.addresses import Allowed
from ..http.exchange import Exchange, Unreadable
from ..http.headers import Headers, date_line, pack, without
from ..http.post import Post, Resolve, resolve
from ..storage.sqlite import SqliteFile
from .callback_url import OwnUrls, check
from .callbacks import Callbacks
from .dispatcher import Dispatcher, RunSettings
from .limits import RETRY_AFTER_S, QueueFull, QueueLimits
from .models import CALL_ID, NewCall, Ticket
from .reader import CallReader
from .retention import Retention
from .schema import open_file
from .store import Store

MAX_INCOMING_BYTES = 64 * 2**20
TRIM_EVERY_S = 5.0
TRIM_IDLE_S = 600.0
"""What is too old goes even if no call ends."""
_REPLACED = frozenset((b"content-length", b"expect", b"transfer-encoding", b"x-call-id"))
_RETRY_AFTER = b"Retry-After: %d\r\n" % RETRY_AFTER_S


class AsyncCalls:
    """The queue, and what runs it; on the event loop alone, but for `reader`."""

    def __init__(
        self,
        config: Config,
        proxy: Proxy,
        file: SqliteFile,
        *,
        clock: Clock,
        random: Random,
        look_up: Resolve,
    ) -> None:
        self._config = config
        self._proxy = proxy
        self._clock = clock
        self._allowed = Allowed(config.callback_allow)
        self._own = OwnUrls(config.allowed_hosts, config.public_url)
        self._store = Store(file)
        self.reader = CallReader(file)
        """What can be read of calls, on any thread but the loop's."""
        self._limits = QueueLimits(config.async_max_queued, config.async_max_disk_bytes)
        settings = RunSettings(config.async_concurrency, config.async_max_result_bytes, config.async_backoff)
        self._dispatcher = Dispatcher(self._store, proxy, settings, clock=clock, random=random, ended=self._call_ended)
        self._callbacks = Callbacks(
            self._store,
            proxy,
            Post(self._allowed, look_up),
            self._own,
            self._accept_own,
            clock=clock,
            random=random,
            ended=self._callback_ended,
        )
        self._incoming = 0
        self._call_has_ended = asyncio.Event()
        self._trimming: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, config: Config, proxy: Proxy) -> AsyncCalls:
        """Return the calls of a gateway's state. Raises GatewayError for a file that cannot be used."""
        file = await asyncio.to_thread(open_file, config.state_dir)
        calls = cls(config, proxy, file, clock=WallClock(), random=Random(), look_up=resolve)  # noqa: S311 - of waits
        await calls.load()
        return calls

    async def load(self) -> None:
        """Take over what the last gateway left."""
        for ticket in await self._store.recover():
            self._enter(ticket)
        for ticket in await self._store.callbacks():
            self._limits.enter(ticket.function, 0)
            self._callbacks.add(ticket, ticket.due_s)

    def start(self, port: int) -> None:
        """Begin to run what waits; `port` is the one that the gateway listens on."""
        self._own.listen(port)
        self._dispatcher.pump.start()
        self._callbacks.pump.start()
        self._trimming = asyncio.create_task(self._trim_now_and_then())

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more; what does not end within `grace_s` runs again at the next start. Calls are still kept."""
        if self._trimming:
            self._trimming.cancel()
        await asyncio.gather(self._dispatcher.pump.stop(grace_s), self._callbacks.pump.stop(grace_s))

    async def close(self) -> None:
        """Close the file."""
        await self._store.close()

    async def accept(self, exchange: Exchange) -> None:
        """Answer `/async-function/NAME...`: 202 once the call is kept, never before."""
        received = 0
        try:
            function, target = self._proxy.resolve(exchange.target)
            self._limits.check(function.label, 0)
            call = self._new_call(exchange, function, target)
            body = await self._read(exchange)
            received = len(body)
            # its client may leave meanwhile, and it is a call nevertheless
            await asyncio.shield(asyncio.ensure_future(self._take(call._replace(body=body))))
        except QueueFull as error:
            exchange.fail(error, (INTERNAL, _RETRY_AFTER))
        except GatewayError as error:
            exchange.fail(error, (INTERNAL,))
        else:
            started = b"%d" % int(call.accepted_s * 1e9)
            exchange.begin(202, (date_line(), *own_lines(call.id.encode(), started)), 0, is_last=True)
        finally:
            self._incoming -= received

    async def cancel(self, call_id: str) -> None:
        """Cancel a call that waits, or break it off. Raises NotFound, or Conflict if it has ended."""
        self._dispatcher.discard(await self._store.cancel(call_id, self._clock.now()))

    async def replay(self, call_id: str) -> None:
        """Run a call that has ended once more, as if it were new. Raises NotFound, or Conflict if it is still open."""
        self._enter(await self._store.replay(call_id, self._clock.now()))

    async def trim(self) -> None:
        """Forget the calls that are not to be kept any more."""
        config = self._config
        retention = Retention(config.async_keep, config.async_keep_for_s, config.async_max_disk_bytes)
        while await self._store.trim(retention, self._clock.now()):
            pass

    # Accepting.

    def _new_call(self, exchange: Exchange, function: Function, target: bytes) -> NewCall:
        """Return the call that a request is for, without its body. Raises Refused, or Unreadable for a large one."""
        given = dict(exchange.headers)
        length = given.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._config.async_max_body_bytes:
            raise self._too_large()
        headers = without(exchange.headers, _REPLACED)
        if b"x-forwarded-for" not in given:
            headers.append((b"x-forwarded-for", exchange.peer_text))
        return NewCall(
            id=_call_id(given.get(b"x-call-id", b"")),
            function=function.label,
            target=target,
            lines=pack(headers),
            body=b"",
            callback_url=self._callback_url(exchange.headers),
            accepted_s=self._clock.now(),
        )

    def _callback_url(self, headers: Headers) -> str:
        urls = [value.strip().decode("latin-1") for name, value in headers if name == b"x-callback-url"]
        if len(urls) > 1:
            raise Refused(f"X-Callback-Url is there {len(urls)} times: a call has one callback")
        for url in urls:
            check(url, self._allowed, self._own)
        return urls[0] if urls else ""

    async def _read(self, exchange: Exchange) -> bytes:
        """Return the request's body, counted in `_incoming`. Raises Unreadable if it is too large, QueueFull."""
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := await exchange.read():
                size += len(piece)
                self._incoming += len(piece)
                if size > self._config.async_max_body_bytes:
                    raise self._too_large()
                if self._incoming > MAX_INCOMING_BYTES:
                    raise QueueFull("too many asynchronous calls arrive at once; try again later")
                pieces.append(piece)
        except BaseException:
            self._incoming -= size
            raise
        return b"".join(pieces)

    def _too_large(self) -> Unreadable:
        limit = self._config.async_max_body_bytes
        return Unreadable(
            413,
            f"the request's body is over {limit} bytes, the most that an asynchronous call may have "
            "(--async-max-body): store it elsewhere and send where, or call /function/ instead",
        )

    async def _take(self, call: NewCall) -> None:
        size = len(call.body)
        self._limits.check(call.function, size)
        self._limits.enter(call.function, size)
        try:
            ticket = await self._store.accept(call)
        except GatewayError:
            self._limits.leave(call.function, size)
            raise
        self._dispatcher.add(ticket)

    async def _accept_own(self, target: bytes, headers: Headers, body: bytes, call_id: str) -> None:
        """Accept a call that is another one's callback. Raises GatewayError, Conflict for an id that is known."""
        function, path = self._proxy.resolve(target)
        lines = pack(without(headers, _REPLACED))
        await self._take(NewCall(call_id, function.label, path, lines, body, "", self._clock.now()))

    # What happens to calls.

    def _enter(self, ticket: Ticket) -> None:
        self._limits.enter(ticket.function, ticket.size)
        self._dispatcher.add(ticket)

    def _call_ended(self, ticket: Ticket, has_ended: bool) -> None:  # noqa: FBT001
        self._call_has_ended.set()
        if has_ended and ticket.callback_url:
            self._limits.enter(ticket.function, 0)
            self._callbacks.add(ticket, 0.0)
        self._limits.leave(ticket.function, ticket.size)

    def _callback_ended(self, ticket: Ticket) -> None:
        self._limits.leave(ticket.function, 0)

    async def _trim_now_and_then(self) -> None:
        while True:
            with suppress(GatewayError):  # it is logged, and the file may be written later
                await self.trim()
            await asyncio.sleep(TRIM_EVERY_S)
            self._call_has_ended.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._call_has_ended.wait(), TRIM_IDLE_S)


def _call_id(given: bytes) -> str:
    written = given.decode("latin-1")
    return written if CALL_ID.fullmatch(written) else str(uuid.uuid4())
