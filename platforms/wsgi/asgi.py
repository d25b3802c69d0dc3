"""ASGI to the contract and back, for the fast server.

granian runs this and not the WSGI application: its WSGI side ends a stream that failed as if it were whole, gives an
empty body for one cut short, and knows no raw path (docs/decisions/0003-granian-by-asgi.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ..contract import BadRequest, Event, Response
from ..result import Stream, length_to_send
from ..wsgi_environ import encode_raw, without_base
from .responder import Responder
from .threads import Mailbox, Pool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def to_event(scope: Message, body: bytes) -> Event:
    """Return the Event of an ASGI HTTP scope and its body. Raises BadRequest if its path is malformed."""
    header_pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    root_path: str = scope.get("root_path", "")
    return Event(
        scope["method"],
        raw_path=without_base(encode_raw(scope["raw_path"].decode("latin-1")), root_path.encode()),
        raw_query=encode_raw(scope["query_string"].decode("latin-1")),
        header_pairs=header_pairs,
        body=body,
        base_path=root_path,
        scheme=scope["scheme"],
        host=_header(scope, "host") or scope["server"][0],
        client_ip=scope["client"][0] if scope.get("client") else "",
    )


def to_native(response: Response) -> Message:
    """Return the ASGI message that starts a normalised Response."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if (length := length_to_send(response)) is not None:
        headers.append((b"Content-Length", b"%d" % length))
    return {"type": "http.response.start", "status": response.status, "headers": headers}


class Application:
    """The ASGI application that answers with `responder`, whose handlers run in up to `threads` threads."""

    def __init__(
        self, responder: Responder, *, threads: int, max_body_bytes: int, read_timeout_s: float | None = None
    ) -> None:
        self._responder = responder
        self._in_flight = responder.in_flight
        self._pool = Pool(threads)
        self._max_body_bytes = max_body_bytes
        self._read_timeout_s = read_timeout_s
        self._mailbox: Mailbox[tuple[asyncio.Future[Any], Any]] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            event = to_event(scope, await self._read_body(receive) if _has_body(scope) else b"")
        except BadRequest as error:
            sent_id = _header(scope, self._responder.id_header)
            await _send_whole(self._responder.refuse(error, scope["method"], sent_id), send)
            return
        answer = self._responder.probe(event)
        if answer is None and not self._in_flight.enter(self._responder.max_in_flight):
            answer = self._responder.on_overload(event)
        if answer is not None:
            await _send_whole(answer, send)
            return
        try:
            await self._answer(event, scope, receive, send)
        finally:
            self._in_flight.leave()

    async def _answer(self, event: Event, scope: Message, receive: Receive, send: Send) -> None:
        response: Response = await self._respond(event, scope)
        if not isinstance(response.body, Stream):
            await _send_whole(response, send)
            return
        stream = response.body
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await send(to_native(response))
            while not gone.done():
                chunk = await self._run(lambda: next(stream, None))
                await send({"type": "http.response.body", "body": chunk or b"", "more_body": chunk is not None})
                if chunk is None:
                    break
        finally:
            gone.cancel()
            await self._run(stream.close)

    async def _respond(self, event: Event, scope: Message) -> Response:
        timeout_s = self._responder.timeout_s(event)
        answer = self._run(lambda: self._responder.answer(event, scope))
        if timeout_s is None:
            return await answer  # type: ignore[no-any-return]
        timer = self._loop.call_later(timeout_s, _set_result, answer, None)
        response: Response | None = await answer
        timer.cancel()
        return response or self._responder.on_timeout(event)

    def _run(self, task: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run `task` in a thread; the future gets what it returns or raises."""
        if self._mailbox is None:
            self._loop = asyncio.get_running_loop()  # kept: asking for it costs a system call
            self._mailbox = Mailbox(self._loop.call_soon_threadsafe, self._deliver)
        mailbox = self._mailbox
        future: asyncio.Future[Any] = self._loop.create_future()

        def run() -> None:
            try:
                result = task()
            except BaseException as error:  # noqa: BLE001 - delivered, not swallowed
                result = error
            mailbox.put((future, result))

        self._pool.submit(run)
        return future

    async def _read_body(self, receive: Receive) -> bytes:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            self._check_size(len(body))
            return body
        try:
            async with asyncio.timeout(self._read_timeout_s):
                return await self._read_rest(message, receive)
        except TimeoutError as error:
            raise BadRequest(f"the body did not arrive within {self._read_timeout_s:g} s", status=408) from error

    async def _read_rest(self, message: Message, receive: Receive) -> bytes:
        body = bytearray()
        while message["type"] == "http.request":
            body += message.get("body", b"")
            self._check_size(len(body))
            if not message.get("more_body"):
                return bytes(body)
            message = await receive()
        # the client went away, or its framing is not HTTP and it waits for this
        raise BadRequest("the body is malformed or was cut short")

    def _check_size(self, length_bytes: int) -> None:
        if length_bytes > self._max_body_bytes:
            raise BadRequest(f"the body is over {self._max_body_bytes / 2**20:g} MB", status=413)

    def _deliver(self, answer: tuple[asyncio.Future[Any], Any]) -> None:
        future, result = answer
        if future.done():  # it timed out
            if isinstance(result, Response) and isinstance(result.body, Stream):
                self._pool.submit(result.body.close)
        elif isinstance(result, StopIteration):
            future.set_exception(RuntimeError("the handler raised StopIteration"))  # which no future can hold
        elif isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)


async def _gone(receive: Receive) -> None:
    """Return when the client has gone; a body that nobody has asked for comes first."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _has_body(scope: Message) -> bool:
    """Whether a request brings a body: only these two headers announce one (RFC 9112 6.3)."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _header(scope: Message, name: str) -> str | None:
    wanted = name.encode()
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == wanted), None)


def _set_result(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


async def _send_whole(response: Response, send: Send) -> None:
    await send(to_native(response))
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
