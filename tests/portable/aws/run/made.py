"""Requests for tests: each names only what matters to it."""

from __future__ import annotations

from portable.emulators.aws_lambda.received import Received
from portable.emulators.messages import Pairs


def make_request(method: str = "GET", target: str = "/", *, headers: Pairs = (), body: bytes = b"") -> Received:
    """Return a request of a caller at 127.0.0.1."""
    host = [("Host", "127.0.0.1:8080")]
    return Received(method, target, [*host, *headers], body, "127.0.0.1", "r1", "Root=1-0-1;Sampled=0")
