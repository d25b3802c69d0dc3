"""Run what a handler returned with the function's own modules: its coroutine and its iterator, each step of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platforms.contract import Context, Event
    from platforms.loading import Handler

    from .modules import Modules


def at_work(handler: Handler, modules: Modules) -> Handler:
    """Return the handler, which has the function's modules in sys.modules whenever its code runs."""

    def handle(event: Event, context: Context) -> Any:
        with modules.at_work():
            return _stepwise(handler(event, context), modules)

    return handle


def _stepwise(result: Any, modules: Modules) -> Any:
    """Return a result whose steps run with the modules; as it is if it has none."""
    if hasattr(result, "__await__"):
        return _Awaitable(result, modules)
    if isinstance(result, tuple) and result:
        body, *others = result
        return (_body(body, modules), *others)  # a Response, too, is taken as a tuple
    if isinstance(result, dict) and "body" in result:
        return {**result, "body": _body(result["body"], modules)}
    return _body(result, modules)


def _body(body: Any, modules: Modules) -> Any:
    if hasattr(body, "__anext__"):
        return _AsyncChunks(body, modules)
    return _Steps(body, modules) if hasattr(body, "__next__") else body


class _Steps(Generator[Any, Any, Any]):
    """An iterator, or what a coroutine awaits: whoever drives it runs the function's code."""

    def __init__(self, steps: Any, modules: Modules) -> None:
        self._steps = steps
        self._modules = modules

    def send(self, value: Any) -> Any:
        with self._modules.at_work():
            return next(self._steps) if value is None else self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        with self._modules.at_work():
            return self._steps.throw(*error)

    def close(self) -> None:
        if close := getattr(self._steps, "close", None):
            with self._modules.at_work():
                close()


class _Awaitable:
    def __init__(self, awaitable: Awaitable[Any], modules: Modules) -> None:
        self._awaitable = awaitable
        self._modules = modules

    def __await__(self) -> Generator[Any, Any, Any]:
        result = yield from _Steps(self._awaitable.__await__(), self._modules)
        return _stepwise(result, self._modules)


class _AsyncChunks(AsyncIterator[Any]):
    def __init__(self, chunks: AsyncIterator[Any], modules: Modules) -> None:
        self._chunks = chunks
        self._modules = modules

    async def __anext__(self) -> Any:
        return await _Awaitable(self._chunks.__anext__(), self._modules)

    async def aclose(self) -> None:
        if aclose := getattr(self._chunks, "aclose", None):
            await _Awaitable(aclose(), self._modules)
