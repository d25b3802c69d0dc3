"""A CloudEvent in the JSON format, as the request that brings it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from platforms.cloud_events import encode_data, header_value

from .messages import Request


def to_request(message: Mapping[str, Any]) -> Request:
    """Return the request of a CloudEvent in binary mode.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#31-binary-content-mode
    """
    attributes = dict(message)
    body, content_type = encode_data(attributes.pop("data", None), attributes.pop("datacontenttype", None) or "")
    headers = [(f"ce-{name}", header_value(_text(value))) for name, value in attributes.items() if value is not None]
    if content_type:
        headers.append(("Content-Type", content_type))
    return Request("POST", "/", tuple(headers), body)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
