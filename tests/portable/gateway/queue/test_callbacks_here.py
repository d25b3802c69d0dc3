"""Callbacks that are functions of the gateway itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..peers import on_loop
from ..peers.upstream import answers, replica
from .gateways import FakeNames, async_gateway
from .stores import opened


class TestOwnFunctions:
    @pytest.mark.parametrize("host", ["gateway:8080", "gateway.openfaas:8080", "127.0.0.1:{port}", "localhost:{port}"])
    @on_loop
    async def test_function_of_this_gateway_is_called_without_the_network(self, tmp_path: Path, host: str) -> None:
        names = FakeNames()
        async with (
            replica(answers(b"figure", "X-Own: 1")) as first,
            replica(answers()) as second,
            async_gateway(tmp_path, names=names) as it,
        ):
            it.add("fn", first.port)
            it.add("next", second.port)
            url = f"X-Callback-Url: http://{host.format(port=it.port)}/function/next/path?a=b"
            call_id = await it.accept("fn", url)
            callback = await it.called_back(call_id)
            (seen,) = second.requests

            assert (callback["state"], callback["status"], names.asked) == ("done", 200, [])
            assert (seen.line, seen.body, seen.header("x-own")) == ("POST /path?a=b HTTP/1.1", b"figure", "1")
            assert (seen.header("x-call-id"), seen.header("x-function-name")) == (call_id, "fn")
            assert [one.function.name.name for one in it.records] == ["fn", "next"]

    @on_loop
    async def test_function_of_this_gateway_is_called_asynchronously(self, tmp_path: Path) -> None:
        async with replica(answers(b"figure")) as first, replica(answers()) as second, async_gateway(tmp_path) as it:
            it.add("fn", first.port)
            it.add("next", second.port)
            url = "X-Callback-Url: http://gateway.openfaas:8080/async-function/next"
            call_id = await it.accept("fn", url)
            callback = await it.called_back(call_id)
            await it.ended(f"{call_id}.callback")

            assert (callback["state"], callback["status"]) == ("done", 202)
            assert second.requests[0].body == b"figure"

    @on_loop
    async def test_asynchronous_one_is_called_again_after_a_replay(self, tmp_path: Path) -> None:
        async with replica(answers(b"figure")) as first, replica(answers()) as second, async_gateway(tmp_path) as it:
            it.add("fn", first.port)
            it.add("next", second.port)
            call_id = await it.accept("fn", "X-Callback-Url: http://gateway:8080/async-function/next")
            await it.called_back(call_id)
            await it.ended(f"{call_id}.callback")
            await it.calls.replay(call_id)
            await it.called_back(call_id)
            await it.ended(f"{call_id}.callback-1")

            assert [seen.body for seen in second.requests] == [b"figure", b"figure"]

    @on_loop
    async def test_asynchronous_one_that_was_accepted_before_a_crash_is_not_accepted_twice(
        self, tmp_path: Path
    ) -> None:
        async with opened(tmp_path) as kept:
            await kept.ended("one", callback="http://gateway:8080/async-function/next")
            await kept.ended("one.callback", function="next.openfaas-fn")
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("next", upstream.port)
            callback = await it.called_back("one")

            assert (callback["state"], upstream.requests) == ("done", [])

    @on_loop
    async def test_function_that_is_not_there_is_tried_again(self, tmp_path: Path) -> None:
        async with replica(answers()) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call_id = await it.accept("fn", "X-Callback-Url: http://gateway:8080/function/away")
            call = await it.when(call_id, lambda call: call["callback"]["tries"] == 1)

            assert "away.openfaas-fn: it is not deployed" in call["callback"]["error"]
