"""CloudEvents 1.0 in HTTP's binary mode: the one shape in which a handler gets what is no HTTP.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
"""

from __future__ import annotations

from .contract import BadRequest, Event
from .encoding import charset_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# what stands bare in a header's value; space, double quote and percent do not
# (3.1.3.2)
_BARE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')


def cloud_event(body: bytes, content_type: str = "", /, **attributes: str | None) -> Event:
    """Return the Event in CloudEvents' binary mode; a subject or time that is None or empty is left out.

    Raises ValueError if another attribute is empty, or any is not a text.
    """
    pairs = [("ce-specversion", "1.0")]
    for name, value in attributes.items():
        if value or name in ("id", "type", "source"):
            pairs.append((f"ce-{name}", header_value(filled(value, name))))
    pairs.append(("content-type", content_type or _content_type(body)))
    return Event("POST", raw_path="/", header_pairs=pairs, body=body)


def encode_data(data: Any, content_type: str) -> tuple[bytes, str]:
    """Return a CloudEvent's data as bytes with their type: bytes as they are, a text in its charset, all else as JSON.

    What has no type is JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data
    """
    if data is None:
        return b"", content_type
    if isinstance(data, bytes):
        return data, content_type or "application/octet-stream"
    media_type = content_type.partition(";")[0].strip().lower()
    if isinstance(data, str) and media_type and not media_type.endswith(("/json", "+json")):
        return data.encode(charset_of(content_type)), content_type
    from json import dumps

    return dumps(data).encode(), content_type or "application/json"


def filled(value: Any, name: str) -> str:
    """Return a member that must be a text and not empty; raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is {value!r:.80}, not a text")
    return value


def header_value(value: str) -> str:
    """Return an attribute as a header's value."""
    if not value.strip(_BARE):
        return value
    from urllib.parse import quote

    return quote(value, safe=_BARE, errors="replace")


def _content_type(body: bytes) -> str:
    """Return the type of a payload that comes without one: JSON if `event.json()` reads it, text if `event.text()`."""
    event = Event("POST", raw_path="/", body=body)
    for read, content_type in ((event.json, "application/json"), (event.text, "text/plain; charset=utf-8")):
        try:
            read()
        except BadRequest:
            continue
        return content_type
    return "application/octet-stream"
