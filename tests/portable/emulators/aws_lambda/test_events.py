"""What each front door sends to the function for one and the same request."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from platforms.aws_lambda.shim import FUNCTION_URL, HTTP_API_V1, HTTP_API_V2, REST_API, dialect_of
from portable.emulators.aws_lambda.events import http_event, http_v1_event, rest_event, url_event
from portable.emulators.aws_lambda.received import Api
from portable.emulators.aws_lambda.routes import DEFAULT, Route
from portable.emulators.messages import Pairs
from tests.portable.aws.targets import NAMES

from ...aws.run.made import make_request

PROXY = Route("/{proxy+}", {"proxy": "a%20b"})
TARGET = "/a%20b?x=1+2&x=%2B&y"
HEADERS = [("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=1; b=2"), ("Cookie", "c=3"), ("Connection", "close")]
TEXT = [("Content-Type", "application/json; charset=utf-8")]


def rest(
    method: str = "GET", target: str = TARGET, headers: Pairs = HEADERS, body: bytes = b"", route: Route = PROXY
) -> dict[str, Any]:
    return rest_event(make_request(method, target, headers=headers, body=body), route, NAMES)


def http(method: str = "GET", target: str = TARGET, headers: Pairs = HEADERS, body: bytes = b"") -> dict[str, Any]:
    return http_event(make_request(method, target, headers=headers, body=body), DEFAULT, NAMES)


def url(method: str = "GET", target: str = TARGET, headers: Pairs = HEADERS, body: bytes = b"") -> dict[str, Any]:
    return url_event(make_request(method, target, headers=headers, body=body), DEFAULT, NAMES)


def test_the_shim_knows_each_door_by_its_event() -> None:
    assert dialect_of(rest()) is REST_API
    assert dialect_of(http()) is HTTP_API_V2
    assert dialect_of(url()) is FUNCTION_URL


class TestRest:
    def test_the_path_is_encoded_and_the_query_decoded(self) -> None:
        event = rest()

        assert (event["resource"], event["path"], event["pathParameters"]) == (
            "/{proxy+}",
            "/a%20b",
            {"proxy": "a%20b"},
        )
        assert event["queryStringParameters"] == {"x": "+", "y": ""}
        assert event["multiValueQueryStringParameters"] == {"x": ["1 2", "+"], "y": [""]}

    def test_maps_without_anything_in_them_are_null(self) -> None:
        event = rest(target="/", route=Route("/", {}))
        names = (
            "body",
            "pathParameters",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "stageVariables",
        )

        assert [event[name] for name in names] == [None] * 5
        assert event["isBase64Encoded"] is False

    def test_headers_keep_their_spelling_and_come_as_last_and_as_all(self) -> None:
        event = rest()

        assert event["headers"]["X-Two"] == "2"
        assert event["multiValueHeaders"]["X-Two"] == ["1", "2"]
        assert event["multiValueHeaders"]["Cookie"] == ["a=1; b=2", "c=3"]
        assert "Connection" not in event["headers"]

    def test_the_stage_is_in_the_context_and_not_in_front_of_the_path(self) -> None:
        context = rest()["requestContext"]

        assert (context["stage"], context["path"]) == ("dev", "/a%20b")
        assert (context["domainName"], context["identity"]["sourceIp"]) == ("127.0.0.1:8080", "127.0.0.1")
        assert context["requestId"] == "r1"

    def test_every_body_is_base64_as_every_media_type_is_declared_binary(self) -> None:
        event = rest("POST", headers=TEXT, body=b"{}")

        assert (event["body"], event["isBase64Encoded"]) == (base64.b64encode(b"{}").decode(), True)


class TestHttp:
    def test_the_path_is_decoded_and_the_query_is_as_it_was_sent(self) -> None:
        event = http()

        assert (event["rawPath"], event["rawQueryString"]) == ("/a b", "x=1+2&x=%2B&y")
        assert event["requestContext"]["http"]["path"] == "/a b"
        assert event["queryStringParameters"] == {"x": "1 2,+", "y": ""}

    def test_the_path_ends_where_a_question_mark_was_encoded(self) -> None:
        assert http(target="/a%3Fb")["rawPath"] == "/a"

    def test_cookies_are_apart_and_headers_joined_in_lower_case(self) -> None:
        event = http()

        assert event["cookies"] == ["a=1", "b=2", "c=3"]
        assert event["headers"]["x-two"] == "1,2"
        assert "cookie" not in event["headers"]

    def test_what_is_absent_is_left_out(self) -> None:
        event = http(target="/", headers=())

        assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & set(event)

    @pytest.mark.parametrize(
        ("content_type", "body", "sent"),
        [
            ("application/json", b"{}", "{}"),
            ("text/plain; charset=utf-8", "é".encode(), "é"),
            ("text/plain; charset=iso-8859-1", b"\xe9", None),
            ("application/x-www-form-urlencoded", b"a=1", None),
            ("image/png", b"\x89PNG", None),
            ("", b"text", None),
        ],
    )
    def test_only_text_comes_as_text(self, content_type: str, body: bytes, sent: str | None) -> None:
        event = http("POST", headers=[("Content-Type", content_type)], body=body)

        assert event["isBase64Encoded"] is (sent is None)
        assert event["body"] == (base64.b64encode(body).decode() if sent is None else sent)


class TestUrl:
    def test_the_path_stays_encoded_but_in_the_context(self) -> None:
        event = url()

        assert (event["rawPath"], event["requestContext"]["http"]["path"]) == ("/a%20b", "/a b")

    def test_cookies_come_twice(self) -> None:
        event = url()

        assert (event["cookies"], event["headers"]["cookie"]) == (["a=1", "b=2", "c=3"], "a=1; b=2; c=3")

    def test_without_cookies_there_is_no_such_header(self) -> None:
        assert "cookie" not in url(headers=())["headers"]


class TestHttpV1:
    def test_it_is_rest_s_event_with_a_version_and_the_path_decoded(self) -> None:
        event = http_v1_event(make_request("GET", TARGET, headers=HEADERS), Route("GET /{a}", {"a": "a b"}), NAMES)

        assert dialect_of(event) is HTTP_API_V1
        assert (event["version"], event["path"], event["resource"]) == ("1.0", "/a b", "/{a}")
        assert event["multiValueQueryStringParameters"] == {"x": ["1 2", "+"], "y": [""]}
        assert event["multiValueHeaders"]["X-Two"] == ["1", "2"]
        assert (event["body"], event["pathParameters"]) == (None, {"a": "a b"})


class TestDomainOfAws:
    """On a domain of AWS's own the stage stands in front of the path; on a custom one it does not."""

    API = Api("abc", "abc.execute-api.eu-west-1.amazonaws.com")

    def test_rest_has_the_stage_in_the_context_alone(self) -> None:
        event = rest_event(make_request("GET", TARGET), PROXY, NAMES, self.API)

        assert (event["path"], event["requestContext"]["path"]) == ("/a%20b", "/dev/a%20b")

    def test_http_has_the_stage_in_the_path(self) -> None:
        second = http_event(make_request("GET", TARGET), DEFAULT, NAMES, self.API)
        first = http_v1_event(make_request("GET", TARGET), DEFAULT, NAMES, self.API)

        assert (second["rawPath"], second["requestContext"]["http"]["path"]) == ("/dev/a b", "/dev/a b")
        assert (first["path"], first["requestContext"]["path"]) == ("/dev/a b", "/dev/a b")
        assert second["requestContext"]["stage"] == first["requestContext"]["stage"] == "dev"

    def test_the_default_stage_is_in_no_path(self) -> None:
        event = http_event(make_request("GET", TARGET), DEFAULT, replace(NAMES, stage="$default"), self.API)

        assert event["rawPath"] == "/a b"

    @pytest.mark.parametrize("event_of", [rest_event, http_v1_event, http_event, url_event])
    def test_the_event_tells_the_domain_and_the_api(self, event_of: Any) -> None:
        context = event_of(make_request(), DEFAULT, NAMES, self.API)["requestContext"]

        assert (context["apiId"], context["domainName"], context["domainPrefix"]) == ("abc", self.API.domain, "abc")


@pytest.mark.parametrize(
    ("content_type", "body", "sent"),
    [("image/png", b"\xff", "/w=="), ("text/plain", b"\xff", "\ufffd"), (None, b"{}", "e30=")],
)
def test_rest_sends_as_base64_what_the_api_declares_as_binary(content_type: str | None, body: bytes, sent: str) -> None:
    """What has no type is taken for JSON, and what is not declared for text."""
    headers = [("Content-Type", content_type)] if content_type else []
    api = Api(is_binary=lambda declared: declared in ("image/png", "application/json"))

    assert rest_event(make_request("POST", headers=headers, body=body), PROXY, NAMES, api)["body"] == sent


def test_path_parameters_of_a_route_are_in_the_event() -> None:
    event = http_event(make_request("GET", "/a/b"), Route("GET /a/{id}", {"id": "b"}), NAMES)

    assert (event["routeKey"], event["pathParameters"]) == ("GET /a/{id}", {"id": "b"})


@pytest.mark.parametrize("event_of", [rest, http, url])
def test_the_caller_s_address_is_appended_to_what_it_says_itself_and_the_rest_is_aws_s_word(event_of: Any) -> None:
    forged = [("X-Forwarded-For", "192.0.2.9"), ("X-Forwarded-Proto", "gopher"), ("X-Amzn-Trace-Id", "mine")]
    headers = {name.lower(): value for name, value in event_of(headers=forged)["headers"].items()}

    assert headers["x-forwarded-for"] == "192.0.2.9, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-amzn-trace-id"] == "Root=1-0-1;Sampled=0"
