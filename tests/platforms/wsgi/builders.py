"""What the tests of the WSGI and ASGI shims share."""

from __future__ import annotations

from typing import Any

from tests.conformance import Request
from tests.platforms.wsgi.in_process import make_environ


def environ_of(target: str = "/", method: str = "POST", body: bytes = b"", **changed: Any) -> dict[str, Any]:
    """Return waitress's environ of a request, with some keys changed; None takes one out."""
    environ = make_environ(Request(method, target, (), body)) | changed
    return {key: value for key, value in environ.items() if value is not None}
