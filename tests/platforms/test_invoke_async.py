"""Async handlers run on the one long-lived loop of the process, and their streams with them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Generator
from typing import Any

import pytest

from platforms import BadRequest, loop
from platforms.contract import Response
from platforms.result import Stream
from tests.platforms.builders import answer, error_of, outcome


@pytest.fixture
def own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test an event loop of its own, which it may harm."""
    monkeypatch.setattr(loop, "_loop", None)


class TestAsync:
    def test_invoke_two_async_calls_see_the_same_running_loop(self, own_loop: None) -> None:
        loops: list[Any] = []

        async def handle(event: Any, context: Any) -> int:
            loops.append(asyncio.get_running_loop())
            await asyncio.sleep(0)
            return 1

        assert answer(handle).body == b"1"
        assert answer(handle).body == b"1"
        assert loops[0] is loops[1]
        assert not loops[0].is_closed()

    def test_invoke_async_calls_at_the_same_time_share_one_loop(self, own_loop: None) -> None:
        """Each waits for the other, so neither may block the loop, and only one loop may be started."""
        both = asyncio.Barrier(2)
        loops: list[Any] = []

        async def handle(event: Any, context: Any) -> str:
            loops.append(asyncio.get_running_loop())
            await both.wait()
            return "met"

        bodies: list[Any] = []
        threads = [threading.Thread(target=lambda: bodies.append(answer(handle).body), daemon=True) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert bodies == [b"met", b"met"]
        assert len(set(map(id, loops))) == 1

    def test_invoke_async_task_left_behind_goes_on(self) -> None:
        done = threading.Event()

        async def later() -> None:
            done.set()

        async def handle(event: Any, context: Any) -> None:
            event_loop_tasks.append(asyncio.ensure_future(later()))

        event_loop_tasks: list[Any] = []
        answer(handle)

        assert done.wait(10)

    def test_invoke_awaitable_object_is_awaited(self) -> None:
        class Later(Awaitable[str]):
            def __await__(self) -> Generator[Any, Any, str]:
                return asyncio.sleep(0, "later").__await__()

        assert answer(lambda event, context: Later()).body == b"later"

    def test_invoke_async_error_is_a_logged_500(self, caplog: pytest.LogCaptureFixture) -> None:
        async def handle(event: Any, context: Any) -> None:
            raise RuntimeError("secret detail")

        assert error_of(answer(handle)) == "internal error"
        assert len(caplog.records) == 1

    def test_invoke_async_bad_request_is_its_own_4xx(self) -> None:
        async def handle(event: Any, context: Any) -> None:
            raise BadRequest("the moon is wrong")

        assert answer(handle).status == 400

    def test_invoke_async_cancelled_is_a_500(self) -> None:
        async def handle(event: Any, context: Any) -> None:
            raise asyncio.CancelledError

        assert answer(handle).status == 500

    def test_invoke_async_exit_is_neither_swallowed_nor_a_hang(self, own_loop: None) -> None:
        """SystemExit ends an asyncio loop's thread, and with it every later call, unless it is carried over."""

        async def leave(event: Any, context: Any) -> None:
            raise SystemExit(3)

        async def stay(event: Any, context: Any) -> str:
            return "still here"

        assert isinstance(outcome(lambda: answer(leave)), SystemExit)
        response = outcome(lambda: answer(stay))
        assert isinstance(response, Response)
        assert response.body == b"still here"


def until_closed(ended: list[str]) -> Any:
    """Return an async generator function that tells when it ended."""

    async def generate(*_: Any) -> AsyncIterator[str]:
        try:
            for number in range(3):
                await asyncio.sleep(0)
                yield str(number)
        finally:
            ended.append("ended")

    return generate


class TestAsyncStreams:
    def test_invoke_async_generator_streams(self) -> None:
        ended: list[str] = []
        stream = answer(until_closed(ended)).body

        assert isinstance(stream, Stream)
        assert b"".join(stream) == b"012"
        assert ended == ["ended"]
        stream.close()

    @pytest.mark.parametrize("drawn", [0, 1, 2, 3])
    def test_invoke_async_generator_abandoned_runs_its_finally(self, drawn: int) -> None:
        ended: list[str] = []
        stream = answer(until_closed(ended)).body
        for _ in range(drawn):
            next(stream)
        stream.close()

        assert ended == ["ended"]

    def test_invoke_async_generator_on_head_runs_its_finally(self) -> None:
        ended: list[str] = []

        assert answer(until_closed(ended), method="HEAD").body == b""
        assert ended == ["ended"]

    @pytest.mark.parametrize(
        "wrap",
        [
            lambda chunks: Response(chunks, 201, {"X-A": "1"}),
            lambda chunks: (chunks, 201, {"X-A": "1"}),
            lambda chunks: {"statusCode": 201, "headers": {"X-A": "1"}, "body": chunks},
        ],
        ids=["response", "tuple", "envelope"],
    )
    @pytest.mark.parametrize("kind", ["def", "async-def"])
    def test_invoke_async_generator_with_headers_streams(self, wrap: Any, kind: str) -> None:
        """Server-sent events need their Content-Type, so a stream that cannot have headers is of little use."""
        ended: list[str] = []

        async def handle_async(event: Any, context: Any) -> Any:
            return wrap(until_closed(ended)())

        response = answer(handle_async if kind == "async-def" else lambda event, context: wrap(until_closed(ended)()))

        assert response.status == 201
        assert isinstance(response.body, Stream)
        assert ("X-A", "1") in response.headers
        assert b"".join(response.body) == b"012"
        response.body.close()
        assert ended == ["ended"]

    def test_invoke_async_iterator_without_aclose_streams(self) -> None:
        class Count:
            def __init__(self) -> None:
                self.left = 2

            def __aiter__(self) -> Count:
                return self

            async def __anext__(self) -> bytes:
                self.left -= 1
                if self.left < 0:
                    raise StopAsyncIteration
                return b"x"

        stream = answer(lambda event, context: Count()).body

        assert b"".join(stream) == b"xx"
        stream.close()

    def test_invoke_async_generator_failing_midway_is_logged_and_raised(self, caplog: pytest.LogCaptureFixture) -> None:
        async def handle(event: Any, context: Any) -> AsyncIterator[bytes]:
            yield b"a"
            raise RuntimeError("secret detail")

        stream = answer(handle).body
        assert next(stream) == b"a"
        with caplog.at_level(logging.ERROR), pytest.raises(RuntimeError):
            next(stream)
        stream.close()
        assert len(caplog.records) == 1
