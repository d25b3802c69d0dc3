"""What Google Cloud sends that is no HTTP, as the one shape of every platform: a POST in CloudEvents' binary mode.

Pure; imported when the first such event arrives, so that an HTTP function does not pay for it.

    Exception
    +-- RefusedEvent    the event cannot be delivered: says why
"""

from __future__ import annotations

from binascii import a2b_base64
from json import loads

from ..cloud_events import encode_data, header_value
from ..contract import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import flask


class RefusedEvent(Exception):
    """The event cannot be delivered: raised before the handler has seen it, so the framework answers 500."""


def to_event(native: Any, context: Any = None, delivery: flask.Request | None = None) -> Event:
    """Return the Event of a CloudEvent, or of a background event's data and context; `delivery` is what brought it.

    A CloudEvent is taken from there, byte for byte: the framework takes for JSON whatever can be read so, and turns
    some into background events. Raises RefusedEvent if it is neither, or lacks what a CloudEvent must have.
    """
    try:
        if delivery is not None and "ce-specversion" in delivery.headers:
            pairs, body = list(_delivered(delivery)), _body_of(delivery)
        elif delivery is not None and delivery.mimetype == "application/cloudevents+json":
            pairs, body = _of_message(loads(delivery.get_data()))
        elif context is not None:
            pairs, body = _of_background_event(native, context)
        else:
            pairs, body = _of_cloud_event(native)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise RefusedEvent(f"the event is not as Google documents it: {error}") from error
    there = dict(pairs)
    if missing := [name for name in ("id", "type", "source") if not there.get(f"ce-{name}")]:
        raise RefusedEvent(f"the event has no {' and no '.join(missing)}, which every CloudEvent has")
    if delivery is not None and (trace_parent := delivery.headers.get("traceparent")):
        pairs.append(("traceparent", trace_parent))
    return Event("POST", raw_path="/", header_pairs=pairs, body=body)


def _delivered(delivery: flask.Request) -> Iterator[tuple[str, str]]:
    for name, value in delivery.headers.items():
        if name.lower().startswith("ce-") or name.lower() == "content-type":
            yield name.lower(), value


def _body_of(delivery: flask.Request) -> bytes:
    body = delivery.get_data()
    # gunicorn gives what came of a body that was cut short
    if len(body) < (delivery.content_length or 0):
        raise ValueError(f"its body was cut short: {len(body)} bytes of {delivery.content_length}")
    return body


def _of_message(message: dict[str, Any]) -> tuple[list[tuple[str, str]], bytes]:
    attributes = dict(message)
    content_type = attributes.pop("datacontenttype", None) or ""
    data, encoded = attributes.pop("data", None), attributes.pop("data_base64", None)
    return _in_binary_mode(attributes, data if encoded is None else a2b_base64(encoded, strict_mode=True), content_type)


def _of_cloud_event(native: Any) -> tuple[list[tuple[str, str]], bytes]:
    if not hasattr(native, "get_attributes"):
        raise TypeError(f"a {type(native).__name__} came; a CloudEvent is expected, or data with a context")
    return _of_message({**native.get_attributes(), "data": native.get_data()})


def _of_background_event(data: Any, context: Any) -> tuple[list[tuple[str, str]], bytes]:
    """Take type and data as the first generation has them; the resource is the source.

    https://cloud.google.com/functions/1stgendocs/writing/write-event-driven-functions#background-functions
    """
    resource = context.resource
    if isinstance(resource, dict):
        resource = f"//{resource['service']}/{resource['name']}"
    attributes = {"id": context.event_id, "type": context.event_type, "source": resource, "time": context.timestamp}
    return _in_binary_mode({"specversion": "1.0", **attributes}, data, "")


def _in_binary_mode(attributes: dict[str, Any], data: Any, content_type: str) -> tuple[list[tuple[str, str]], bytes]:
    body, content_type = encode_data(data, content_type)
    pairs = [(f"ce-{name}", _encode(name, value)) for name, value in attributes.items() if value not in (None, "")]
    return pairs + ([("content-type", content_type)] if content_type else []), body


def _encode(name: str, value: Any) -> str:
    """Return an attribute as a header's value: a text, number or truth value, as CloudEvents has no others."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int):
        raise TypeError(f"{name} is {value!r:.80}, not a text")
    return header_value(str(value))
