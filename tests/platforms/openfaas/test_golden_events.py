"""A request as the gateway and its connectors send it on comes out as its Event, with its id and deadline."""

from __future__ import annotations

from pathlib import Path

import pytest

from platforms.openfaas.shim import OpenFaaSResponder
from platforms.wsgi.shim import to_event
from tests.conformance import Request
from tests.platforms import golden
from tests.platforms.wsgi.in_process import make_environ


@pytest.mark.parametrize("event", golden.load(Path(__file__).parent), ids=lambda event: event.name)
def test_golden_request_comes_out_as_its_event(event: golden.Golden) -> None:
    sent = event.event
    headers = [tuple(pair) for pair in sent["headers"] if pair[0] != "Host"]
    host = dict(sent["headers"])["Host"]
    environ = make_environ(Request(sent["method"], sent["target"], tuple(headers), sent["body"].encode()))
    seen = to_event(environ | {"HTTP_HOST": host})
    responder = OpenFaaSResponder(lambda event, context: None, {})

    golden.check(event, seen)
    assert responder.to_context(seen).request_id == event.expected["request_id"]
    assert responder.timeout_s(seen) == event.expected["timeout_s"]
