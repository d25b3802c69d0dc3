"""What is posted to a call's X-Callback-Url, where it may go, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..fake_clock import FakeClock
from ..peers import on_loop
from ..peers.upstream import Peer, Script, Upstream, answers, replica, unused_port
from .gateways import AsyncGateway, FakeNames, async_gateway
from .scripts import RETRY, statuses
from .stores import opened

HERE: dict[str, Any] = {"callback_allow": ("127.0.0.1",)}


def receives(*heads: str) -> Script:
    """Return a script of a receiver: it reads a body of its length, and answers these heads, then 200."""
    left = iter(heads)

    async def script(peer: Peer) -> None:
        length = int(peer.request.header("content-length") or 0)
        peer.request.body = await peer.reader.readexactly(length)
        await peer.send(f"HTTP/1.1 {next(left, '200 OK')}\r\nContent-Length: 0\r\n\r\n".encode())

    return script


@asynccontextmanager
async def called_back(
    folder: Path, function: Script, receiver: Script, **settings: Any
) -> AsyncIterator[tuple[AsyncGateway, Upstream]]:
    """Give a gateway with a function `fn`, and a receiver that it may call back."""
    async with (
        replica(function) as upstream,
        replica(receiver) as listening,
        async_gateway(folder, **{**HERE, **settings}) as it,
    ):
        it.add("fn", upstream.port, annotations={f"{RETRY}attempts": "1"})
        yield it, listening


def has_tries(tries: int, call: dict[str, Any]) -> bool:
    return bool(call["callback"]["tries"] == tries)


def to(receiver: Upstream, path: str = "/hook?token=a") -> str:
    return f"X-Callback-Url: http://127.0.0.1:{receiver.port}{path}"


class TestWhatIsPosted:
    @on_loop
    async def test_reply_with_its_headers_and_what_became_of_the_call(self, tmp_path: Path) -> None:
        function = answers(b"figure", "Content-Type: image/x", "X-Own: 1", "Set-Cookie: a", status="201 Created")
        async with called_back(tmp_path, function, receives()) as (it, receiver):
            call_id = await it.accept("fn", to(receiver))
            callback = await it.called_back(call_id)
            (seen,) = receiver.requests

            assert (callback["state"], callback["status"], callback["tries"]) == ("done", 200, 1)
            assert (seen.line, seen.body) == ("POST /hook?token=a HTTP/1.1", b"figure")
            expected = {
                "host": f"127.0.0.1:{receiver.port}",
                "content-type": "image/x",
                "x-own": "1",
                "content-length": "6",
                "x-call-id": call_id,
                "x-function-status": "201",
                "x-function-name": "fn",
                "x-retry": "0",
                "x-retry-max": "1",
            }
            assert {name: seen.header(name) for name in expected} == expected
            assert float(seen.header("x-duration-seconds") or "-") >= 0

    @on_loop
    async def test_function_that_never_answered_is_told_of_by_its_status_and_no_body(self, tmp_path: Path) -> None:
        async with called_back(tmp_path, statuses(), receives()) as (it, receiver):
            it.add("away", annotations={f"{RETRY}attempts": "1"})
            await it.called_back(await it.accept("away", to(receiver)))
            (seen,) = receiver.requests

            assert (seen.header("x-function-status"), seen.body) == ("503", b"")

    @on_loop
    async def test_status_of_a_function_that_failed_is_told(self, tmp_path: Path) -> None:
        async with called_back(tmp_path, statuses("500 Oh"), receives()) as (it, receiver):
            await it.called_back(await it.accept("fn", to(receiver)))

            assert receiver.requests[0].header("x-function-status") == "500"

    @on_loop
    async def test_function_cannot_say_what_the_gateway_says(self, tmp_path: Path) -> None:
        lies = ("X-Function-Status: 200", "X-Function-Name: other", "X-Call-Id: x", "Host: evil", "X-Retry: 9")
        async with called_back(tmp_path, answers(b"", *lies, status="404 No"), receives()) as (it, receiver):
            call_id = await it.accept("fn", to(receiver))
            await it.called_back(call_id)
            (seen,) = receiver.requests
            told = [seen.header(name) for name in ("x-function-status", "x-function-name", "x-call-id", "x-retry")]

            assert told == ["404", "fn", call_id, "0"]
            assert seen.header("host") == f"127.0.0.1:{receiver.port}"


class TestTries:
    @on_loop
    async def test_receiver_that_fails_is_tried_again_and_then_given_up(self, tmp_path: Path) -> None:
        clock = FakeClock()
        receiver = receives(*["500 Oh", "404 No", "302 Found\r\nLocation: http://10.0.0.1/"] * 9)
        async with called_back(tmp_path, answers(), receiver, clock=clock) as (it, listening):
            call_id = await it.accept("fn", to(listening))
            for tries in range(1, 10):
                await it.when(call_id, partial(has_tries, tries))
                clock.advance(60)
            callback = await it.called_back(call_id)

            assert (callback["state"], callback["tries"], len(listening.requests)) == ("dead", 10, 10)
            assert callback["error"] == "the receiver answered 500"
            assert (await it.find(call_id))["state"] == "done"

    @on_loop
    async def test_receiver_that_comes_back_is_told(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with called_back(tmp_path, answers(), receives("503 Busy"), clock=clock) as (it, receiver):
            call_id = await it.accept("fn", to(receiver))
            call = await it.when(call_id, lambda call: call["callback"]["tries"] == 1)
            assert (call["callback"]["state"], call["callback"]["error"]) == ("waiting", "the receiver answered 503")
            clock.advance(1)

            assert (await it.called_back(call_id))["state"] == "done"

    @on_loop
    async def test_receiver_that_is_not_there_or_speaks_no_http_is_tried_again(self, tmp_path: Path) -> None:
        async def garbage(peer: Peer) -> None:
            await peer.send(b"220 smtp ready\r\n\r\n")

        port = await unused_port()
        async with called_back(tmp_path, answers(), garbage) as (it, receiver):
            odd = await it.accept("fn", to(receiver))
            away = await it.accept("fn", f"X-Callback-Url: http://127.0.0.1:{port}/")
            found = [await it.when(call_id, lambda call: call["callback"]["tries"]) for call_id in (odd, away)]

            assert [call["callback"]["state"] for call in found] == ["waiting", "waiting"]
            assert "its reply is not HTTP" in found[0]["callback"]["error"]
            assert f"127.0.0.1:{port} could not be posted to" in found[1]["callback"]["error"]

    @pytest.mark.parametrize("status", ["9" * 20, "99", "+200"])
    @on_loop
    async def test_receiver_whose_status_is_none_of_http_is_tried_again_and_stops_no_other(
        self, tmp_path: Path, status: str
    ) -> None:
        clock = FakeClock()
        async with called_back(tmp_path, answers(), receives(f"{status} X"), clock=clock) as (it, receiver):
            call_id = await it.accept("fn", to(receiver))
            call = await it.when(call_id, partial(has_tries, 1))
            assert "its reply is not HTTP" in call["callback"]["error"]
            clock.advance(1)

            assert (await it.called_back(call_id))["state"] == "done"

    @pytest.mark.parametrize(
        ("scheme", "says"), [("http", b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000), ("https", b"220\r\n")]
    )
    @on_loop
    async def test_receiver_whose_reply_has_no_end_or_that_speaks_no_tls_is_tried_again(
        self, tmp_path: Path, scheme: str, says: bytes
    ) -> None:
        async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(says)
            await reader.read()
            writer.close()

        server = await asyncio.start_server(chatter, "127.0.0.1", 0)
        url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with called_back(tmp_path, answers(), receives()) as (it, _):
            call = await it.when(await it.accept("fn", f"X-Callback-Url: {url}"), partial(has_tries, 1))

            assert call["callback"]["state"] == "waiting"
            assert "could not be posted to" in call["callback"]["error"]
        server.close()

    @on_loop
    async def test_reply_that_only_announces_one_is_passed_over(self, tmp_path: Path) -> None:
        script = receives("103 Early Hints\r\n\r\nHTTP/1.1 204 Done")
        async with called_back(tmp_path, answers(), script) as (it, receiver):
            assert (await it.called_back(await it.accept("fn", to(receiver))))["status"] == 204

    @on_loop
    async def test_callback_that_was_to_be_posted_is_so_by_the_next_gateway(self, tmp_path: Path) -> None:
        async with replica(receives()) as receiver:
            async with opened(tmp_path) as kept:
                await kept.ended("one", callback=f"http://127.0.0.1:{receiver.port}/")
            async with async_gateway(tmp_path, callback_allow=("127.0.0.1",)) as it:
                callback = await it.called_back("one")

            assert (callback["state"], receiver.requests[0].body) == ("done", b"reply")

    @on_loop
    async def test_receiver_that_hangs_holds_up_no_other(self, tmp_path: Path) -> None:
        async def hang(peer: Peer) -> None:
            await peer.is_left()

        async with (
            replica(hang) as hanging,
            called_back(tmp_path, answers(), receives(), write_timeout_s=0.01) as (it, receiver),
        ):
            for _ in range(8):
                await it.accept("fn", to(hanging))

            assert (await it.called_back(await it.accept("fn", to(receiver))))["state"] == "done"


class TestWhereItMayGo:
    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"])
    @on_loop
    async def test_name_of_an_address_that_is_refused_is_given_up_at_once(self, tmp_path: Path, address: str) -> None:
        names = FakeNames(evil_example=[address])
        async with replica(answers()) as upstream, async_gateway(tmp_path, names=names) as it:
            it.add("fn", upstream.port)
            call_id = await it.accept("fn", "X-Callback-Url: http://evil.example/")
            callback = await it.called_back(call_id)

            assert (callback["state"], callback["tries"]) == ("dead", 1)
            assert callback["error"].startswith(f"evil.example is not called back: {address} is ")
            assert "--callback-allow evil.example" in callback["error"]
            assert (await it.find(call_id))["state"] == "done"

    @on_loop
    async def test_name_is_looked_up_once_so_that_a_second_answer_changes_nothing(self, tmp_path: Path) -> None:
        """DNS rebinding: the first address is checked, another one would be connected to."""
        async with replica(receives()) as receiver, replica(answers()) as upstream:
            names = FakeNames(rebinding_example=["127.0.0.1", "10.0.0.1"])
            async with async_gateway(tmp_path, names=names, **HERE) as it:
                it.add("fn", upstream.port)
                url = f"X-Callback-Url: http://rebinding.example:{receiver.port}/"
                callback = await it.called_back(await it.accept("fn", url))

                assert (callback["state"], names.asked) == ("done", ["rebinding.example"])
                assert receiver.requests[0].header("host") == f"rebinding.example:{receiver.port}"

    @on_loop
    async def test_host_that_is_allowed_may_have_any_address(self, tmp_path: Path) -> None:
        names = FakeNames(nas_lan=["127.0.0.1"])
        async with called_back(tmp_path, answers(), receives(), names=names, callback_allow=("nas.lan",)) as (
            it,
            receiver,
        ):
            url = f"X-Callback-Url: http://nas.lan:{receiver.port}/"

            assert (await it.called_back(await it.accept("fn", url)))["state"] == "done"

    @on_loop
    async def test_redirect_is_not_followed(self, tmp_path: Path) -> None:
        async with replica(receives()) as inner:
            script = receives(f"307 Elsewhere\r\nLocation: http://127.0.0.1:{inner.port}/")
            async with called_back(tmp_path, answers(), script) as (it, receiver):
                call = await it.when(await it.accept("fn", to(receiver)), lambda call: call["callback"]["tries"])

                assert (call["callback"]["error"], inner.requests) == ("the receiver answered 307", [])
