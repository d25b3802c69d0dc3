"""`handle_event` without the framework: what it raises is what the framework answers 500 for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask
import pytest
from google.cloud.functions.context import Context as NativeContext

from platforms.contract import BadRequest, Context, Event
from platforms.google_cloud.events import RefusedEvent
from platforms.google_cloud.shim import make_handle_event
from platforms.invoke import InvocationFailed
from tests.conformance import Request

from .deliveries import cloud_event
from .driver import make_environ


def call_with(event: Any, context: Any = None, **environ: str) -> tuple[Event, Context]:
    """Return what a handler is called with."""
    seen: list[tuple[Event, Context]] = []
    make_handle_event(lambda event, context: seen.append((event, context)), environ)(event, context)
    return seen[0]


def test_handler_gets_a_cloud_event() -> None:
    event, context = call_with(cloud_event({"a": 1}))

    assert (event.method, event.path, event.json()) == ("POST", "/", {"a": 1})
    assert (event.headers["ce-type"], context.request_id) == ("moon.full", "1")


def test_handler_gets_a_background_event() -> None:
    native = NativeContext("7", "2024-06-12T14:00:00Z", "moon.full", "projects/moon")
    event, context = call_with({"a": 1}, native)

    assert (event.json(), event.headers["ce-source"]) == ({"a": 1}, "projects/moon")
    assert (context.native, context.request_id) == (({"a": 1}, native), "7")


def test_request_id_is_the_delivery_s_execution() -> None:
    environ = make_environ(Request("POST", "/", (("Function-Execution-Id", "zNoKKfEjuM0A"),)))
    with flask.Flask("test").request_context(environ):
        _, context = call_with(cloud_event({"a": 1}), CLOUD_RUN_TIMEOUT_SECONDS="60", K_SERVICE="meditations")

    assert (context.request_id, context.function_name) == ("zNoKKfEjuM0A", "meditations")
    assert context.deadline is not None


@pytest.mark.parametrize("result", [None, "ok", ("", 204), ("", 303), iter(["a", "b"])])
def test_answer_below_400_is_a_success_and_nobody_gets_it(result: Any) -> None:
    assert make_handle_event(lambda event, context: result, {})(cloud_event({})) is None


def test_answer_from_400_on_is_a_failure() -> None:
    with pytest.raises(InvocationFailed, match=r'the handler answered 422: \{"error": "not this one"\}'):
        make_handle_event(lambda event, context: ({"error": "not this one"}, 422), {})(cloud_event({}))


@pytest.mark.parametrize("error", [RuntimeError("broken"), BadRequest("malformed")])
def test_what_the_handler_raises_goes_on(error: Exception) -> None:
    def handle(event: Event, context: Context) -> None:
        raise error

    with pytest.raises(type(error), match=str(error)):
        make_handle_event(handle, {})(cloud_event({}))


def test_stream_that_fails_is_a_failure_and_is_closed() -> None:
    closed: list[str] = []

    def chunks() -> Iterator[str]:
        try:
            yield "one"
            raise RuntimeError("broken")
        finally:
            closed.append("closed")

    with pytest.raises(RuntimeError, match="broken"):
        make_handle_event(lambda event, context: chunks(), {})(cloud_event({}))
    assert closed == ["closed"]


def test_what_is_no_event_is_refused_before_the_handler() -> None:
    with pytest.raises(RefusedEvent):
        make_handle_event(lambda event, context: pytest.fail("was called"), {})({"a": 1})
