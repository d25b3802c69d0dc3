"""Builders and fakes that the unit tests of the shims share."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

from platforms.contract import Context, Event, Response
from platforms.invoke import invoke

REQUEST_ID = "id-1"


class Chunks:
    """An iterator that tells how often, and in which thread, it was closed; an exception among its chunks is raised."""

    def __init__(self, *chunks: Any) -> None:
        self._chunks = iter(chunks)
        self.closes = 0
        self.closed = threading.Event()
        self.closed_in = ""

    def __iter__(self) -> Chunks:
        return self

    def __next__(self) -> Any:
        chunk = next(self._chunks)
        if isinstance(chunk, BaseException):
            raise chunk
        return chunk

    def close(self) -> None:
        """Count one close."""
        self.closes += 1
        self.closed_in = threading.current_thread().name
        self.closed.set()


class Unclosable(Chunks):
    """An iterator whose close fails, as a handler's own code may."""

    def close(self) -> None:
        """Count one close, and fail."""
        super().close()
        raise RuntimeError("cannot close")


def make_event(method: str = "POST", **members: Any) -> Event:
    """Return an Event; `headers` is a mapping of name and value, everything else as Event takes it."""
    headers = members.pop("headers", {})
    return Event(method, header_pairs=list(headers.items()), **{"raw_path": "/", **members})


def make_context(event: Event | None = None, **members: Any) -> Context:
    """Return a Context of request `id-1`."""
    defaults: dict[str, Any] = {"request_id": REQUEST_ID, "function_name": "meditations", "platform": "test"}
    return Context(event=event or make_event(), **{**defaults, **members})


def outcome(function: Callable[[], object], timeout_s: float = 10.0) -> object:
    """Return what `function` returns, or the exception it raises; fails if it hangs. It runs in a thread of its own."""
    results: list[object] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - SystemExit is an outcome as any other
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(timeout_s)
    assert results, "it hangs"
    return results[0]


def answer(handler: Any, *, method: str = "POST", **options: bool) -> Response:
    """Return what `invoke` makes of a handler."""
    event = make_event(method)
    return invoke(handler, event, make_context(event), **options)


def error_of(response: Response) -> Any:
    """Return the `error` of a JSON error reply that has this request's id and nothing else."""
    assert dict(response.headers)["Content-Type"] == "application/json"
    told = json.loads(response.body)
    assert told.keys() == {"error", "requestId"}
    assert told["requestId"] == REQUEST_ID
    return told["error"]


def named(response: Response) -> dict[str, list[str]]:
    """Return the values of each header under its lower-case name."""
    values: dict[str, list[str]] = {}
    pairs: Any = response.headers
    for name, value in pairs:
        values.setdefault(name.lower(), []).append(value)
    return values


def stable_id(value: object) -> str:
    """Return the name of a test's case: its repr without the address in memory, the same in every process."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))[:60]
