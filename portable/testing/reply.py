"""What a request of a test is answered with, as its caller would see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from platforms.encoding import Headers, charset_of

from ..emulators.messages import Answer

_SHOWN_CHARS = 300


@dataclass(frozen=True, repr=False)
class ClientReply:
    """A reply; `note` says why it is not the function's own, where the platform answered in its place."""

    platform: str
    status: int
    headers: Headers
    """Case-insensitive; `.getlist(name)` gives the values of a repeated one."""

    body: bytes
    note: str = ""

    @property
    def text(self) -> str:
        """The body in the charset that its Content-Type names (UTF-8 if none)."""
        return self.body.decode(charset_of(self.headers.get("content-type", "")), "replace")

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the reply sets, without their attributes."""
        pairs = (value.partition(";")[0].partition("=") for value in self.headers.getlist("set-cookie"))
        return {name.strip(): value.strip() for name, _, value in pairs}

    def json(self) -> Any:
        """Return the body parsed as JSON. Raises ValueError if it is not, with the reply."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ValueError(f"{self!r} is not JSON: {error}") from None

    def __repr__(self) -> str:
        shown = self.text if len(self.text) <= _SHOWN_CHARS else f"{self.text[:_SHOWN_CHARS]}..."
        note = f" ({self.note})" if self.note else ""
        return f"<{self.status} on {self.platform}{note}: {shown!r}>"


def to_reply(platform: str, answer: Answer) -> ClientReply:
    """Return a platform's answer as the reply that a test looks at."""
    reply = answer.reply
    return ClientReply(platform, reply.status, Headers(reply.headers), reply.body, answer.note)
