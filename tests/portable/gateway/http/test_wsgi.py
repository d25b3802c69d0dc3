"""The bridge to the control plane: PEP 3333 on threads, behind the same server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

from portable.gateway.http.server import HttpServer
from portable.gateway.http.wsgi import MAX_BODY_BYTES, Bridge

from ..peers import PATIENCE_S, on_loop
from ..peers.client import Client, ask, connected, request
from ..peers.running import gateway, hello

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Environ = dict[str, Any]
TEXT = [("Content-Type", "text/plain")]


class Pieces:
    """A body that is made as a test allows it, and knows whether it was closed."""

    def __init__(self) -> None:
        self.allowed = threading.Semaphore(0)
        self.closed = threading.Event()
        self.environ: Environ = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as an application."""
        self.environ = environ
        start_response("200 OK", TEXT)
        return self

    def __iter__(self) -> Iterator[bytes]:
        number = 0
        while not self.environ["gateway.gone"].is_set():
            yield b"%d" % number
            number += 1
            while not self.environ["gateway.gone"].is_set() and not self.allowed.acquire(timeout=0.05):
                pass

    def close(self) -> None:
        """Be closed."""
        self.closed.set()


async def until(event: threading.Event) -> None:
    """Wait for a thread's event."""
    assert await asyncio.to_thread(event.wait, PATIENCE_S)


class TestRequest:
    @on_loop
    async def test_environ_is_that_of_pep_3333(self) -> None:
        seen: list[Environ] = []

        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            seen.append({**environ, "body": environ["wsgi.input"].read(3) + environ["wsgi.input"].read(3)})
            return hello(environ, start_response)

        lines = ("Content-Type: a/b", "X-Twice: 1", "X-Twice: 2", "Cookie: a", "Cookie: b", "X_Spoof: 1", "X-Raw: \xe9")
        async with gateway(app=validator(app)) as it, connected(it.port) as client:
            reply = await client.ask("POST", "/caf%C3%A9//a%2Fb?q=%20", *lines, body=b"abc")
            host, port = client.writer.get_extra_info("sockname")
            environ = seen[0]

            assert reply.body == b"hello"
            assert environ["PATH_INFO"].encode("latin-1").decode() == "/café//a/b"
            assert environ["RAW_URI"] == environ["REQUEST_URI"] == "/caf%C3%A9//a%2Fb?q=%20"
            assert (environ["QUERY_STRING"], environ["SCRIPT_NAME"]) == ("q=%20", "")
            assert (environ["REQUEST_METHOD"], environ["SERVER_PROTOCOL"]) == ("POST", "HTTP/1.1")
            assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"], environ["body"]) == ("a/b", "3", b"abc")
            assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == (host, str(port))
            assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(it.port))
            assert (environ["HTTP_X_TWICE"], environ["HTTP_COOKIE"], environ["HTTP_X_RAW"]) == ("1,2", "a; b", "\xe9")
            assert "HTTP_X_SPOOF" not in environ

    @on_loop
    async def test_chunked_body_has_its_length(self) -> None:
        seen: list[str] = []

        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            seen.append(environ["CONTENT_LENGTH"])
            return hello(environ, start_response)

        async with gateway(app=app) as it, connected(it.port) as client:
            await client.send(request("POST", "/", "Transfer-Encoding: chunked"), b"3\r\nabc\r\n0\r\n\r\n")
            await client.reply()

            assert seen == ["3"]

    @on_loop
    async def test_body_over_a_mebibyte_is_a_413(self) -> None:
        async with gateway() as it:
            assert (await ask(it.port, "POST", "/", body=b"x" * MAX_BODY_BYTES)).status == 200
            assert (await ask(it.port, "POST", "/", body=b"x" * (MAX_BODY_BYTES + 1))).status == 413


class TestReply:
    @on_loop
    async def test_reply_with_a_length_is_sent_with_it(self) -> None:
        async with gateway(app=validator(hello)) as it, connected(it.port) as client:
            replies = [await client.ask(method, "/") for method in ("GET", "HEAD", "GET")]

            assert [reply.body for reply in replies] == [b"hello", b"", b"hello"]
            assert {reply.header("content-length") for reply in replies} == {"5"}
            assert all(reply.header("date") for reply in replies)

    @on_loop
    async def test_pieces_arrive_one_by_one(self) -> None:
        app = Pieces()
        async with gateway(app=app) as it, connected(it.port) as client:
            await client.send(request("GET", "/"))
            assert (await client.head()).header("content-length") is None
            for number in range(3):
                assert await client.chunk() == b"%d" % number
                app.allowed.release()

    @on_loop
    async def test_client_that_leaves_ends_the_stream(self) -> None:
        app = Pieces()
        async with gateway(app=app) as it, connected(it.port) as client:
            await client.send(request("GET", "/"))
            await client.head()
            client.leave()
            await until(app.closed)

            assert app.environ["gateway.gone"].is_set()

    @on_loop
    async def test_gateway_that_ends_ends_the_streams_whole(self) -> None:
        app = Pieces()
        async with AsyncExitStack() as clients:
            async with gateway(app=app) as it:
                client = await clients.enter_async_context(connected(it.port))
                await client.send(request("GET", "/"))
                await client.head()
                assert await client.chunk() == b"0"

            assert await client.chunk() == b""
            assert app.closed.is_set()

    @on_loop
    async def test_client_that_takes_nothing_makes_the_application_wait(self) -> None:
        made = 0
        closed = threading.Event()

        def app(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
            nonlocal made
            start_response("200 OK", TEXT)
            try:
                for _ in range(1000):
                    made += 1
                    yield b"x" * 2**16
            finally:
                closed.set()

        async with gateway(app=app) as it, connected(it.port) as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a Transport's
            await client.send(request("GET", "/"))
            last = -1
            while made != last:
                last = made
                await asyncio.sleep(0.2)
            assert made < 1000
            client.leave()
            await until(closed)

    @on_loop
    async def test_written_pieces_come_before_the_rest(self) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            write = start_response("200 OK", TEXT)
            write(b"first ")
            return [b"", b"second"]

        async with gateway(app=app) as it:
            assert (await ask(it.port, "GET", "/")).body == b"first second"

    @on_loop
    async def test_empty_reply_is_whole(self) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("202 Accepted", [])
            return []

        async with gateway(app=app) as it, connected(it.port) as client:
            for _ in range(2):
                reply = await client.ask("POST", "/")
                assert (reply.status, reply.body) == (202, b"")


@on_loop
async def test_streams_leave_threads_for_short_requests() -> None:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        return (Pieces() if environ["PATH_INFO"] == "/stream" else hello)(environ, start_response)

    bridge = Bridge(app, max_streams=3)
    server = HttpServer(bridge.answer, read_timeout_s=PATIENCE_S, max_body_bytes=1)
    port = await server.start("127.0.0.1", 0)

    async def follow(clients: AsyncExitStack) -> tuple[Client, int]:
        client = await clients.enter_async_context(connected(port))
        await client.send(request("GET", "/stream"))
        return client, (await client.head()).status

    async with AsyncExitStack() as clients:
        followers = [await follow(clients) for _ in range(3)]
        refused = await ask(port, "GET", "/stream")
        short = await asyncio.gather(*(ask(port, "GET", "/short") for _ in range(30)))
        followers[0][0].leave()
        while (await follow(clients))[1] == 503:
            await asyncio.sleep(0.05)

        assert [status for _, status in followers] == [200] * 3
        assert (refused.status, "3 logs" in refused.text) == (503, True)
        assert {reply.status for reply in short} == {200}
    bridge.close()
    await server.close(PATIENCE_S)
