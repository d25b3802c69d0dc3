"""What a WSGI application does wrong: its client sees no traceback, and no reply that only looks whole."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from portable.stack.errors import Conflict

from ..peers import PATIENCE_S, on_loop
from ..peers.client import ask, connected, request
from ..peers.running import gateway

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Environ = dict[str, Any]
TEXT = [("Content-Type", "text/plain")]


class TestErrors:
    @on_loop
    async def test_application_that_fails_is_a_500_without_its_reason(self, caplog: pytest.LogCaptureFixture) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            raise RuntimeError("secret")

        with caplog.at_level(logging.ERROR):
            async with gateway(app=app) as it:
                reply = await ask(it.port, "GET", "/a")

        assert reply.status == 500
        assert reply.header("content-type") == "text/plain; charset=utf-8"
        assert "secret" not in reply.text
        assert "secret" in caplog.text

    @on_loop
    async def test_error_of_the_gateways_own_is_answered_as_it_says(self) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            raise Conflict("it is there")

        async with gateway(app=app) as it:
            reply = await ask(it.port, "GET", "/")

            assert (reply.status, reply.text) == (409, "it is there\n")

    @on_loop
    async def test_application_that_fails_half_way_has_its_reply_broken_off(self) -> None:
        closed = threading.Event()

        def app(environ: Environ, start_response: StartResponse) -> Iterator[bytes]:
            start_response("200 OK", TEXT)
            try:
                yield b"abc"
                raise RuntimeError("half-way")
            finally:
                closed.set()

        async with gateway(app=app) as it, connected(it.port) as client:
            await client.send(request("GET", "/"))

            with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
                await client.reply()
            assert await asyncio.to_thread(closed.wait, PATIENCE_S)

    @pytest.mark.parametrize(
        ("status", "headers"),
        [
            ("200 OK", [("A\r\nB", "c")]),
            ("200 OK", [("A", "b\r\nC: d")]),
            ("200 OK", [("A", "\u20ac")]),
            ("100 Continue", []),
            ("OK", []),
        ],
    )
    @on_loop
    async def test_head_that_cannot_be_sent_is_a_500(self, status: str, headers: list[tuple[str, str]]) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response(status, headers)
            return [b"x"]

        async with gateway(app=app) as it:
            assert (await ask(it.port, "GET", "/")).status == 500

    @on_loop
    async def test_reply_begun_twice_or_never_is_a_500(self) -> None:
        def twice(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", TEXT)
            start_response("200 OK", TEXT)
            return [b"x"]

        def never(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            return [b"x"]

        for app in (twice, never):
            async with gateway(app=app) as it:
                assert (await ask(it.port, "GET", "/")).status == 500

    @on_loop
    async def test_reply_taken_back_before_it_began_is_the_other_one(self) -> None:
        def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
            start_response("200 OK", TEXT)
            try:
                raise ValueError
            except ValueError:
                start_response("418 Teapot", TEXT, sys.exc_info())
            return [b"x"]

        async with gateway(app=app) as it:
            assert (await ask(it.port, "GET", "/")).status == 418
