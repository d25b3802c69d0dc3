"""ASGI to the contract and back, for the fast server.

granian runs this and not the WSGI application: its WSGI side ends a stream that failed as if it were whole, gives an
empty body for one cut short, and knows no raw path (docs/decisions/0003-granian-by-asgi.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from ..contract import BadRequest, Event, Response
from ..invoke import refuse
from ..result import Stream
from .responder import Responder
from .threads import Mailbox, Pool

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Disconnected(Exception):
    """The client went away, or sent framing that is not HTTP, before its request or our answer was whole."""


def to_event(scope: Message, body: bytes) -> Event:
    """Return the Event of an ASGI HTTP scope and its body. Raises BadRequest if its path is malformed."""
    header_pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    host = next((value for name, value in header_pairs if name == "host"), "")
    return Event(
        scope["method"],
        raw_path=scope["raw_path"].decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        header_pairs=header_pairs,
        body=body,
        base_path=scope.get("root_path", ""),
        scheme=scope["scheme"],
        host=host or scope["server"][0],
        client_ip=scope["client"][0] if scope.get("client") else "",
    )


def to_native(response: Response) -> Message:
    """Return the ASGI message that starts a normalised Response."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    body = response.body
    if not isinstance(body, Stream) and response.status not in (204, 304):
        if not any(name == b"Content-Length" for name, _ in headers):
            headers.append((b"Content-Length", b"%d" % len(body)))
    return {"type": "http.response.start", "status": response.status, "headers": headers}


class Application:
    """The ASGI application that answers with `responder`, whose handlers run in up to `threads` threads."""

    def __init__(self, responder: Responder, *, threads: int, max_body_bytes: int) -> None:
        self._responder = responder
        self._in_flight = responder.in_flight
        self._pool = Pool(threads)
        self._max_body_bytes = max_body_bytes
        self._mailbox: Mailbox[tuple[asyncio.Future[Any], Any]] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            body = await self._read_body(receive)
            event = to_event(scope, body)
        except BadRequest as error:
            await _send_whole(refuse(error, str(uuid4()), scope["method"]), send)
            return
        except Disconnected:
            # the framing was malformed, or nobody is there to read this
            cut = BadRequest("the body is malformed or was cut short")
            await _send_whole(refuse(cut, str(uuid4()), scope["method"]), send)
            return
        answer = self._responder.probe(event)
        if answer is None and not self._in_flight.enter(self._responder.max_in_flight):
            answer = self._responder.on_overload(event)
        if answer is not None:
            await _send_whole(answer, send)
            return
        try:
            await self._answer(event, receive, send)
        finally:
            self._in_flight.leave()

    async def _answer(self, event: Event, receive: Receive, send: Send) -> None:
        response: Response = await self._respond(event)
        if not isinstance(response.body, Stream):
            await _send_whole(response, send)
            return
        stream = response.body
        gone = asyncio.ensure_future(receive())
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

    async def _respond(self, event: Event) -> Response:
        timeout_s = self._responder.timeout_s(event)
        answer = self._run(lambda: self._responder.respond(event))
        if timeout_s is None:
            return await answer  # type: ignore[no-any-return]
        timer = asyncio.get_running_loop().call_later(timeout_s, _set_result, answer, None)
        response: Response | None = await answer
        timer.cancel()
        return response or self._responder.on_timeout(event)

    def _run(self, task: Callable[[], Any]) -> asyncio.Future[Any]:
        """Run `task` in a thread; the future gets what it returns or raises."""
        loop = asyncio.get_running_loop()
        if self._mailbox is None:
            self._mailbox = Mailbox(loop.call_soon_threadsafe, _deliver)
        mailbox = self._mailbox
        future: asyncio.Future[Any] = loop.create_future()

        def run() -> None:
            try:
                result = task()
            except BaseException as error:  # delivered, not swallowed
                result = error
            mailbox.put((future, result))

        self._pool.submit(run)
        return future

    async def _read_body(self, receive: Receive) -> bytes:
        message = await receive()
        if not message.get("more_body") and message["type"] == "http.request":
            return message.get("body", b"")  # type: ignore[no-any-return]
        chunks = bytearray()
        while message["type"] == "http.request":
            chunks += message.get("body", b"")
            if len(chunks) > self._max_body_bytes:
                raise BadRequest(f"the body is over {self._max_body_bytes / 2**20:g} MB", status=413)
            if not message.get("more_body"):
                return bytes(chunks)
            message = await receive()
        raise Disconnected


def _deliver(answer: tuple[asyncio.Future[Any], Any]) -> None:
    future, result = answer
    if future.done():  # it timed out
        if isinstance(result, Response) and isinstance(result.body, Stream):
            result.body.close()
    elif isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)


def _set_result(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)


async def _send_whole(response: Response, send: Send) -> None:
    await send(to_native(response))
    await send({"type": "http.response.body", "body": response.body, "more_body": False})
