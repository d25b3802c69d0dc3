"""A plain HTTP/1.1 client: what a caller of the function sees, byte for byte."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from tests.conformance import Broken, Reply, Request

TIMEOUT_S = 60.0


def send(request: Request, port: int) -> Reply:
    """Send one request on a connection of its own; raises Broken for a reply cut short."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        begin(request, connection)
        response = connection.getresponse()
        return _read(response)
    except (HTTPException, ConnectionError) as error:
        raise Broken(repr(error)) from error
    finally:
        connection.close()


def post_json(path: str, payload: Any, port: int) -> Any:
    """POST JSON and return the JSON of the answer, which must be a 200."""
    reply = send(Request("POST", path, (("Content-Type", "application/json"),), json.dumps(payload).encode()), port)
    assert reply.status == 200, reply
    return reply.json()


def begin(request: Request, connection: HTTPConnection) -> None:
    """Send a request's every byte, and no header that it does not name but Host and its length."""
    connection.putrequest(request.method, request.target, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.chunked:
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(_pieces(request.body), encode_chunked=True)
    else:
        if request.body or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)


def raw(data: bytes, port: int, *, then_nothing: bool = False) -> bytes:
    """Send bytes that need not be HTTP and return all that comes back until the server closes.

    With `then_nothing` the server sees the end of the input. A server that has read enough may close before the rest
    is sent; what it said is still there to read.
    """
    received = bytearray()
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as connection:
        with suppress(ConnectionError):
            connection.sendall(data)
            if then_nothing:
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                received += piece
    return bytes(received)


def wait_for_port(port: int, path: str = "/") -> None:
    """Wait until a server answers HTTP at all."""
    give_up = time.monotonic() + TIMEOUT_S
    while True:
        try:
            send(Request("GET", path), port)
            return
        except (Broken, OSError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _read(response: HTTPResponse) -> Reply:
    body = response.read()
    headers = [(name.lower(), value) for name, value in response.getheaders()]
    return Reply(response.status, headers, body)


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]
