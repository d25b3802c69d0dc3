"""The gateway's own API: openapi.json says what its routes are, and no request whatever breaks them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from werkzeug.test import TestResponse

from portable.gateway import VERSION, api

from ..running import AUTHORIZATION, DEPLOYMENT, ControlPlane, control_plane, deployment

pytest_plugins = ["schemathesis.pytest.plugin"]  # off elsewhere (addopts), for it costs every process a second
API: dict[str, Any] = json.loads(Path(api.__file__).with_name("openapi.json").read_text(encoding="utf-8"))
INSIDE = re.compile("^(Traceback|internal error)", re.MULTILINE)  # not in mid-line: hypothesis knows these words too
ON_THE_LOOP = r"^(GET /healthz|POST /(async-)?function/)"  # answered by the server, not by the application
CHECKS = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
FUZZED = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)


class Forwarding:
    """A WSGI application that is whichever the running test has: the schema is read before there is one."""

    def __init__(self) -> None:
        self.control: ControlPlane | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        assert self.control
        body: Iterable[bytes] = self.control.app(environ, start_response)
        return body


running = Forwarding()
schema = schemathesis.openapi.from_dict(API).exclude(name_regex=ON_THE_LOOP)
schema.app = running


@pytest.fixture(scope="module", autouse=True)
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Return a control plane for all examples: what one leaves behind, the next meets."""
    with control_plane(tmp_path_factory.mktemp("state")) as control:
        running.control = control
        yield control
        running.control = None


def kept(control: ControlPlane) -> list[Any]:
    """Return what a request may have changed: every function's settings and scale, and every secret."""
    functions = [(status.deployment, status.replicas) for status in control.statuses()]
    return [functions, control.secrets.list("openfaas-fn"), len(control.router.functions)]


def check_answer(answer: TestResponse) -> None:
    """Fail for an answer that no caller should see."""
    assert answer.status_code < 500 or answer.status_code == 501, answer.text
    assert not INSIDE.search(answer.text)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_openapi_paths_are_the_routes(lasting: ControlPlane) -> None:
    routes = {
        (method, re.sub(r"<\w+:(.*?)>", r"{\1}", rule.rule))
        for rule in lasting.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if not rule.rule.startswith("/ui/") or rule.rule == "/ui/"  # pages for people
    }
    written = {
        (method.upper(), path)
        for path, item in API["paths"].items()
        for method in item
        if method != "parameters" and not re.match(ON_THE_LOOP, f"{method.upper()} {path}")
    }

    assert written == routes


def test_openapi_version_is_the_gateways() -> None:
    assert API["info"]["version"] == VERSION


def test_openapi_guarded_paths_are_those_that_ask_for_the_password(lasting: ControlPlane) -> None:
    for path, item in API["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and not re.match(ON_THE_LOOP, f"{method.upper()} {path}"):
                is_open = operation.get("security") == []
                answer = lasting.call(
                    method.upper(), path.format(name="any", call_id="any"), headers={"Authorization": ""}
                )
                assert (answer.status_code != 401) == is_open, path


# with a parameter of its own each operation has its own id: without, pytest 9.2 takes originalname, the same for all,
# and xdist runs one test of an id
@pytest.mark.parametrize("host", ["127.0.0.1"])
@schema.parametrize()
@FUZZED
def test_api_any_request_is_answered_as_its_description_says(case: schemathesis.Case[Any], host: str) -> None:
    control = running.control
    assert control
    if not any(status.deployment.name.name == "meditations" for status in control.statuses()):
        control.deploy("meditations")
    before = kept(control)
    answer = case.call(headers={"Authorization": AUTHORIZATION, "Host": host})

    case.validate_response(answer, checks=list(CHECKS))
    if answer.status_code != 501:
        case.validate_response(answer, checks=[not_a_server_error])
    assert not INSIDE.search(answer.text)
    if answer.status_code >= 400:
        assert kept(control) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
FIELDS = st.sampled_from(
    [*DEPLOYMENT, "requests", "functionName", "serviceName", "replicas", "name", "value", "rawValue"]
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
BODY_PATHS = st.sampled_from(["/system/functions", "/system/secrets", "/system/scale-function/meditations"])
LABELS = st.sampled_from(
    [
        f"com.openfaas.{name}"
        for name in ("scale.min", "scale.max", "scale.zero", "scale.zero-duration", "health.http.path")
    ]
)


class TestFuzzed:
    @FUZZED
    @given(method=METHODS, path=BODY_PATHS, body=st.binary(max_size=200) | JSON.map(lambda it: json.dumps(it).encode()))
    def test_body_of_anything_is_refused_and_makes_nothing(
        self, lasting: ControlPlane, method: str, path: str, body: bytes
    ) -> None:
        before = kept(lasting)
        answer = lasting.call(method, path, data=body)

        check_answer(answer)
        assert kept(lasting) == before

    @settings(FUZZED, max_examples=100)
    @given(
        method=st.sampled_from(["POST", "PUT", "DELETE"]),
        path=BODY_PATHS,
        fields=st.dictionaries(FIELDS, JSON, max_size=2),
    )
    def test_body_with_a_field_of_anything_is_answered(
        self, lasting: ControlPlane, method: str, path: str, fields: dict[str, Any]
    ) -> None:
        before = kept(lasting)
        answer = lasting.call(method, path, data=json.dumps(deployment(**fields)))

        check_answer(answer)
        if answer.status_code >= 400:
            assert kept(lasting) == before

    @FUZZED
    @given(
        labels=st.dictionaries(
            LABELS, st.text(max_size=8) | st.from_regex(r"\d{1,3}(s|m)?", fullmatch=True), min_size=1
        )
    )
    def test_label_of_anything_is_answered(self, lasting: ControlPlane, labels: dict[str, str]) -> None:
        before = kept(lasting)
        answer = lasting.call(
            "POST", "/system/functions", data=json.dumps(deployment(service="labelled", labels=labels))
        )

        check_answer(answer)
        if answer.status_code >= 400:
            assert kept(lasting) == before
        else:
            lasting.call("DELETE", "/system/functions", json={"functionName": "labelled"})

    @settings(FUZZED, max_examples=100)
    @given(
        method=METHODS,
        path=st.sampled_from(
            [
                "",
                "/system/",
                "/system/function/",
                "/system/namespace/",
                "/ui/",
                "/system/logs",
                "/system/async",
                "/system/calls",
                "/async-function",
            ]
        ),
        rest=st.text(max_size=30),
        query=st.dictionaries(
            st.sampled_from(
                ["namespace", "name", "tail", "since", "follow", "usage", "function", "state", "limit", "id", "status"]
            ),
            st.text(max_size=30),
        ),
        headers=st.sampled_from([{}, {"Authorization": ""}]),
    )
    def test_path_and_query_of_anything_is_answered(
        self, lasting: ControlPlane, method: str, path: str, rest: str, query: dict[str, str], headers: dict[str, str]
    ) -> None:
        before = kept(lasting)
        answer = lasting.call(method, quote(path + "/" + rest), query_string=query, headers=headers)

        check_answer(answer)
        assert kept(lasting) == before
