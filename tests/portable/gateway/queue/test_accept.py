"""What is accepted, and what is refused, before a call is one."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from ..fake_clock import START_S
from ..peers import on_loop
from ..peers.client import connected, request
from ..peers.upstream import Peer, answers, replica
from .gateways import async_gateway


@on_loop
async def test_call_is_answered_at_once_and_delivered_later(tmp_path: Path) -> None:
    async with replica(answers(b"done", "X-Own: 1", status="201 Created")) as upstream, async_gateway(tmp_path) as it:
        it.add("echo", upstream.port)
        reply = await it.post("echo/a%20b?c=d", "X-One: 1", "User-Agent: curl", "Cookie: a", body=b"hello")
        call_id = reply.header("x-call-id") or ""
        call = await it.ended(call_id)
        (seen,) = upstream.requests

        assert (reply.status, reply.body, reply.header("content-length")) == (202, b"", "0")
        assert reply.header("x-start-time") == f"{int(START_S * 1e9)}"
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", call_id)
        assert (seen.line, seen.body) == ("POST /a%20b?c=d HTTP/1.1", b"hello")
        expected = {"x-one": "1", "x-call-id": call_id, "cookie": "a", "x-forwarded-host": "gateway.example"}
        assert {name: seen.header(name) for name in expected} == expected
        assert (seen.header("user-agent") or "").startswith("portable-gateway/")
        assert (seen.header("x-forwarded-for") or "").startswith("127.0.0.1:")
        assert (call["state"], call["status"], call["body"], call["attempts"]) == ("done", 201, "done", 1)
        assert (call["headers"]["X-Own"], call["replica"]) == (["1"], f"echo-{upstream.port}")
        assert [(one.call_id, one.method, one.status) for one in it.records] == [(call_id, "POST", 201)]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS"])
@on_loop
async def test_call_of_another_method_is_delivered_as_a_post(tmp_path: Path, method: str) -> None:
    async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
        it.add("echo", upstream.port)
        reply = await it.post("echo", method=method)
        await it.ended(reply.header("x-call-id") or "")

        assert upstream.requests[0].line == "POST / HTTP/1.1"
        assert upstream.requests[0].header("content-length") == "0"


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
@on_loop
async def test_methods_that_are_about_a_call_make_none(tmp_path: Path, method: str) -> None:
    async with async_gateway(tmp_path) as it:
        it.add("echo")
        reply = await it.post("echo", method=method)

        assert reply.status == 200  # the application's
        assert await it.counts() == {}


@pytest.mark.parametrize("name", ["other", "other.openfaas-fn/a", "echo.elsewhere"])
@on_loop
async def test_function_that_is_not_deployed_is_a_404(tmp_path: Path, name: str) -> None:
    async with async_gateway(tmp_path) as it:
        it.add("echo")
        reply = await it.post(name, body=b"x")

        assert (reply.status, reply.header("x-openfaas-internal")) == (404, "proxy")
        assert "not deployed" in reply.text
        assert await it.counts() == {}


class TestCallId:
    @on_loop
    async def test_clients_own_is_kept_once(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("echo", upstream.port)
            first = await it.accept("echo", "X-Call-Id: order-17_a.b~c")
            await it.ended(first)
            again = await it.post("echo", "X-Call-Id: order-17_a.b~c")

            assert first == "order-17_a.b~c"
            assert again.status == 409
            assert "there is a call order-17_a.b~c already" in again.text
            assert len(upstream.requests) == 1

    @pytest.mark.parametrize("given", ["a/b", "a b", "../etc", "a" * 129, "x'; DROP TABLE calls; --", "\u00e9", "%0d"])
    @on_loop
    async def test_what_cannot_be_in_a_path_is_replaced(self, tmp_path: Path, given: str) -> None:
        async with async_gateway(tmp_path) as it:
            it.add("echo")
            call_id = await it.accept("echo", f"X-Call-Id: {given}")

            assert re.fullmatch(r"[-0-9a-f]{36}", call_id)


class TestLimits:
    @on_loop
    async def test_larger_body_is_refused_before_it_comes(self, tmp_path: Path) -> None:
        async with async_gateway(tmp_path, async_max_body_bytes=1000) as it, connected(it.port) as client:
            it.add("echo")
            await client.send(b"POST /async-function/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")
            reply = await client.reply()

            assert reply.status == 413
            assert "--async-max-body" in reply.text

    @on_loop
    async def test_larger_body_without_a_length_is_refused_when_it_is_one(self, tmp_path: Path) -> None:
        head = b"POST /async-function/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        async with async_gateway(tmp_path, async_max_body_bytes=1000) as it, connected(it.port) as client:
            it.add("echo")
            await client.send(head, b"258\r\n" + bytes(600) + b"\r\n", b"191\r\n" + bytes(401) + b"\r\n")

            assert (await client.reply()).status == 413
            assert await it.accept("echo", body=bytes(1000))

    @on_loop
    async def test_full_queue_is_a_429_and_has_room_again(self, tmp_path: Path) -> None:
        gate = asyncio.Event()

        async def script(peer: Peer) -> None:
            await gate.wait()
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        async with replica(script) as upstream, async_gateway(tmp_path, async_max_queued=4) as it:
            it.add("echo", upstream.port)
            first = [await it.accept("echo") for _ in range(2)]
            refused = await it.post("echo")
            it.add("other", upstream.port)
            other = await it.post("other")
            gate.set()
            for call_id in first:
                await it.ended(call_id)

            assert (refused.status, refused.header("retry-after")) == (429, "5")
            assert "--async-max-queued 4, half of it for one function" in refused.text
            assert other.status == 202
            await it.accept("echo")

    @on_loop
    async def test_bytes_that_wait_are_bounded(self, tmp_path: Path) -> None:
        async with async_gateway(tmp_path, async_max_disk_bytes=2000) as it:
            it.add("echo")
            await it.accept("echo", body=bytes(1500))
            refused = await it.post("echo", body=bytes(501))

            assert refused.status == 429
            assert "--async-max-disk" in refused.text
            await it.accept("echo", body=bytes(500))


class TestCallback:
    @on_loop
    async def test_url_that_does_not_do_is_a_400_that_says_why(self, tmp_path: Path) -> None:
        async with async_gateway(tmp_path) as it:
            it.add("echo")
            reply = await it.post("echo", "X-Callback-Url: http://169.254.169.254/latest")

            assert reply.status == 400
            assert "169.254.169.254 is link-local" in reply.text
            assert "--callback-allow 169.254.169.254" in reply.text
            assert await it.counts() == {}

    @on_loop
    async def test_two_of_them_are_a_400(self, tmp_path: Path) -> None:
        async with async_gateway(tmp_path) as it:
            it.add("echo")
            reply = await it.post("echo", "X-Callback-Url: http://a.org/", "X-Callback-Url: http://127.0.0.1/")

            assert (reply.status, "2 times" in reply.text) == (400, True)


@on_loop
async def test_client_that_leaves_before_it_is_answered_has_made_a_call_nevertheless(tmp_path: Path) -> None:
    """Nobody can tell whether the answer would have reached it."""
    async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
        it.add("echo", upstream.port)
        async with connected(it.port) as client:
            await client.send(request("POST", "/async-function/echo", "X-Call-Id: left", body=b"x"))
            while "echo.openfaas-fn" not in await it.counts():
                await asyncio.sleep(0)
        found = await it.ended("left")

        assert found["state"] == "done"


@on_loop
async def test_call_that_cannot_be_kept_is_not_accepted(tmp_path: Path) -> None:
    async with async_gateway(tmp_path) as it:
        it.add("echo")
        db = sqlite3.connect(tmp_path / "calls.db")
        db.execute("DROP TABLE requests")
        db.close()
        reply = await it.post("echo")

        assert reply.status == 503
        assert "cannot write its file of asynchronous calls" in reply.text
        assert await it.counts() == {}
