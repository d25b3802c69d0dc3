"""Requests on a connection of their own."""

from __future__ import annotations

import pytest

from portable.gateway.http.once import get

from ..peers import on_loop
from ..peers.upstream import Peer, answers, replica, sends, unused_port


class TestGet:
    @on_loop
    async def test_get_returns_the_status(self) -> None:
        async with replica(answers(status="503 Not yet")) as upstream:
            assert await get("127.0.0.1", upstream.port, "/_/ready?a", 30) == 503
            assert upstream.requests[0].line == "GET /_/ready?a HTTP/1.1"

    @on_loop
    async def test_get_raises_for_what_does_not_answer(self) -> None:
        async def waits(peer: Peer) -> None:
            await peer.is_left()

        async with replica(waits) as silent, replica(sends(b"SSH-2.0\r\n")) as other:
            with pytest.raises(TimeoutError):
                await get("127.0.0.1", silent.port, "/", 0.1)
            with pytest.raises(ValueError, match="no HTTP"):
                await get("127.0.0.1", other.port, "/", 30)
        with pytest.raises(ConnectionRefusedError):
            await get("127.0.0.1", await unused_port(), "/", 30)
