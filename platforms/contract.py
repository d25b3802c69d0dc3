"""The contract between one handler and every platform: Event in, Response out, Context beside.

This module imports the standard library alone, and the slow parts of that only when they are used, because every
cold start pays for it. It must never know a platform.

Errors a handler meets:

    Exception
    +-- BadRequest      the caller sent something malformed; raised anywhere in a handler it answers its 4xx status
    +-- SecretNotFound  the secret is in none of the places that were looked at (a LookupError)
"""

from __future__ import annotations

import time
from collections import namedtuple
from collections.abc import Callable, Iterable

from .encoding import BadRequest as BadRequest
from .encoding import Headers, MultiDict, canonical_path, charset_of, cookie_pairs, encode_path, parse_pairs, unquote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NamedTuple

    from .log import RequestLog

    Pairs = Iterable[tuple[str, str]]

    class Response(NamedTuple):
        """As below."""

        body: Any = None
        status: int = 200
        headers: Any = ()

else:

    class Response(namedtuple("Response", ("body", "status", "headers"), defaults=(None, 200, ()))):
        """What a handler may return: body, status and headers, in the order of Flask's return tuple.

        `body` is anything a handler may return on its own, `headers` a mapping of name to value (or list of values)
        or pairs of name and value.
        """

        __slots__ = ()


SECRET_DIRS = ("/var/openfaas/secrets", "/run/secrets")


class SecretNotFound(LookupError):
    """No secret of that name: the message names every place that was looked at."""


class Event:
    """One request, read-only. Every platform's native event becomes this, and a handler pays only for what it reads.

    `header_pairs` are the headers as they came, in order. `scheme`, `host` and `client_ip` are the platform's word, not
    that of a header which the caller could forge (but for `host`, which the caller names by sending the request there).
    A shim gives `raw_path` (percent-encoded) where its platform tells it, else `path` (decoded); the other follows.
    """

    __slots__ = (
        "_cookies",
        "_headers",
        "_path",
        "_query",
        "_raw_path",
        "base_path",
        "body",
        "client_ip",
        "header_pairs",
        "host",
        "method",
        "raw_query",
        "scheme",
    )

    def __init__(
        self,
        method: str,
        *,
        raw_path: str | None = None,
        path: str | None = None,
        raw_query: str = "",
        header_pairs: Pairs = (),
        body: bytes = b"",
        base_path: str = "",
        scheme: str = "http",
        host: str = "",
        client_ip: str = "",
    ) -> None:
        self.method = method.upper()
        self._raw_path = None if raw_path is None else canonical_path(raw_path)
        self._path = path
        self.raw_query = raw_query
        self.header_pairs = header_pairs
        self.body = body
        self.base_path = base_path
        self.scheme = scheme
        self.host = host
        self.client_ip = client_ip
        self._headers: Headers | None = None
        self._query: MultiDict | None = None
        self._cookies: MultiDict | None = None

    @property
    def path(self) -> str:
        """The path, decoded once, without `base_path`; starts with `/`. Bytes that are not UTF-8 become U+FFFD."""
        if self._path is None:
            self._path = unquote(self._raw_path or "/")
        return self._path

    @property
    def raw_path(self) -> str:
        """The path percent-encoded: upper-case hex, and no more encoded than RFC 3986 asks; `%2F` stays `%2F`."""
        if self._raw_path is None:
            self._raw_path = encode_path(self._path or "/")
        return self._raw_path

    @property
    def headers(self) -> Headers:
        """The request's headers, case-insensitive; `.getlist(name)` gives a repeated header's values.

        Where the platform has joined them already (waitress, HTTP API 2.0, a Function URL), they come as one value.
        """
        if self._headers is None:
            self._headers = Headers(self.header_pairs)
        return self._headers

    @property
    def query(self) -> MultiDict:
        """The first value of each query parameter, blanks kept; `.getlist(name)` gives a repeated one's values.

        Raises BadRequest if the query has a malformed percent-escape.
        """
        if self._query is None:
            self._query = MultiDict(parse_pairs(self.raw_query, "the query string"))
        return self._query

    @property
    def cookies(self) -> MultiDict:
        """The request's cookies, first of a name wins. Raises BadRequest if one has no name or no `=`."""
        if self._cookies is None:
            self._cookies = MultiDict(cookie_pairs(self.headers.get("cookie", "")))
        return self._cookies

    def text(self) -> str:
        """Return the body as text in the charset its Content-Type names (UTF-8 if none).

        Raises BadRequest if the charset is unknown or the body is not in it.
        """
        charset = charset_of(self.headers.get("content-type", ""))
        try:
            return self.body.decode(charset)
        except (ValueError, LookupError) as error:
            raise BadRequest(f"the body is not text in the charset {charset!r}: {error}") from error

    def json(self) -> Any:
        """Return the body parsed as JSON. Raises BadRequest if it is not (NaN and Infinity are not JSON either)."""
        import json

        def refuse(constant: str) -> None:
            raise ValueError(f"{constant} is not JSON")

        try:
            return json.loads(self.text().removeprefix("\ufeff"), parse_constant=refuse)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"the body is not valid JSON: {error}") from error

    def form(self) -> MultiDict:
        """Return the body's application/x-www-form-urlencoded fields. Raises BadRequest if it is not such a form."""
        content_type = self.headers.get("content-type", "")
        if content_type.split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            expected = "a form is expected as application/x-www-form-urlencoded"
            raise BadRequest(f"{expected}, the Content-Type is {content_type!r}", status=415)
        return MultiDict(parse_pairs(self.text(), "the form"))


class Context:
    """Facts about the call and its host.

    `native` holds the platform's own untouched objects: a handler that uses it is no longer portable.
    """

    __slots__ = ("_deadline", "_event", "_fetch_secret", "_log", "function_name", "native", "platform", "request_id")

    def __init__(
        self,
        *,
        request_id: str,
        function_name: str,
        platform: str,
        event: Event,
        deadline: float | Callable[[], float] | None = None,
        native: Any = None,
        fetch_secret: Callable[[str], str | None] | None = None,
    ) -> None:
        self.request_id = request_id
        self.function_name = function_name
        self.platform = platform
        self._deadline = deadline
        self.native = native
        self._event = event
        self._fetch_secret = fetch_secret
        self._log: RequestLog | None = None

    @property
    def deadline(self) -> float | None:
        """When the platform will give the call up, in seconds since the epoch; None where it sets no such time."""
        if callable(self._deadline):
            self._deadline = self._deadline()
        return self._deadline

    @property
    def trace_parent(self) -> str | None:
        """The W3C `traceparent` that came with the request, or None (https://www.w3.org/TR/trace-context/)."""
        return self._event.headers.get("traceparent")

    @property
    def log(self) -> RequestLog:
        """The logger named `function`; each record carries this call's `request_id`."""
        if self._log is None:
            self._log = _request_log()(self.request_id)
        return self._log

    def remaining_seconds(self) -> float | None:
        """Return the seconds left until the deadline, never below 0; None where there is no deadline."""
        deadline = self.deadline
        return None if deadline is None else max(0.0, deadline - time.time())

    def secret(self, name: str) -> str:
        """Return the secret `name`, without its trailing newline; it is read once per process and kept.

        Looks in /var/openfaas/secrets, /run/secrets, the environment (`name`, then NAME with `-` and `.` as `_`), then
        in what the platform offers. Raises SecretNotFound if it is in none of them, ValueError if the name is a path.
        """
        if name not in _secrets:
            _secrets[name] = _find_secret(name, self._fetch_secret)
        return _secrets[name]


_secrets: dict[str, str] = {}
_request_log_type: type[RequestLog] | None = None


def _request_log() -> type[RequestLog]:
    # kept, because an import statement costs half a microsecond even when there is nothing to do
    global _request_log_type
    if _request_log_type is None:
        from .log import RequestLog

        _request_log_type = RequestLog
    return _request_log_type


def _find_secret(name: str, fetch: Callable[[str], str | None] | None) -> str:
    import os

    if not name or "/" in name or "\0" in name or name.startswith("."):
        raise ValueError(f"a secret's name is letters, digits, '-', '_' and '.', not a path: {name!r}")
    files = [f"{folder}/{name}" for folder in SECRET_DIRS]
    for path in files:
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return file.read().removesuffix("\n")
    variables = [name, name.upper().replace("-", "_").replace(".", "_")]
    for variable in variables:
        if variable in os.environ:
            return os.environ[variable]
    value = fetch(name) if fetch else None
    if value is None:
        places = ", ".join([*files, *(f"${variable}" for variable in dict.fromkeys(variables))])
        raise SecretNotFound(f"no secret {name!r}: looked in {places}{' and the platform' if fetch else ''}")
    return value
