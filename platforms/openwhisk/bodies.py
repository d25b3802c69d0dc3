"""What is base64 and what is text in a web action's arguments and result: the controller decides by the media type.

Its rules, both ways, are those of extractEntityAndProcessRequest and interpretHttpResponse in
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/WebActions.scala
"""

from __future__ import annotations

import codecs
import json
from binascii import Error, a2b_base64, b2a_base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ..contract import BadRequest
from .media_types import MediaType, is_json, is_json_family, is_text, parse


class Unsendable(Exception):
    """The reply is one that OpenWhisk's controller would refuse or garble: names what, and what it takes."""


def read_raw(args: Mapping[str, Any], content_type: str) -> tuple[str, bytes]:
    """Return the query and the body of a raw-http web action's arguments; raises BadRequest on malformed base64."""
    return str(args["__ow_query"]), _decode_body(args.get("__ow_body"), content_type)


def read_merged(args: Mapping[str, Any], content_type: str) -> tuple[str, bytes]:
    """Return the query and the body that a web action's merged arguments may have come from.

    Raises BadRequest if there is a body of its own, and it is malformed base64.
    """
    merged = {name: value for name, value in args.items() if not name.startswith("__ow_")}
    media_type = parse(content_type)
    if "__ow_body" in args:
        body = args["__ow_body"]
        # JSON that is no object arrives parsed, every other body as it does under raw-http
        data = json.dumps(body).encode() if is_json_family(media_type) else _decode_body(body, content_type)
        return _to_query(merged), data
    if merged and args["__ow_method"].upper() not in ("GET", "HEAD", "DELETE", "OPTIONS"):
        if is_json_family(media_type):
            return "", json.dumps(merged).encode()
        if media_type is not None and media_type.essence == "application/x-www-form-urlencoded":
            return "", _to_query(merged).encode()
    return _to_query(merged), b""


def encode_body(body: bytes, content_type: str, content_encoding: str) -> tuple[str, bool]:
    """Return a body as the controller takes it for its type, and whether it was decompressed for that.

    Raises Unsendable if it cannot be sent under this type.
    """
    if not body:
        return "", False
    media_type = parse(content_type)
    if media_type is None:
        raise Unsendable(f"OpenWhisk cannot parse the Content-Type {content_type!r}; it takes type/subtype; name=value")
    # JSON goes as base64 always: the controller decodes a JSON text that merely looks like it, as `true` and `1234` do
    if not is_text(media_type) or (is_json_family(media_type) and _is_utf_8(media_type)):
        return _to_base64(body), False
    # every text type leaves labelled as UTF-8, whatever charset the handler names, and cannot hold other bytes
    decompress = _DECOMPRESS.get(content_encoding.strip().lower())
    text = _decode_text(decompress(body) if decompress else body, media_type)
    return _to_base64(text.encode()) if is_json_family(media_type) else text, decompress is not None


def _to_query(values: Mapping[str, Any]) -> str:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return urlencode(texts, errors="replace")


def _decode_body(body: Any, content_type: str) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise BadRequest(f"__ow_body is a {type(body).__name__}; a string is expected")
    media_type = parse(content_type)
    if is_text(media_type) and not is_json(media_type):
        return body.encode(errors="replace")
    try:
        return a2b_base64(body, strict_mode=True)
    except (Error, ValueError) as error:
        raise BadRequest(
            f"__ow_body is not base64, as it must be for {content_type or 'no type'!r}: {error}"
        ) from error


def _is_utf_8(media_type: MediaType) -> bool:
    try:
        return codecs.lookup(media_type.charset or "utf-8").name == "utf-8"
    except LookupError:
        return False


def _to_base64(body: bytes) -> str:
    return b2a_base64(body, newline=False).decode()


def _decode_text(body: bytes, media_type: MediaType) -> str:
    charset = media_type.charset or "utf-8"
    try:
        return body.decode(charset)
    except (ValueError, LookupError) as error:
        raise Unsendable(
            f"OpenWhisk sends {media_type.value} as text, and the body is not {charset}: {error}"
        ) from error


def _gunzip(body: bytes) -> bytes:
    import gzip
    import zlib

    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise Unsendable(f"the Content-Encoding is gzip, and the body is not: {error}") from error


def _inflate(body: bytes) -> bytes:
    import zlib

    try:
        return zlib.decompress(body)
    except zlib.error as error:
        raise Unsendable(f"the Content-Encoding is deflate, and the body is not: {error}") from error


_DECOMPRESS = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate}
