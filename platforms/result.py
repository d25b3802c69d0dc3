"""What a handler returned, made into one Response: bytes, a status, pairs of header. The same on every platform.

None                      200, empty
str, bytes                200, text/plain or application/octet-stream
dict with `statusCode`    the envelope that Lambda, OpenFaaS and OpenWhisk share (also `body` and only its keys)
other dict, list, number  200, JSON
tuple, Response           (body, status) or (body, status, headers)
iterator of bytes or str  a Stream
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from json.encoder import JSONEncoder, c_make_encoder, encode_basestring  # type: ignore[attr-defined]

from .contract import Response
from .encoding import HOP_BY_HOP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENVELOPE_KEYS = {"statusCode", "headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"}
# RFC 9110 5.6.2
_TOKEN_CHARS = frozenset("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# RFC 9110 15.3.5, 15.3.6 and 15.4.5: no content, and for the first and last no type of it either
_NO_BODY, _NO_TYPE = (204, 205, 304), (204, 304)
_JSON, _TEXT, _BYTES = "application/json", "text/plain; charset=utf-8", "application/octet-stream"


class InvalidResult(Exception):
    """The handler returned something that no platform can send: names it and what is expected instead."""


class Stream:
    """The chunks of a streamed body, as bytes. Iterate it once; whoever takes it must call `close`.

    A chunk that is neither str nor bytes raises InvalidResult from the iteration.
    """

    def __init__(self, chunks: Iterator[bytes | str], on_close: Callable[[], object] | None = None) -> None:
        self._chunks = chunks
        self._on_close = on_close if on_close is not None else getattr(chunks, "close", None)

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        return _encode_chunk(next(self._chunks))

    def close(self) -> None:
        """Close the handler's iterator, once."""
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()


def normalise(result: Any, method: str) -> Response:
    """Return `result` as a Response whose body is bytes or a Stream and whose headers are (name, value) pairs.

    No Content-Length is given but on HEAD, where the body is dropped and its length kept. Raises InvalidResult.
    """
    if type(result) is dict and method != "HEAD" and not _is_envelope(result):  # what most handlers return
        return Response(_encode_json(result), 200, [("Content-Type", _JSON)])
    try:
        body, status, headers = _open(result)
        data, content_type = _encode_body(body)
    except BaseException:
        _abandon(result)
        raise
    return _finish(data, status, headers, content_type, method)


def _open(result: Any) -> tuple[Any, int, list[tuple[str, str]]]:
    if isinstance(result, Mapping) and _is_envelope(result):
        return _open_envelope(result)
    if isinstance(result, tuple):
        return _open_tuple(result)
    return result, 200, []


def _abandon(result: Any) -> None:
    """Close the iterator in a result that is not going to be sent."""
    if isinstance(result, tuple):
        result = result[0] if result else None
    elif isinstance(result, Mapping):
        result = result.get("body")
    if hasattr(result, "__anext__"):
        result = _drawn(result)
    if hasattr(result, "__next__"):
        Stream(result).close()


def length_to_send(response: Response) -> int | None:
    """Return the Content-Length that a normalised Response has yet to get; None for one that has it, or must have none.

    It is the servers' part: platforms that take a whole body count it themselves.
    """
    body = response.body
    if body:  # only an empty one has its length already, on HEAD
        return None if isinstance(body, Stream) else len(body)
    return None if response.status in _NO_TYPE or "Content-Length" in dict(response.headers) else 0


def group(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return every header's values under the first spelling of its name."""
    spellings: dict[str, str] = {}
    grouped: dict[str, list[str]] = {}
    for name, value in headers:
        grouped.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    return grouped


def _finish(
    body: bytes | Stream, status: int, headers: list[tuple[str, str]], content_type: str, method: str
) -> Response:
    if status in _NO_TYPE:
        headers = [pair for pair in headers if pair[0].lower() != "content-type"]
    elif not headers or not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    if method != "HEAD" and status not in _NO_BODY:
        return Response(body, status, headers)
    if isinstance(body, Stream):
        body.close()
    elif status not in _NO_BODY:
        headers.append(("Content-Length", str(len(body))))
    return Response(b"", status, headers)


def _is_envelope(result: Mapping[str, Any]) -> bool:
    return "statusCode" in result or ("body" in result and result.keys() <= ENVELOPE_KEYS)


def _open_tuple(result: tuple[Any, ...]) -> tuple[Any, int, list[tuple[str, str]]]:
    if len(result) not in (2, 3):
        raise InvalidResult(f"a tuple is (body, status) or (body, status, headers), this one has {len(result)} items")
    return result[0], _status(result[1]), _headers(result[2] if len(result) == 3 else None)


def _open_envelope(envelope: Mapping[str, Any]) -> tuple[Any, int, list[tuple[str, str]]]:
    if unknown := [key for key in envelope if key not in ENVELOPE_KEYS and key != "statusDescription"]:
        raise InvalidResult(f"a result with 'statusCode' takes the keys {sorted(ENVELOPE_KEYS)}, not {unknown}")
    headers = _headers(envelope.get("multiValueHeaders"))
    there = {name.lower() for name, _ in headers}
    headers += [pair for pair in _headers(envelope.get("headers")) if pair[0].lower() not in there]
    cookies = envelope.get("cookies") or []
    if not isinstance(cookies, list | tuple):
        raise InvalidResult(f"'cookies' is a list of Set-Cookie values, not {cookies!r:.80}")
    headers += _headers([("Set-Cookie", cookie) for cookie in cookies])
    body = envelope.get("body")
    if envelope.get("isBase64Encoded"):
        body = _decode_base64(body)
    return body, _status(envelope.get("statusCode", 200)), headers


def _decode_base64(body: Any) -> bytes:
    from binascii import Error, a2b_base64

    try:
        return a2b_base64(body or "", strict_mode=True)
    except (Error, ValueError, TypeError) as error:
        raise InvalidResult(f"isBase64Encoded is true, and the body is not base64: {error}") from error


def _status(value: Any) -> int:
    # OpenFaaS and OpenWhisk take "201" in their envelopes; 1xx is no final answer (RFC 9110 15.2)
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 200 <= value <= 599:
        raise InvalidResult(f"a status is a number from 200 to 599, not {value!r:.80}")
    return int(value)


def _headers(headers: Any) -> list[tuple[str, str]]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    checked: list[tuple[str, str]] = []
    dropped = HOP_BY_HOP
    try:
        for name, value in pairs:
            values = value if isinstance(value, list | tuple) else (value,)
            checked += [_check_header(name, one) for one in values]
    except (TypeError, ValueError) as error:
        raise InvalidResult(f"headers are a mapping or pairs of name and value, not {headers!r:.80}") from error
    for name, value in checked:
        if name.lower() == "connection":
            dropped |= {nominated.strip().lower() for nominated in value.split(",")}
    return [pair for pair in checked if pair[0].lower() not in dropped and pair[0].lower() != "content-length"]


def _check_header(name: Any, value: Any) -> tuple[str, str]:
    if not isinstance(name, str) or not name or not _TOKEN_CHARS.issuperset(name):
        raise InvalidResult(f"a header's name is letters, digits and a few signs such as -, not {name!r}")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidResult(f"the header {name} takes a string, not {value!r:.80}")
    value = str(value).strip(" \t")
    if not (value.isascii() and value.isprintable()) and any(map(_is_forbidden, value)):
        raise InvalidResult(f"the header {name} has a control character, or one beyond latin-1, in its value")
    return name, value


def _is_forbidden(char: str) -> bool:
    # RFC 9110 5.5; beyond latin-1 there is no agreed way to write a header down
    return (char < " " and char != "\t") or char == "\x7f" or char > "\xff"


def _encode_body(body: Any) -> tuple[bytes | Stream, str]:
    """Return the body's bytes (or Stream) and the content type it has when the handler names none."""
    if body is None:
        return b"", _TEXT
    if isinstance(body, str):
        return _encode_text(body), _TEXT
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body), _BYTES
    if isinstance(body, Stream):
        return body, ""
    if hasattr(body, "__anext__"):
        body = _drawn(body)
    if hasattr(body, "__next__"):
        return _open_stream(body)
    return _encode_json(body), _JSON


def _drawn(chunks: Any) -> Iterator[bytes | str]:
    from .loop import AsyncChunks  # a cold start without an async iterator does without

    return AsyncChunks(chunks)


def _open_stream(chunks: Iterator[bytes | str]) -> tuple[Stream, str]:
    """Take the first chunk, so that what fails before it is still an error reply."""
    first = next(chunks, b"")
    stream = Stream(_chain(_encode_chunk(first), chunks), getattr(chunks, "close", None))
    return stream, _TEXT if isinstance(first, str) else _BYTES


def _chain(first: bytes, rest: Iterable[bytes | str]) -> Iterator[bytes | str]:
    yield first
    for chunk in rest:  # noqa: UP028 - `yield from` would close it a second time
        yield chunk


def _encode_chunk(chunk: Any) -> bytes:
    if isinstance(chunk, str):
        return _encode_text(chunk)
    if isinstance(chunk, bytes | bytearray | memoryview):
        return bytes(chunk)
    raise InvalidResult(f"a stream yields bytes or str, this one gave a {type(chunk).__name__}")


def _encode_text(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidResult(f"the body has characters that UTF-8 cannot hold: {error}") from error


def _json_default(value: Any) -> Any:
    """Return what JSON has for a value it does not know: a Decimal's number, a date's ISO 8601, a UUID's text."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if kind == "decimal.Decimal" and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    if kind in ("datetime.datetime", "datetime.date", "datetime.time"):
        return value.isoformat()
    if kind == "uuid.UUID":
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise InvalidResult(
        f"JSON has no {value!r:.80} of type {type(value).__name__}: return a str, number, bool, None, list or dict"
    )


_encoder = JSONEncoder(ensure_ascii=False, allow_nan=False, default=_json_default)
# json's own writer, made once: JSONEncoder makes it anew for each value, which takes longer than the writing
_writer = c_make_encoder and c_make_encoder(
    None, _json_default, encode_basestring, None, ": ", ", ", *(False, False, False)
)


def _encode_json(value: Any) -> bytes:
    try:
        return ("".join(_writer(value, 0)) if _writer else _encoder.encode(value)).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidResult(f"the result cannot be written as JSON: {error}") from error
