"""A neutral request and reply, which are the same in front of every platform."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Pairs: TypeAlias = Sequence[tuple[str, str]]
"""Header names and values, in the order and with the spelling that they were sent with."""


@dataclass(frozen=True)
class Request:
    """A neutral HTTP request; `target` is the path and query as they stand in the request line."""

    method: str = "POST"
    target: str = "/"
    headers: Pairs = ()
    body: bytes = b""
    chunked: bool = False


class Reply(NamedTuple):
    """A neutral HTTP reply, header names in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's values, joined; None if there is none. `name` is in lower case."""
        values = [value for key, value in self.headers if key == name]
        return ", ".join(values) if values else None

    def json(self) -> Any:
        """Return the body parsed as JSON. Raises ValueError if it is not."""
        return json.loads(self.body)


class Answer(NamedTuple):
    """A reply, and why it is not the function's own where it is not."""

    reply: Reply
    note: str = ""


Send: TypeAlias = Callable[[Request], Answer]
"""Sends a request to a shim as its platform would. Raises Refused, Malformed or Broken."""
