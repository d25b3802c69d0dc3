"""When calls run, how often, and what becomes of each attempt."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.gateway.functions.state import Endpoint, Function
from portable.gateway.queue.models import State

from ..fake_clock import START_S, FakeClock
from ..peers import on_loop
from ..peers.running import no_wake
from ..peers.upstream import Peer, answers, replica
from .gateways import async_gateway
from .scripts import QUICK, RETRY, Gate, attempted, statuses


class TestRetries:
    @on_loop
    async def test_schedule_is_that_of_the_annotations_and_its_end_a_dead_letter(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with replica(statuses(*["500 Oh"] * 9)) as upstream, async_gateway(tmp_path, clock=clock) as it:
            it.add("fn", upstream.port, annotations=QUICK)
            call_id = await it.accept("fn", body=b"again")
            for attempt, wait_s in enumerate((10, 15, 15), 1):
                call = await attempted(it, call_id, attempt)
                assert call["error"] == "it answered 500"
                clock.advance(wait_s - 0.001)
                await it.settle()
                assert (await it.find(call_id))["state"] == "waiting"
                clock.advance(0.001)
            call = await it.ended(call_id)

            assert (call["state"], call["status"], call["attempts"], call["maxAttempts"]) == ("dead", 500, 4, 4)
            assert call["error"] == "given up after 4 of 4 attempts: it answered 500"
            assert call["body"] == "body"
            assert {(one.body, one.header("x-call-id")) for one in upstream.requests} == {(b"again", call_id)}
            assert clock.now_s == START_S + 40

    @on_loop
    async def test_attempt_that_does_better_ends_it(self, tmp_path: Path) -> None:
        clock = FakeClock()
        async with replica(statuses("502 Oh")) as upstream, async_gateway(tmp_path, clock=clock) as it:
            it.add("fn", upstream.port)
            call_id = await it.accept("fn")
            call = await attempted(it, call_id, 1)
            assert call["nextAttemptAt"] == "2027-01-15T08:00:10Z"
            clock.advance(10)

            assert ((await it.ended(call_id))["state"], len(upstream.requests)) == ("done", 2)

    @pytest.mark.parametrize("status", ["400 Bad", "404 Not Found", "501 No", "503 Busy", "302 Found"])
    @on_loop
    async def test_status_that_is_not_to_be_tried_again_is_an_end(self, tmp_path: Path, status: str) -> None:
        async with replica(statuses(status)) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await it.ended(await it.accept("fn"))

            assert (call["state"], call["status"], call["error"]) == ("done", int(status[:3]), "")

    @on_loop
    async def test_codes_of_the_annotation_are_the_only_ones(self, tmp_path: Path) -> None:
        async with replica(statuses("500 Oh", "418 Tea")) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port, annotations={f"{RETRY}codes": "418"})
            first = await it.ended(await it.accept("fn"))
            second = await attempted(it, await it.accept("fn"), 1)

            assert (first["state"], second["status"]) == ("done", 418)

    @pytest.mark.parametrize(
        "head", ["429 Busy\r\nRetry-After: 90", "429 Busy\r\nretry-after: Fri, 15 Jan 2027 08:01:30 GMT"]
    )
    @on_loop
    async def test_retry_after_is_honoured(self, tmp_path: Path, head: str) -> None:
        async with replica(statuses(head)) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await attempted(it, await it.accept("fn"), 1)

            assert call["nextAttemptAt"] == "2027-01-15T08:01:30Z"

    @on_loop
    async def test_error_of_the_platform_is_tried_again_whatever_its_status(self, tmp_path: Path) -> None:
        script = statuses("503 Busy\r\nX-OpenFaaS-Internal: of-watchdog")
        async with replica(script) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await attempted(it, await it.accept("fn"), 1)

            assert call["error"] == "answered 503 by of-watchdog"

    @on_loop
    async def test_function_that_cannot_be_woken_is_tried_again(self, tmp_path: Path) -> None:
        woken = list[str]()

        async def wake(function: Function) -> Endpoint:
            woken.append(function.label)
            return await no_wake(function)

        async with async_gateway(tmp_path, wake=wake) as it:
            it.add("fn")
            call = await attempted(it, await it.accept("fn"), 1)

            assert (call["status"], call["error"]) == (503, "no endpoints available for fn")
            assert [(one.status, one.was_cold) for one in it.records] == [(503, True)]
            assert woken == ["fn.openfaas-fn"]  # once for each attempt: it may take a minute

    @on_loop
    async def test_reply_that_breaks_off_is_tried_again(self, tmp_path: Path) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            peer.cut()

        async with replica(script) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)
            call = await attempted(it, await it.accept("fn"), 1)

            assert (call["status"], call["error"]) == (502, "the function's reply broke off")


class TestResult:
    @on_loop
    async def test_larger_reply_is_not_kept_and_the_call_is_done(self, tmp_path: Path) -> None:
        async with (
            replica(answers(bytes(1001))) as upstream,
            async_gateway(tmp_path, async_max_result_bytes=1000) as it,
        ):
            it.add("fn", upstream.port)
            call = await it.ended(await it.accept("fn"))

            assert (call["state"], call["status"], call["size"], "body" in call) == ("done", 200, 1001, False)
            assert "1001 bytes, more than the gateway keeps" in call["bodyNotKept"]

    @on_loop
    async def test_reply_in_pieces_is_put_together(self, tmp_path: Path) -> None:
        async def script(peer: Peer) -> None:
            await peer.send(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nab\r\n", b"1\r\nc\r\n0\r\n\r\n"
            )

        async with replica(script) as upstream, async_gateway(tmp_path) as it:
            it.add("fn", upstream.port)

            assert (await it.ended(await it.accept("fn")))["body"] == "abc"


class TestConcurrency:
    @pytest.mark.parametrize(
        ("fields", "limit"),
        [
            ({}, 3),
            ({"annotations": {"com.openfaas.async.concurrency": "5"}}, 5),
            ({"env_vars": {"max_inflight": "2"}}, 2),
            ({"env_vars": {"max_inflight": "50"}}, 3),
            ({"env_vars": {"max_inflight": "x"}}, 3),
        ],
    )
    @on_loop
    async def test_so_many_calls_of_a_function_run_and_no_more(
        self, tmp_path: Path, fields: dict[str, dict[str, str]], limit: int
    ) -> None:
        gate = Gate()
        async with replica(gate.script) as upstream, async_gateway(tmp_path, async_concurrency=3) as it:
            function = it.add("fn", upstream.port, **fields)
            ids = [await it.accept(f"fn/{number}") for number in range(8)]
            await gate.has(limit)
            await it.settle()
            assert (await it.counts())["fn.openfaas-fn"][State.RUNNING] == function.in_flight == limit
            gate.open()
            for call_id in ids:
                assert (await it.ended(call_id))["state"] == "done"

            assert gate.seen[:limit] == [str(number) for number in range(limit)]

    @on_loop
    async def test_function_that_hangs_or_fails_or_rests_holds_up_no_other(self, tmp_path: Path) -> None:
        gate = Gate()
        async with (
            replica(gate.script) as hanging,
            replica(statuses(*["500 Oh"] * 50)) as failing,
            replica(answers()) as good,
            async_gateway(tmp_path, async_concurrency=2, upstream_timeout_s=30.0) as it,
        ):
            it.add("hanging", hanging.port)
            it.add("failing", failing.port)
            it.add("resting")
            it.add("good", good.port)
            for _ in range(10):
                for name in ("hanging", "failing", "resting"):
                    await it.accept(name)
            ids = [await it.accept("good") for _ in range(10)]

            for call_id in ids:
                assert (await it.ended(call_id))["state"] == "done"
            gate.open()
