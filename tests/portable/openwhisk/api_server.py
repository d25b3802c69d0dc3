"""OpenWhisk's REST API over HTTP, strictly: a stand-in that refuses what the real one refuses.

https://github.com/apache/openwhisk/blob/master/docs/rest_api.md and, for what that leaves open,
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/resources/apiv1swagger.json
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from . import entities
from .entities import Rejected
from .whisk import NAMESPACE, Whisk

AUTH = "23bc46b1-71f6-4ed5-8c54-816aa4f8c502:123zO3xZCLrMN6v2BKK1dXYFpXlPkccO"
TRANSACTION = "tx-for-tests"


@dataclass
class Fault:
    """What happens to the next request of a method to a path, instead of its answer.

    `status` None closes the connection without an answer, `is_done` after the request was carried out, and
    `is_cut_short` within the answer.
    """

    method: str
    path: str
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_done: bool = False
    is_cut_short: bool = False


class ApiServer(ThreadingHTTPServer):
    """Serves one Whisk. `requests` are the methods and paths that came, below the namespace."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.whisk = Whisk()
        self.requests: list[tuple[str, str]] = []
        self.faults: list[Fault] = []
        self.meanwhile: dict[tuple[str, str], Callable[[], object]] = {}
        self.lock = threading.RLock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def methods(self) -> set[str]:
        """Return the methods that came."""
        return {method for method, _ in self.requests}

    def take_fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if (fault.method, fault.path) == (method, path):
                self.faults.remove(fault)
                return fault
        return None


@contextmanager
def serving() -> Iterator[ApiServer]:
    with ApiServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.whisk.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: ApiServer

    def answer(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.server.lock:
            if self.path.startswith("/api/v1/web/"):
                self._answer_web(body)
            else:
                self._answer_api(body)

    do_GET = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - the base class looks these names up

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def _answer_api(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path).removeprefix("/api/v1/namespaces")
        path = path.removeprefix(f"/{NAMESPACE}/").removeprefix("/_/")
        self.server.requests.append((self.command, path))
        if change := self.server.meanwhile.pop((self.command, path), None):
            change()
        fault = self.server.take_fault(self.command, path)
        if fault and not fault.is_done:
            self._fail(fault)
            return
        try:
            status, payload = self._route(path, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query))), body)
        except Rejected as rejected:
            status, payload = rejected.status, {"error": str(rejected), "code": TRANSACTION}
        if fault:
            self._fail(fault)
        else:
            self._send(status, [("Content-Type", "application/json")], json.dumps(payload).encode())

    def _route(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        self._check_auth()
        match path.split("/"):
            case [""] if self.command == "GET":
                return 200, [NAMESPACE]
            case ["packages", name]:
                return 200, self._package(name, query, body)
            case ["actions", *names] if 1 <= len(names) <= 2:
                for name in names:
                    entities.check_name(name)
                return self._action(tuple(names), query, body)
            case ["activations", *rest] if self.command == "GET":
                return 200, self._activations(rest, query)
        raise Rejected(404 if path.startswith("/") else 405, f"strict: no {self.command} {path}")

    def _package(self, name: str, query: dict[str, str], body: bytes) -> Any:
        entities.check_name(name)
        whisk = self.server.whisk
        match self.command:
            case "GET":
                return whisk.get_package(name)
            case "PUT":
                return whisk.put_package(name, self._content(body), overwrite=_flag(query, "overwrite"))
            case "DELETE":
                return whisk.delete_package(name)
        raise Rejected(405, "HTTP method not allowed, supported methods: PUT, GET, DELETE")

    def _action(self, path: tuple[str, ...], query: dict[str, str], body: bytes) -> tuple[int, Any]:
        whisk = self.server.whisk
        match self.command:
            case "GET":
                return 200, whisk.get_action(path, code=_flag(query, "code", default=True))
            case "PUT":
                return 200, whisk.put_action(path, self._content(body), overwrite=_flag(query, "overwrite"))
            case "DELETE":
                return 200, whisk.delete_action(path)
            case "POST":
                flags = {"blocking": _flag(query, "blocking"), "result": _flag(query, "result")}
                return whisk.invoke(path, self._content(body), **flags)
        raise Rejected(405, "HTTP method not allowed, supported methods: PUT, GET, POST, DELETE")

    def _activations(self, rest: list[str], query: dict[str, str]) -> Any:
        match rest:
            case []:
                limit, since = int(query.get("limit", "30")), int(query.get("since", "0"))
                return self.server.whisk.list_activations(query["name"], limit, since)
            case [activation_id]:
                return self.server.whisk.get_activation(activation_id)
            case [activation_id, "logs"]:
                return {"logs": self.server.whisk.get_activation(activation_id)["logs"]}
        raise Rejected(404, "strict: no such part of an activation")

    def _answer_web(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        namespace, package, rest = parts.path.removeprefix("/api/v1/web/").split("/", 2)
        name, extension, below = rest.partition(".http")
        target = below + ("?" + parts.query if parts.query else "")
        path = (unquote(name),) if package == "default" else (unquote(package), unquote(name))
        try:
            if unquote(namespace) != NAMESPACE or not extension:
                raise Rejected(404, "strict: not this namespace, or no .http")
            headers = list(self.headers.items())
            self._send(*self.server.whisk.call_web(path, self.command, target, headers, body))
        except Rejected as rejected:
            self._send(rejected.status, [], str(rejected).encode())

    def _check_auth(self) -> None:
        given = self.headers.get("Authorization")
        if given is None:
            raise Rejected(401, "The resource requires authentication, which was not supplied with the request")
        if given != f"Basic {b64encode(AUTH.encode()).decode()}":
            raise Rejected(401, "The supplied authentication is invalid")

    def _content(self, body: bytes) -> Any:
        if self.headers.get_content_type() != "application/json":
            raise Rejected(415, "The request's Content-Type is not supported. Expected: application/json")
        try:
            return json.loads(body)
        except ValueError as error:
            raise Rejected(400, f"The request content was malformed:\n{error}") from error

    def _fail(self, fault: Fault) -> None:
        if fault.status is None:
            self.close_connection = True
            return
        self.close_connection = fault.is_cut_short
        self._send(fault.status, list(fault.headers.items()), fault.body, missing=int(fault.is_cut_short))

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes, missing: int = 0) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + missing))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def _flag(query: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = query.get(name, str(default).lower())
    if text not in ("true", "false"):
        raise Rejected(400, f"The query parameter '{name}' was malformed:\n'{text}' is not a valid Boolean value")
    return text == "true"
