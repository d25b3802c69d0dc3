"""What the proxy tells of a call: its sizes, its trace, when it was; asynchronous ones alike."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ..peers import on_loop
from ..peers.client import ask, connected, request
from ..peers.running import gateway
from ..peers.upstream import Peer, answers, replica, sends
from ..queue.gateways import async_gateway

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@on_loop
async def test_call_has_its_sizes_and_its_time() -> None:
    async with replica(answers(b"hello")) as upstream, gateway(upstream.port) as it:
        before_ns = time.time_ns()
        await ask(it.port, "POST", "/function/echo", body=b"abc")
        call = await it.call()

        assert (call.request_bytes, call.reply_bytes, call.trace_parent) == (3, 5, "")
        assert before_ns <= call.started_ns <= time.time_ns()


@on_loop
async def test_call_whose_bodies_come_in_pieces_has_the_size_of_all_of_them() -> None:
    async def script(peer: Peer) -> None:
        await peer.read_body()
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        await peer.send(head, b"3\r\nabc\r\n", b"4\r\ndefg\r\n", b"0\r\n\r\n")

    async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
        whole = request("POST", "/function/echo", body=b"0123456789")
        await client.send(whole[:-10], b"01234", b"56789")
        assert (await client.reply()).body == b"abcdefg"
        call = await it.call()

        assert (call.request_bytes, call.reply_bytes) == (10, 7)


@on_loop
async def test_call_that_breaks_off_has_the_size_of_what_came() -> None:
    script = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"abc", ends=True)
    async with replica(script) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
        await client.send(request("GET", "/function/echo"))
        call = await it.call()

        assert (call.status, call.reply_bytes) == (502, 3)


@on_loop
async def test_call_that_the_gateway_answers_itself_has_no_reply_of_the_function() -> None:
    async with gateway() as it:
        await ask(it.port, "POST", "/function/echo", body=b"abc")
        call = await it.call()

        assert (call.status, call.request_bytes, call.reply_bytes) == (503, 0, 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (TRACE, TRACE),
        (TRACE.upper(), ""),
        (f"{TRACE}-x", ""),
        ("x" * 60_000, ""),
        ("<script>alert(1)</script>", ""),
        ("\xff\x80", ""),
    ],
)
@on_loop
async def test_call_has_the_trace_parent_if_it_is_one(sent: str, kept: str) -> None:
    async with replica(answers()) as upstream, gateway(upstream.port) as it, connected(it.port) as client:
        await client.ask("GET", "/function/echo", f"traceparent: {sent}")
        call = await it.call()

        assert call.trace_parent == kept


@on_loop
async def test_asynchronous_call_is_recorded_as_any(tmp_path: Path) -> None:
    async with replica(answers(b"hello")) as upstream, async_gateway(tmp_path) as it:
        it.add("fn", upstream.port)
        call_id = await it.accept("fn", f"traceparent: {TRACE}", body=b"abc")
        await it.ended(call_id)
        (call,) = it.records

        assert (call.call_id, call.request_bytes, call.reply_bytes, call.trace_parent) == (call_id, 3, 5, TRACE)
