"""A bridge from the event loop to a WSGI application (PEP 3333) on threads: the control plane, which may block.

Replies that stream for long (followed logs) hold a thread each; some threads are kept free of them.
"""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event, Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from ...stack.errors import GatewayError, Unavailable
from .exchange import ClientGone
from .headers import HOP_BY_HOP, date_line, header_lines, value_of, without
from .wire_exchange import WireExchange

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    ExcInfo = Any

MAX_BODY_BYTES = 2**20
MAX_STREAMS = 64
SHORT_THREADS = 16
MAX_WAITING = 256
LOOK_EVERY_S = 1.0
_FRAMING = HOP_BY_HOP | {b"content-length"}
_log = logging.getLogger(__name__)


class Bridge:
    """Answers exchanges by a WSGI application."""

    def __init__(self, app: WSGIApplication, *, max_streams: int = MAX_STREAMS) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(max_streams + SHORT_THREADS, thread_name_prefix="wsgi")
        self._streams = Streams(max_streams)
        self._max_calls = max_streams + SHORT_THREADS + MAX_WAITING
        self._gone: set[Event] = set()

    async def answer(self, exchange: WireExchange) -> None:
        """Answer one exchange; cancelled, it tells the application by `environ["gateway.gone"]`, a threading.Event."""
        body = await exchange.read_all(MAX_BODY_BYTES)
        if len(self._gone) >= self._max_calls:
            raise Unavailable("the gateway has too many requests of its own to answer now; try again later")
        gone = Event()
        environ = environ_of(exchange, body)
        environ["gateway.gone"] = gone
        loop = asyncio.get_running_loop()
        call = _AppCall(self._app, environ, exchange, loop, self._streams, gone)
        self._gone.add(gone)
        running = loop.run_in_executor(self._threads, call.run)
        running.add_done_callback(lambda _: self._gone.discard(gone))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            gone.set()
            raise

    def end_streams(self) -> None:
        """Tell the application that nobody listens any more."""
        for gone in tuple(self._gone):
            gone.set()

    def close(self) -> None:
        """End the threads, once their calls have ended."""
        self.end_streams()
        self._threads.shutdown(wait=False, cancel_futures=True)


class Streams:
    """Counts the replies that hold a thread for long; used from threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._count = 0
        self._lock = Lock()

    def enter(self) -> None:
        """Count one more. Raises Unavailable if there are too many."""
        with self._lock:
            if self._count >= self._limit:
                raise Unavailable(f"{self._limit} logs are followed already, the most there can be; end one of them")
            self._count += 1

    def leave(self) -> None:
        """Count one less."""
        with self._lock:
            self._count -= 1


class _AppCall:
    """One call of the application, in its thread; what it sends is sent on the loop."""

    def __init__(
        self,
        app: WSGIApplication,
        environ: dict[str, Any],
        exchange: WireExchange,
        loop: asyncio.AbstractEventLoop,
        streams: Streams,
        gone: Event,
    ) -> None:
        self._gone = gone
        self._app = app
        self._environ = environ
        self._exchange = exchange
        self._loop = loop
        self._streams = streams
        self._is_stream = False
        self._has_begun = False
        self._head: tuple[int, list[bytes], int | None] | None = None

    def run(self) -> None:
        """Call the application and send its reply; an error of its own is logged, and answered as a 500."""
        if self._gone.is_set():
            return
        try:
            self._run()
        except ClientGone:
            pass
        except GatewayError as error:
            self._fail(error)
        except Exception:  # noqa: BLE001 - the edge: the application's fault
            _log.exception("%s %r failed", self._environ["REQUEST_METHOD"], self._environ["RAW_URI"][:200])
            self._fail(GatewayError("the gateway failed; its log says how"))
        finally:
            if self._is_stream:
                self._streams.leave()

    def _run(self) -> None:
        pieces = self._app(self._environ, self._start_response)
        try:
            for piece in pieces:
                if piece or not self._has_begun:  # an empty first piece sends the head: what follows may take long
                    self._send(piece)
            if not self._has_begun:
                self._send(b"", is_whole=True)
            self._on_loop(self._exchange.end)
        finally:
            close = getattr(pieces, "close", None)
            if close:
                close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo = None
    ) -> Callable[[bytes], object]:
        if exc_info:
            try:
                if self._has_begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self._head:
            raise AssertionError("start_response was called twice")
        code = int(status.split(" ", 1)[0])
        if not 200 <= code <= 999:
            raise ValueError(f"{status!r} cannot be the status of a reply")
        length = None
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        if written := value_of(pairs, b"content-length"):
            length = int(written)
        lines = header_lines(without(pairs, _FRAMING))
        if not value_of(pairs, b"date"):
            lines.append(date_line())
        self._head = (code, lines, length)
        return self._send

    def _send(self, piece: bytes, *, is_whole: bool = False) -> None:
        if self._has_begun:
            self._on_loop(self._exchange.write, piece)
            return
        if not self._head:
            raise AssertionError("the application did not call start_response before its first piece")
        if self._head[2] is None and not is_whole:
            self._streams.enter()
            self._is_stream = True
        self._on_loop(self._exchange.begin, *self._head, piece)
        self._has_begun = True

    def _fail(self, error: GatewayError) -> None:
        with suppress(ClientGone):
            self._on_loop(self._exchange.fail, error)

    def _on_loop(self, send: Callable[..., None], *args: Any) -> None:
        """Send something on the loop, and wait until the client has taken enough. Raises ClientGone."""
        done: Future[None] = Future()
        try:
            self._loop.call_soon_threadsafe(self._start, done, send, args)
        except RuntimeError:  # the loop is closed: the gateway has ended
            raise ClientGone from None
        while not done.done():
            wait((done,), LOOK_EVERY_S)
            if self._loop.is_closed():
                raise ClientGone
        done.result()

    def _start(self, done: Future[None], send: Callable[..., None], args: tuple[Any, ...]) -> None:
        self._sending = self._loop.create_task(self._send_and_drain(done, send, args))

    async def _send_and_drain(self, done: Future[None], send: Callable[..., None], args: tuple[Any, ...]) -> None:
        try:
            send(*args)
            await self._exchange.drained()
        except Exception as error:  # noqa: BLE001 - it is raised in the thread
            done.set_exception(error)
        else:
            done.set_result(None)


def environ_of(exchange: WireExchange, body: bytes) -> dict[str, Any]:
    """Return the environ of PEP 3333; RAW_URI and REQUEST_URI are the target as it came."""
    raw, _, query = exchange.target.partition(b"?")
    target = exchange.target.decode("latin-1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": exchange.method.decode("latin-1"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SERVER_NAME": exchange.local[0],
        "SERVER_PORT": str(exchange.local[1]),
        "SERVER_PROTOCOL": "HTTP/1.0" if exchange.is_http10 else "HTTP/1.1",
        "REMOTE_ADDR": exchange.peer[0],
        "REMOTE_PORT": str(exchange.peer[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    _add_headers(environ, exchange.headers)
    if exchange.has_body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _add_headers(environ: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    for raw_name, raw_value in headers:
        if b"_" in raw_name:
            continue  # it would pass for the header that is written with "-"
        name = raw_name.decode("latin-1").replace("-", "_").upper()
        value = raw_value.decode("latin-1").strip()
        if name in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            continue
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        separator = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
