"""Azure's host, in front of its Python worker: what it does to a request, and to the worker's answer.

Pure functions, by the host's own source and ASP.NET Core's, on which it stands. They drop what those drop, and raise
Malformed where those fail: then a shim let something through. `to_rpc` and `from_rpc` speak the fields of the worker's
protocol; `to_native` and `from_native` go on through azure.functions' own converters, as the worker does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote_plus, unquote_to_bytes
from uuid import uuid4

from azure.functions import HttpRequest, HttpResponse
from azure.functions.eventgrid import EventGridEventInConverter
from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from platforms.azure_functions.shim import make_http, make_run

from .azure_cookies import Cookie, check_header, demand, read_cookie, set_cookie
from .errors import Refused
from .messages import Answer, Reply, Request, Send

if TYPE_CHECKING:
    from platforms.loading import Handler

ORIGIN = "https://meditations.azurewebsites.net"
# what an answer without content may not have: https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/
# src/Internal/Http/HttpProtocol.cs
_NO_BODY = (204, 205, 304)
# what PathString leaves as it is, beside an escape
_PATH_CHARS = "!$&'()*+,-./:;=@_~"
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")


class RpcRequest(NamedTuple):
    """A request in the fields of RpcHttp; `body` is None where the message has none."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    params: Mapping[str, str]
    body: bytes | None


class RpcResponse(NamedTuple):
    """The worker's answer in the fields of RpcHttp."""

    status_code: str
    headers: Mapping[str, str]
    cookies: Sequence[Cookie] = ()
    body: bytes = b""


def to_rpc(request: Request) -> RpcRequest:
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
    return RpcRequest(
        request.method,
        f"{ORIGIN}{_encode_path(path)}{question}{raw_query}",
        headers,
        _query(raw_query),
        _params(path),
        request.body if request.body and not request.chunked else None,
    )


def to_native(request: Request) -> HttpRequest:
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


def from_native(response: HttpResponse, method: str = "GET") -> Reply:
    """Return what the caller gets for what the function returned to a call with this method."""
    demand(isinstance(response, HttpResponse), f"the host is given no response: {response!r:.80}")
    value: Any = HttpResponseConverter.encode(response, expected_type=None).value
    headers = {name: one.value for name, one in value["headers"].items()}
    cookies = [read_cookie(name, morsel) for jar in value["cookies"] or () for name, morsel in jar.items()]
    return from_rpc(RpcResponse(value["status_code"].value, headers, cookies, value["body"].value), method)


def from_rpc(answered: RpcResponse, method: str = "GET") -> Reply:
    """Return what the caller gets for a worker's answer to a call with this method."""
    status = int(answered.status_code)
    demand(200 <= status <= 999, f"no status of an answer: {status}")
    headers: dict[str, str] = {}
    for name, value in answered.headers.items():
        check_header(name, value)
        headers.setdefault(name.lower(), value)
    demand(not (answered.body and status in _NO_BODY), f"a {status} may have no body: {answered.body!r:.80}")
    length = headers.get("content-length")
    if method != "HEAD" and length is not None:
        demand(int(length) == len(answered.body), f"Content-Length is {length}, and the body {len(answered.body)} long")
    cookies = [("set-cookie", set_cookie(cookie)) for cookie in answered.cookies]
    # the message has them in a map, which knows no order
    return Reply(status, [*sorted(headers.items()), *cookies], b"" if method == "HEAD" else answered.body)


def send_to(http: Callable[..., HttpResponse]) -> Send:
    """Return what sends a request to the function of an HTTP trigger."""

    def send(request: Request) -> Answer:
        response = http(req=to_native(request), context=make_context(str(uuid4())))
        return Answer(from_native(response, request.method))

    return send


def sender(handler: Handler, environ: Mapping[str, str]) -> Send:
    """Return what sends a request to the shim."""
    return send_to(make_http(handler, environ))


def runner(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any], None]:
    """Return what gives the JSON of a timer or of an Event Grid event to the shim, as the worker does."""
    run = make_run(handler, environ)

    def run_native(native: Any) -> None:
        is_timer = "IsPastDue" in native
        converter = TimerRequestConverter if is_timer else EventGridEventInConverter
        trigger = converter.decode(Datum(json.dumps(native), "json"), trigger_metadata={})
        run(trigger, make_context(str(uuid4()), "timer" if is_timer else "event_grid"))

    return run_native


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
