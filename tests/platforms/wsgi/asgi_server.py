"""A small ASGI server in process: one request in, every message out, and a client that can leave at any time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

from platforms.wsgi.asgi import Application
from platforms.wsgi.responder import Responder
from tests.conformance import Reply, Request

GONE = {"type": "http.disconnect"}


class Client:
    """Plays one client: what it sends, what it got, and when it leaves.

    `leave_after` messages of ours it is gone; without it, it stays until `left` is set.
    """

    def __init__(self, messages: Iterable[dict[str, Any]], *, leave_after: int | None = None) -> None:
        self._messages = list(messages)
        self._leave_after = leave_after
        self.got: list[dict[str, Any]] = []
        self._left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        """Give the next message, then wait until the client leaves."""
        if self._messages:
            return self._messages.pop(0)
        await self._left.wait()
        return dict(GONE)

    async def send(self, message: Any) -> None:
        """Take one message of the application."""
        self.got.append(dict(message))
        if self._leave_after is not None and len(self.got) >= self._leave_after:
            self._left.set()
            await asyncio.sleep(0)

    def reply(self) -> Reply:
        """Return what was got as a reply; fails if it is not whole."""
        start, *body = self.got
        assert start["type"] == "http.response.start"
        assert [message["more_body"] for message in body] == [True] * (len(body) - 1) + [False]
        headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"]]
        return Reply(start["status"], headers, b"".join(message["body"] for message in body))


def make_scope(request: Request, **changed: Any) -> dict[str, Any]:
    """Return the scope of a request, as granian makes it."""
    raw_path, _, query = request.target.partition("?")
    framing = [("transfer-encoding", "chunked")] if request.method in ("POST", "PUT", "PATCH") else []
    headers = [("host", "localhost:8080"), *framing, *((name.lower(), value) for name, value in request.headers)]
    return {
        "type": "http",
        "method": request.method,
        "raw_path": raw_path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8080),
        "client": ("192.0.2.1", 54321),
        **changed,
    }


def whole(body: bytes = b"") -> list[dict[str, Any]]:
    """Return the one message of a body that came at once."""
    return [{"type": "http.request", "body": body, "more_body": False}]


def pieces(*chunks: bytes) -> list[dict[str, Any]]:
    """Return the messages of a body that came in pieces, and goes on."""
    return [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]


def serve(
    application: Any, scope: dict[str, Any], make_client: Callable[[], Client], *, timeout_s: float = 20.0
) -> Client:
    """Run the application for one request, on an event loop of this thread; raises what it raises."""

    async def run() -> Client:
        client = make_client()
        await asyncio.wait_for(application(scope, client.receive, client.send), timeout_s)
        return client

    return asyncio.run(run())


def loop_thread() -> str:
    """Return the name of the thread that `serve` runs its loop in."""
    return threading.current_thread().name


def application_of(handler: Any, environ: dict[str, str] | None = None, **options: Any) -> Application:
    """Return the application of a handler: 4 threads, 1 MB of body."""
    responder = options.pop("responder", None) or Responder(handler, environ or {})
    return Application(responder, **{"threads": 4, "max_body_bytes": 2**20, **options})
