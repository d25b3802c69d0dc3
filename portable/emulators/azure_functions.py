"""Azure's host, in front of its Python worker: what it does to a request, and to the worker's answer.

Pure functions, by the host's own source and ASP.NET Core's, on which it stands. They drop what those drop, and raise
Malformed where those fail: then a shim let something through. `to_rpc` and `from_rpc` speak the fields of the worker's
protocol; `to_request` and `from_response` go on through azure.functions' own converters, as the worker does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_plus, unquote_to_bytes

from azure.functions import HttpRequest, HttpResponse
from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum

from .errors import Malformed, Refused
from .messages import Reply, Request

ORIGIN = "https://meditations.azurewebsites.net"
# what an answer without content may not have: https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/
# src/Internal/Http/HttpProtocol.cs
_NO_BODY = (204, 205, 304)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# what PathString leaves as it is, beside an escape
_PATH_CHARS = "!$&'()*+,-./:;=@_~"
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")


class Asked(NamedTuple):
    """A request in the fields of RpcHttp; `body` is None where the message has none."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes | None


class Cookie(NamedTuple):
    """One RpcHttpCookie; what is None is not set. `expires` is in seconds since the epoch."""

    name: str
    value: str
    domain: str | None = None
    path: str | None = None
    expires: int | None = None
    secure: bool | None = None
    http_only: bool | None = None
    same_site: str = "None"
    max_age: float | None = None


class Answered(NamedTuple):
    """The worker's answer in the fields of RpcHttp."""

    status_code: str
    headers: Mapping[str, str]
    cookies: Sequence[Cookie] = ()
    body: bytes = b""


def to_rpc(request: Request) -> Asked:
    """Return what the worker is sent for a request. Raises Refused if no function is called."""
    raw_path, question, raw_query = request.target.partition("?")
    path = _decode_path(raw_path)
    sent = [("Host", ORIGIN.partition("//")[2]), *request.headers]
    if request.chunked:
        sent.append(("Transfer-Encoding", "chunked"))
    elif request.body or request.method in ("POST", "PUT", "PATCH"):
        sent.append(("Content-Length", str(len(request.body))))
    # a header's values are joined as StringValues are: with no blank after the comma
    headers: dict[str, str] = {}
    for name, value in sent:
        key = name.lower()
        headers[key] = f"{headers[key]},{value}" if key in headers else value
    return Asked(
        request.method,
        f"{ORIGIN}{_encode_path(path)}{question}{raw_query}",
        headers,
        _query(raw_query),
        _params(path),
        request.body if request.body and not request.chunked else None,
    )


def to_request(request: Request) -> HttpRequest:
    """Return what the function is called with for a request. Raises Refused if it is not called."""
    asked = to_rpc(request)
    value = {
        "method": Datum(asked.method, "string"),
        "url": Datum(asked.url, "string"),
        "headers": _strings(asked.headers),
        "query": _strings(asked.query),
        "params": _strings(asked.params),
        "body": Datum(asked.body or b"", "bytes"),
    }
    decoded: HttpRequest = HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata={})
    return decoded


def make_context(invocation_id: str, name: str = "http", trace_parent: str = "") -> Any:
    """Return what the worker gives beside a trigger's object."""
    return SimpleNamespace(
        invocation_id=invocation_id,
        function_name=name,
        function_directory="/home/site/wwwroot",
        trace_context=SimpleNamespace(trace_parent=trace_parent, trace_state="", attributes={}),
        retry_context=None,
    )


def from_response(response: HttpResponse, method: str = "GET") -> Reply:
    """Return what the caller gets for what the function returned to a call with this method."""
    _demand(isinstance(response, HttpResponse), f"the host is given no response: {response!r:.80}")
    value: Any = HttpResponseConverter.encode(response, expected_type=None).value
    headers = {name: one.value for name, one in value["headers"].items()}
    cookies = [_cookie(name, morsel) for jar in value["cookies"] or () for name, morsel in jar.items()]
    return from_rpc(Answered(value["status_code"].value, headers, cookies, value["body"].value), method)


def from_rpc(answered: Answered, method: str = "GET") -> Reply:
    """Return what the caller gets for a worker's answer to a call with this method."""
    status = int(answered.status_code)
    _demand(200 <= status <= 999, f"no status of an answer: {status}")
    headers: dict[str, str] = {}
    for name, value in answered.headers.items():
        _check_header(name, value)
        headers.setdefault(name.lower(), value)
    _demand(not (answered.body and status in _NO_BODY), f"a {status} may have no body: {answered.body!r:.80}")
    length = headers.get("content-length")
    if method != "HEAD" and length is not None:
        _demand(
            int(length) == len(answered.body), f"Content-Length is {length}, and the body {len(answered.body)} long"
        )
    cookies = [("set-cookie", _set_cookie(cookie)) for cookie in answered.cookies]
    # the message has them in a map, which knows no order
    return Reply(status, [*sorted(headers.items()), *cookies], b"" if method == "HEAD" else answered.body)


def _decode_path(raw_path: str) -> str:
    """Return the path as Kestrel has it: an escape stays if it is of a slash, or of bytes that are not UTF-8.

    https://github.com/dotnet/aspnetcore/blob/main/src/Shared/UrlDecoder/UrlDecoder.cs
    """
    if re.search(r"[^!-~]", raw_path) or "%00" in raw_path:
        raise Refused(400, "the path has a character that none may have")

    def decode(match: re.Match[str]) -> str:
        parts = re.split("(%2[Ff])", match[0])
        return "".join(part if part.lower() == "%2f" else _decode_utf8(part) for part in parts)

    return _without_dots(_ESCAPES.sub(decode, raw_path))


def _decode_utf8(escapes: str) -> str:
    decoded = unquote_to_bytes(escapes).decode(errors="surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda match: f"%{ord(match[0]) & 0xFF:02X}", decoded)


def _without_dots(path: str) -> str:
    """Return a path without its dot segments (RFC 3986 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == ".." and kept:
            kept.pop()
        if segment not in (".", ".."):
            kept.append(segment)
    return "/" + "/".join(kept) + "/" * (bool(kept) and segments[-1] in (".", ".."))


def _encode_path(path: str) -> str:
    """Return a path as PathString writes it into a URL: what looks like an escape is left alone."""
    parts = re.split("(%[0-9A-Fa-f]{2})", path)
    return "".join(part if index % 2 else quote(part, safe=_PATH_CHARS) for index, part in enumerate(parts))


def _query(raw_query: str) -> dict[str, str]:
    """Return the query's parameters: values joined, names without regard to case, and no empty ones."""
    values: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for pair in filter(None, raw_query.split("&")):
        name, _, value = (unquote_plus(part) for part in pair.partition("="))
        values.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    return {name: ",".join(found) for name, found in values.items() if any(found) or len(found) > 1}


def _params(path: str) -> dict[str, str]:
    """Return what the route `{*path}` takes from a path; nothing from the root."""
    rest = path.removeprefix("/")
    if rest.startswith("/"):
        raise Refused(404, "no route matches an empty first segment")
    return {"path": rest} if rest else {}


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: Datum(value, "string") for name, value in values.items()}


def _cookie(name: str, morsel: Any) -> Cookie:
    """Return a cookie as the worker reads it.

    https://github.com/Azure/azure-functions-python-worker/blob/dev/runtimes/v2/azure_functions_runtime/bindings/datumdef.py
    """
    same_site = {"lax": "Lax", "strict": "Strict", "none": "ExplicitNone"}.get(morsel["samesite"].lower(), "None")
    try:
        # with one in another form the whole invocation fails
        expires = morsel["expires"] and datetime.strptime(f"{morsel['expires']} +0000", "%a, %d %b %Y %H:%M:%S GMT %z")
        max_age = float(morsel["max-age"]) if morsel["max-age"] != "" else None
    except ValueError as error:
        raise Malformed(f"the worker fails on a cookie's attribute: {error}") from error
    return Cookie(
        name,
        morsel.value,
        morsel["domain"],
        morsel["path"],
        int(expires.timestamp()) if expires else None,
        bool(morsel["secure"]),
        bool(morsel["httponly"]),
        same_site,
        max_age,
    )


def _set_cookie(cookie: Cookie) -> str:
    """Return a Set-Cookie's value as ASP.NET Core writes it: the value encoded, and what was not set empty.

    https://github.com/dotnet/aspnetcore/blob/main/src/Http/Headers/src/SetCookieHeaderValue.cs
    https://github.com/Azure/azure-functions-python-worker/issues/1794
    """
    _demand(_TOKEN.fullmatch(cookie.name), f"no name of a cookie: {cookie.name!r}")
    _demand(cookie.max_age is None or cookie.max_age >= 0, f"Max-Age is negative: {cookie.max_age}")
    expires = cookie.expires
    same_site = {"Lax": "lax", "Strict": "strict", "ExplicitNone": "none", "None": None}[cookie.same_site]
    attributes = {
        "expires": None if expires is None else format_datetime(datetime.fromtimestamp(expires, UTC), usegmt=True),
        "max-age": None if cookie.max_age is None else str(int(cookie.max_age)),
        "domain": cookie.domain,
        "path": cookie.path,
        "secure": "" if cookie.secure else None,
        "samesite": same_site,
        "httponly": "" if cookie.http_only else None,
    }
    flags = ("secure", "httponly")
    parts = [name if name in flags else f"{name}={value}" for name, value in attributes.items() if value is not None]
    written = "; ".join([f"{cookie.name}={quote(cookie.value, safe='')}", *parts])
    _check_header("Set-Cookie", written)
    return written


def _check_header(name: str, value: str) -> None:
    """Refuse a header with which Kestrel throws: by default only ASCII may be in it, and no control character.

    https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpHeaders.cs
    """
    _demand(isinstance(name, str), f"no header's name: {name!r}")
    _demand(isinstance(value, str), f"no value of the header {name}: {value!r}")
    _demand(_TOKEN.fullmatch(name), f"no header's name: {name!r}")
    _demand(re.fullmatch(r"[ -~\t]*", value), f"the header {name} has a character that Kestrel refuses: {value!r}")


def _demand(holds: object, why: str) -> None:
    if not holds:
        raise Malformed(why)
