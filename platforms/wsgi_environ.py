"""A WSGI environ (PEP 3333) as an Event: what every server that speaks WSGI has in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from .contract import BadRequest, Event
from .encoding import split_cookies

Environ = dict[str, Any]
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def to_event(environ: Environ) -> Event:
    """Return the Event of a WSGI environ. Raises BadRequest if its body is cut short or its path malformed."""
    return Event(
        environ["REQUEST_METHOD"],
        raw_path=_raw_path(environ),
        raw_query=encode_raw(environ.get("QUERY_STRING", "")),
        header_pairs=list(_header_pairs(environ)),
        body=_read_body(environ),
        base_path=environ.get("SCRIPT_NAME", "").encode("latin-1").decode(errors="replace"),
        scheme=environ["wsgi.url_scheme"],
        host=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
        client_ip=environ.get("REMOTE_ADDR", ""),
    )


def without_base(raw_path: str, base: bytes) -> str:
    """Return the raw path after the part that decodes to `base`, which may have escapes in it, `%2F` too."""
    end = 0
    for _ in base:
        end += 3 if re.match("%[0-9A-Fa-f]{2}", raw_path[end:]) else 1
    return raw_path[end:]


def encode_raw(text: str) -> str:
    """Percent-encode what is not ASCII in a string of WSGI's, whose characters are bytes."""
    return text if text.isascii() else quote(text.encode("latin-1"), safe=_ASCII)


def _header_pairs(environ: Environ) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        name = _header_name(key)
        if name == "cookie":
            yield name, split_cookies(value)
        elif name and (value or key.startswith("HTTP_")):
            yield name, value


@lru_cache(1024)
def _header_name(key: str) -> str:
    """Return the header that a key of the environ stands for; "" for all the other keys."""
    if key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        return key.replace("_", "-").lower()
    return key[5:].replace("_", "-").lower() if key.startswith("HTTP_") else ""


def _raw_path(environ: Environ) -> str:
    """Return the path as it was sent, without SCRIPT_NAME.

    REQUEST_URI (waitress, uWSGI) and RAW_URI (gunicorn) hold the request's target as sent; it is used only while it
    says the same as PATH_INFO, which a middleware may have changed.
    """
    base_path, path_info = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
    target: str = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if not target.startswith("/"):
        target = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*", "", target)
    raw_path = encode_raw(target).partition("?")[0]
    if raw_path == path_info and not base_path and "%" not in raw_path:
        return raw_path
    base: bytes = base_path.encode("latin-1")
    path: bytes = path_info.encode("latin-1")
    # waitress gives PATH_INFO one leading slash, however many were sent
    if raw_path and unquote_to_bytes(raw_path).lstrip(b"/") == (base + path).lstrip(b"/"):
        return without_base(raw_path, base)
    return "*" if path == b"*" else quote(path)


def _read_body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if not length:
        return stream.read(-1) if environ.get("wsgi.input_terminated") else b""
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BadRequest(f"the Content-Length is {length!r:.40}, not a number of bytes")
    body: bytes = stream.read(int(length))
    if len(body) < int(length):
        raise BadRequest(f"the body was cut short: {len(body)} bytes of the {length} that Content-Length tells")
    return body
