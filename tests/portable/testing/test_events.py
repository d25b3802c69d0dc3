"""The events that a test's client delivers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from platforms.contract import Context, Event
from platforms.invoke import InvocationFailed
from portable.emulators.errors import Undeliverable
from portable.testing import Client

from .conftest import write_function


def seen(event: Event, context: Context) -> None:
    """Take any event."""


def test_event_is_a_sample_a_value_or_a_file(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("def handle(event, context):\n    return event.json()\n")
    (tmp_path / "hello" / "sent.json").write_text('{"moon": "full"}')
    client = Client(tmp_path / "hello", platform="openwhisk")

    assert client.event("cloudevent", {"moon": "new"}) == {"moon": "new"}
    assert client.event({"moon": "half"}) == {"moon": "half"}
    assert client.event("sent.json") == {"moon": "full"}
    assert client.event(tmp_path / "hello" / "sent.json") == {"moon": "full"}


@pytest.mark.parametrize(
    ("event", "data", "why"),
    [
        ("sent.json", None, r"'sent.json' is neither a file in .* nor a sample: those are sqs, "),
        ({"moon": "full"}, 1, "data is for a sample"),
        ("conftest.py", None, "conftest.py is no JSON"),
    ],
)
def test_event_that_is_none_is_refused(event: Any, data: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Client(seen).event(event, data)


def test_event_that_fails_is_raised_as_its_platform_sees_it() -> None:
    def handle(event: Event, context: Context) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Client(handle, platform="aws_lambda").event("sqs")
    with pytest.raises(InvocationFailed):
        Client(handle, platform="wsgi").event("cloudevent")


def test_event_that_the_platform_does_not_send_is_told() -> None:
    with pytest.raises(Undeliverable, match="sqs comes from aws_lambda alone, not from wsgi"):
        Client(seen).event("sqs")
