"""The process's one long-lived event loop, for handlers that are async: everything else here is plain calls."""

from __future__ import annotations

from _thread import allocate_lock  # threading itself would cost a cold start a millisecond
from collections.abc import AsyncIterator, Awaitable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Any

_END = object()
_loop: asyncio.AbstractEventLoop | None = None
_starting = allocate_lock()


def wait_for(awaitable: Awaitable[Any]) -> Any:
    """Run an awaitable to its end on the loop, which a thread of its own turns, and return or raise what it does."""
    import asyncio

    result, exit_request = asyncio.run_coroutine_threadsafe(_resolve(awaitable), _event_loop()).result()
    if exit_request is not None:
        raise exit_request
    return result


class AsyncChunks(Iterator[bytes | str]):
    """An async iterator's chunks, drawn one by one through the loop."""

    def __init__(self, chunks: AsyncIterator[bytes | str]) -> None:
        self._chunks = chunks

    def __next__(self) -> bytes | str:
        chunk = wait_for(anext(self._chunks, _END))
        if chunk is _END:
            raise StopIteration
        return chunk  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the async iterator."""
        aclose = getattr(self._chunks, "aclose", None)
        if aclose is not None:
            wait_for(aclose())


async def _resolve(awaitable: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    try:
        return await awaitable, None
    except (SystemExit, KeyboardInterrupt) as error:
        # raised here it would end the loop, and whoever waits for this result would wait for ever
        return None, error


def _event_loop() -> asyncio.AbstractEventLoop:
    global _loop
    if _loop is None:
        import asyncio
        import threading

        with _starting:
            if _loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, name="handler-loop", daemon=True).start()
                _loop = loop
    return _loop
