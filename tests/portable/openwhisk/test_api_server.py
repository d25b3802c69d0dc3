"""That the stand-in refuses what OpenWhisk refuses; without this the other tests would prove little."""

from __future__ import annotations

import json
from base64 import b64encode
from http.client import HTTPConnection
from typing import Any

import pytest

from .api_server import AUTH, ApiServer
from .whisk import NAMESPACE

BASIC = f"Basic {b64encode(AUTH.encode()).decode()}"
IMAGE = {"exec": {"kind": "blackbox", "image": "user/image"}}
PYTHON = {"kind": "python:3.12", "binary": True}


def send(
    server: ApiServer, method: str, path: str, body: Any = None, authorization: str | None = BASIC
) -> tuple[int, Any]:
    """Send one request and return status and JSON of the answer."""
    connection = HTTPConnection(server.host, timeout=20)
    headers = {"Content-Type": "application/json", **({"Authorization": authorization} if authorization else {})}
    connection.request(method, f"/api/v1/namespaces{path}", None if body is None else json.dumps(body), headers)
    reply = connection.getresponse()
    content = json.loads(reply.read())
    connection.close()
    return reply.status, content


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", BASIC.removeprefix("Basic "), BASIC + "x"])
def test_a_key_that_is_not_known_gets_a_401(server: ApiServer, authorization: str | None) -> None:
    status, content = send(server, "GET", "", authorization=authorization)

    assert status == 401
    assert content.keys() == {"error", "code"}


def test_an_entity_lives_from_its_first_put_to_its_deletion(server: ApiServer) -> None:
    assert send(server, "GET", "")[1] == [NAMESPACE]
    assert send(server, "GET", "/_/actions/a")[0] == 404
    assert send(server, "PUT", "/_/actions/a", IMAGE)[1]["version"] == "0.0.1"
    assert send(server, "PUT", "/_/actions/a", IMAGE)[0] == 409
    assert send(server, "PUT", "/_/actions/a?overwrite=true", {})[1]["version"] == "0.0.2"
    assert send(server, "GET", f"/{NAMESPACE}/actions/a")[1]["exec"]["image"] == "user/image"
    assert send(server, "DELETE", "/_/actions/a")[0] == 200
    assert send(server, "DELETE", "/_/actions/a")[0] == 404


def test_a_package_is_there_before_its_actions_and_goes_after_them(server: ApiServer) -> None:
    assert send(server, "PUT", "/_/actions/p/a", IMAGE)[0] == 404
    assert send(server, "GET", "/_/actions/p/a")[0] == 403
    assert send(server, "PUT", "/_/packages/p", {})[0] == 200
    assert send(server, "PUT", "/_/actions/p/a", IMAGE)[0] == 200
    assert send(server, "DELETE", "/_/packages/p")[0] == 409
    assert send(server, "DELETE", "/_/actions/p/a")[0] == 200
    assert send(server, "DELETE", "/_/packages/p")[0] == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_/actions/a", {}, 400),
        ("/_/actions/a", [], 400),
        ("/_/actions/a", {**IMAGE, "surprise": 1}, 400),
        ("/_/actions/a", {**IMAGE, "name": "b"}, 400),
        ("/_/actions/a", {"exec": {"kind": "python:2", "code": "eA=="}}, 400),
        ("/_/actions/a", {"exec": {**PYTHON}}, 400),
        ("/_/actions/a", {"exec": {**PYTHON, "code": "eA=="}}, 400),
        ("/_/actions/a", {**IMAGE, "limits": {"memory": 127}}, 400),
        ("/_/actions/a", {**IMAGE, "limits": {"timeout": 300_001}}, 400),
        ("/_/actions/a", {**IMAGE, "limits": {"logs": "10"}}, 400),
        ("/_/actions/a", {**IMAGE, "annotations": {"a": 1}}, 400),
        ("/_/actions/a", {**IMAGE, "parameters": [{"key": "a"}]}, 400),
        ("/_/actions/a", {**IMAGE, "parameters": [{"key": "a", "value": "x" * 2**20}]}, 413),
        ("/_/actions/a?overwrite=1", IMAGE, 400),
        ("/_/actions/-a", IMAGE, 400),
        ("/_/actions/a/b/c", IMAGE, 405),
        ("/other/actions/a", IMAGE, 404),
        ("/_/packages/default", {}, 400),
    ],
)
def test_a_malformed_put_is_refused(server: ApiServer, path: str, body: Any, status: int) -> None:
    assert send(server, "PUT", path, body)[0] == status
    assert not server.whisk.actions


@pytest.mark.parametrize(
    ("path", "status"),
    [("?name=a&limit=201", 400), ("?name=a&limit=200", 200), ("/1", 400), (f"/{'0' * 32}", 404)],
)
def test_activations_are_read_within_their_limits(server: ApiServer, path: str, status: int) -> None:
    assert send(server, "GET", f"/_/activations{path}")[0] == status
