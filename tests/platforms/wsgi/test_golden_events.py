"""The environ that each server makes comes out as the Event of the request it was sent."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from platforms.wsgi.shim import to_event
from tests.platforms import golden


@pytest.mark.parametrize("event", golden.load(Path(__file__).parent), ids=lambda event: event.name)
def test_golden_environ_comes_out_as_its_event(event: golden.Golden) -> None:
    golden.check(event, to_event({**event.event["environ"], "wsgi.input": io.BytesIO(event.event["body"].encode())}))
