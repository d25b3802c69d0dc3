"""The rules of each dialect that no front door shows: prefixes, header maps, exact replies."""

from __future__ import annotations

from typing import Any

import pytest

from platforms import BadRequest
from platforms.aws_lambda.dialects import FunctionUrl, HttpApiV1, HttpApiV2, LoadBalancer, RestApi, header_value
from platforms.contract import Response
from tests.platforms.aws_lambda.front_doors import EXECUTE_API, FUNCTION_URL

ELB = {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"}}
TWO_COOKIES = Response(b"x", 200, [("Set-Cookie", "a=1; Path=/"), ("X-A", "1"), ("set-cookie", "b=2, 3"), ("x-a", "2")])


def rest(path: str, resource: str = "/{proxy+}", **members: Any) -> dict[str, Any]:
    """Return a REST event on a custom domain; `parameters` are its pathParameters."""
    request = {"domainName": "api.example.com", "path": path, "stage": "prod"}
    return {"resource": resource, "path": path, "httpMethod": "GET", "requestContext": request, **members}


def http_v2(raw_path: str, *, stage: str = "prod", domain: str = EXECUTE_API, **members: Any) -> dict[str, Any]:
    """Return an HTTP API 2.0 event."""
    http = {"method": "GET", "path": raw_path, "sourceIp": "192.0.2.1"}
    request = {"http": http, "stage": stage, "domainName": domain}
    return {"version": "2.0", "rawPath": raw_path, "requestContext": request, **members}


def alb(**members: Any) -> dict[str, Any]:
    """Return a load balancer's event."""
    return {"requestContext": ELB, "httpMethod": "GET", "path": "/", "body": "", "isBase64Encoded": False, **members}


class TestRestApi:
    @pytest.mark.parametrize(
        ("path", "resource", "parameters", "seen", "base_path"),
        [
            ("/", "/", None, "/", ""),
            ("/a/b", "/a/b", None, "/a/b", ""),
            ("/a/b", "/{proxy+}", {"proxy": "a/b"}, "/a/b", ""),
            ("/api", "/", None, "/", "/api"),
            ("/api/", "/", None, "/", "/api"),
            ("/api/a/b", "/a/b", None, "/a/b", "/api"),
            ("/api/a/b", "/{proxy+}", {"proxy": "a/b"}, "/a/b", "/api"),
            ("/api/v1/a", "/{proxy+}", {"proxy": "a"}, "/a", "/api/v1"),
            ("/api/users/7/posts/8", "/users/{id}/posts/{post}", {"id": "7", "post": "8"}, "/users/7/posts/8", "/api"),
            ("/api/a%2Fb", "/{proxy+}", {"proxy": "a%2Fb"}, "/a%2Fb", "/api"),
            ("/apix/a", "/a", None, "/a", "/apix"),
            ("/api/a", "/{proxy+}", None, "/api/a", ""),
            ("/other", "/a", None, "/other", ""),
        ],
    )
    def test_base_path_mapping_is_what_stands_before_the_resource(
        self, path: str, resource: str, parameters: Any, seen: str, base_path: str
    ) -> None:
        event = RestApi().to_event(rest(path, resource, pathParameters=parameters))

        assert (event.raw_path, event.base_path) == (seen, base_path)

    @pytest.mark.parametrize(
        ("resource", "parameters"), [("/a/b", None), ("/{proxy+}", {"proxy": "a/b"})], ids=["plain", "proxy"]
    )
    def test_base_path_mapping_with_a_trailing_slash_is_removed(self, resource: str, parameters: Any) -> None:
        """The path keeps a slash that the resource and its parameters have not.

        https://github.com/sloev/python-lambdarest/pull/32 shows `"resource": "/contexts", "path": "/contexts/"`.
        """
        event = RestApi().to_event(rest("/api/a/b/", resource, pathParameters=parameters))

        assert (event.raw_path, event.base_path) == ("/a/b/", "/api")

    def test_trailing_slash_without_a_mapping_is_kept(self) -> None:
        event = RestApi().to_event(rest("/a/b/", "/a/b"))

        assert (event.raw_path, event.base_path) == ("/a/b/", "")

    def test_stage_of_execute_api_is_the_base_path(self) -> None:
        request = {"domainName": EXECUTE_API, "path": "/prod/a", "stage": "prod"}
        event = RestApi().to_event(rest("/a", requestContext=request))

        assert (event.raw_path, event.base_path) == ("/a", "/prod")

    def test_malformed_path_raises_bad_request(self) -> None:
        with pytest.raises(BadRequest, match="the path has a malformed percent-escape: '%zz'"):
            RestApi().to_event(rest("/%zz"))

    @pytest.mark.parametrize("request_context", [None, {}, {"identity": None}, {"identity": {}, "domainName": None}])
    def test_null_context_leaves_host_and_client_empty(self, request_context: Any) -> None:
        event = RestApi().to_event(rest("/a", requestContext=request_context))

        assert (event.path, event.host, event.client_ip, event.scheme) == ("/a", "", "", "https")

    @pytest.mark.parametrize("nulls", [("headers",), ("multiValueHeaders",), ("headers", "multiValueHeaders")])
    def test_null_header_maps_are_passed_by(self, nulls: tuple[str, ...]) -> None:
        maps: Any = {"headers": {"X-A": "2"}, "multiValueHeaders": {"X-A": ["1", "2"]}} | dict.fromkeys(nulls)
        event = RestApi().to_event(rest("/", **maps))

        assert (
            event.headers.get("x-a")
            == {1: {"headers": "1, 2", "multiValueHeaders": "2"}[nulls[0]], 2: None}[len(nulls)]
        )

    def test_query_is_encoded_again(self) -> None:
        multi = {"a b": ["1&2", "+"], "é": [""], "~": ["%"]}
        event = RestApi().to_event(rest("/", multiValueQueryStringParameters=multi))

        assert event.raw_query == "a%20b=1%262&a%20b=%2B&%C3%A9=&~=%25"
        assert {name: event.query.getlist(name) for name in event.query} == multi

    def test_query_of_single_values_alone_is_taken(self) -> None:
        event = RestApi().to_event(rest("/", queryStringParameters={"a": "1"}, multiValueQueryStringParameters=None))

        assert dict(event.query) == {"a": "1"}

    def test_reply_has_exactly_the_keys_it_takes(self) -> None:
        assert RestApi().to_native(TWO_COOKIES, {}) == {
            "statusCode": 200,
            "headers": {},
            "multiValueHeaders": {"Set-Cookie": ["a=1; Path=/", "b=2, 3"], "X-A": ["1", "2"]},
            "body": "x",
            "isBase64Encoded": False,
        }

    def test_reply_of_bytes_is_base64(self) -> None:
        reply = RestApi().to_native(Response(b"\xff\0", 200, []), {})

        assert (reply["body"], reply["isBase64Encoded"]) == ("/wA=", True)


class TestHttpApiV1:
    @pytest.mark.parametrize(
        ("path", "domain", "seen", "base_path"),
        [
            ("/dev/a b", EXECUTE_API, "/a b", "/dev"),
            ("/dev", EXECUTE_API, "/", "/dev"),
            ("/dev/", EXECUTE_API, "/", "/dev"),
            ("/dev//a", EXECUTE_API, "//a", "/dev"),
            ("/devx/a", EXECUTE_API, "/devx/a", ""),
            ("/a", EXECUTE_API, "/a", ""),
            ("/dev/a", "api.example.com", "/dev/a", ""),
        ],
    )
    def test_stage_is_removed_by_whole_segment(self, path: str, domain: str, seen: str, base_path: str) -> None:
        request = {"stage": "dev", "domainName": domain}
        event = HttpApiV1().to_event({"version": "1.0", "httpMethod": "GET", "path": path, "requestContext": request})

        assert (event.path, event.base_path) == (seen, base_path)

    def test_decoded_path_is_not_decoded_again(self) -> None:
        event = HttpApiV1().to_event({"version": "1.0", "httpMethod": "GET", "path": "/100%25", "requestContext": None})

        assert (event.path, event.raw_path) == ("/100%25", "/100%2525")


class TestHttpApiV2:
    @pytest.mark.parametrize(
        ("raw_path", "stage", "domain", "seen", "base_path"),
        [
            ("/prod/a", "prod", EXECUTE_API, "/a", "/prod"),
            ("/prod", "prod", EXECUTE_API, "/", "/prod"),
            ("/prodx", "prod", EXECUTE_API, "/prodx", ""),
            ("/prod/a", "prod", "api.example.com", "/prod/a", ""),
            ("/$default/a", "$default", EXECUTE_API, "/$default/a", ""),
            ("/100%41/a/", "$default", EXECUTE_API, "/100%41/a/", ""),
        ],
    )
    def test_stage_is_removed_by_whole_segment(
        self, raw_path: str, stage: str, domain: str, seen: str, base_path: str
    ) -> None:
        event = HttpApiV2().to_event(http_v2(raw_path, stage=stage, domain=domain))

        assert (event.path, event.base_path) == (seen, base_path)

    @pytest.mark.parametrize("dialect", [HttpApiV2(), FunctionUrl()])
    @pytest.mark.parametrize(
        ("members", "cookies"),
        [
            ({}, {}),
            ({"cookies": []}, {}),
            ({"cookies": None, "headers": None}, {}),
            ({"cookies": ["a=1", "b=2"]}, {"a": "1", "b": "2"}),
            ({"cookies": ["a=1", "b=2"], "headers": {"cookie": "a=1; b=2"}}, {"a": "1", "b": "2"}),
            ({"headers": {"cookie": "a=1; b=2"}}, {"a": "1", "b": "2"}),
        ],
    )
    def test_cookies_apart_or_in_the_header_are_there_once(
        self, dialect: HttpApiV2, members: dict[str, Any], cookies: dict[str, str]
    ) -> None:
        """Emulators send the header alone; API Gateway the list; a Function URL both."""
        event = dialect.to_event(http_v2("/", domain=FUNCTION_URL, **members))

        assert {name: event.cookies.getlist(name) for name in event.cookies} == {k: [v] for k, v in cookies.items()}

    def test_reply_has_exactly_the_keys_it_takes(self) -> None:
        assert HttpApiV2().to_native(TWO_COOKIES, {}) == {
            "statusCode": 200,
            "headers": {"x-a": "1, 2"},
            "cookies": ["a=1; Path=/", "b=2, 3"],
            "body": "x",
            "isBase64Encoded": False,
        }

    def test_reply_without_cookies_has_no_such_key(self) -> None:
        assert "cookies" not in FunctionUrl().to_native(Response(b"", 204, []), {})

    def test_encoded_path_of_a_function_url_stays_encoded_and_has_no_stage(self) -> None:
        event = FunctionUrl().to_event(http_v2("/prod/a%2Fb/", domain=FUNCTION_URL))

        assert (event.raw_path, event.path, event.base_path) == ("/prod/a%2Fb/", "/prod/a/b/", "")


class TestLoadBalancer:
    @pytest.mark.parametrize(
        ("forwarded", "client_ip"),
        [("192.0.2.1", "192.0.2.1"), ("6.6.6.6, 192.0.2.1", "192.0.2.1"), ("x,2001:db8::1", "2001:db8::1"), ("", "")],
    )
    def test_client_ip_is_the_last_forwarded_for(self, forwarded: str, client_ip: str) -> None:
        single = LoadBalancer().to_event(alb(headers={"x-forwarded-for": forwarded}))
        multi = LoadBalancer().to_event(alb(multiValueHeaders={"x-forwarded-for": ["9.9.9.9", forwarded]}))

        assert single.client_ip == client_ip
        assert multi.client_ip == client_ip

    def test_scheme_and_host_are_the_balancers(self) -> None:
        event = LoadBalancer().to_event(alb(headers={"x-forwarded-proto": "https", "host": "lb.example.com"}))

        assert (event.scheme, event.host) == ("https", "lb.example.com")

    @pytest.mark.parametrize("members", [{}, {"headers": None}, {"multiValueHeaders": {}}, {"multiValueHeaders": None}])
    def test_no_headers_leave_the_facts_empty(self, members: dict[str, Any]) -> None:
        event = LoadBalancer().to_event(alb(**members))

        assert (event.scheme, event.host, event.client_ip, dict(event.headers)) == ("http", "", "", {})

    def test_query_is_passed_on_as_it_was_sent(self) -> None:
        single = LoadBalancer().to_event(alb(queryStringParameters={"a%20b": "1+2%26", "c": ""}))
        multi = LoadBalancer().to_event(alb(multiValueQueryStringParameters={"a": ["%7e", "2"], "b": [""]}))

        assert single.raw_query == "a%20b=1+2%26&c="
        assert multi.raw_query == "a=%7e&a=2&b="

    def test_malformed_query_is_the_callers_fault(self) -> None:
        event = LoadBalancer().to_event(alb(queryStringParameters={"a": "%zz"}))

        with pytest.raises(BadRequest, match="the query string"):
            _ = event.query

    def test_reply_with_multi_value_headers_on_has_that_map_alone(self) -> None:
        assert LoadBalancer().to_native(TWO_COOKIES, alb(multiValueHeaders={})) == {
            "statusCode": 200,
            "statusDescription": "200 OK",
            "multiValueHeaders": {"Set-Cookie": ["a=1; Path=/", "b=2, 3"], "X-A": ["1", "2"]},
            "body": "x",
            "isBase64Encoded": False,
        }

    @pytest.mark.parametrize("native", [alb(), alb(headers={}), alb(multiValueHeaders=None)])
    def test_reply_with_multi_value_headers_off_spells_each_cookie_anew(self, native: dict[str, Any]) -> None:
        assert LoadBalancer().to_native(TWO_COOKIES, native) == {
            "statusCode": 200,
            "statusDescription": "200 OK",
            "headers": {"Set-Cookie": "a=1; Path=/", "Set-CookiE": "b=2, 3", "X-A": "1, 2"},
            "body": "x",
            "isBase64Encoded": False,
        }

    def test_reply_of_many_cookies_spells_every_one_differently(self) -> None:
        cookies = [("Set-Cookie", f"c{number}=1") for number in range(512)]
        headers = LoadBalancer().to_native(Response(b"", 200, cookies), alb())["headers"]

        assert list(headers.values()) == [value for _, value in cookies]
        assert {name.lower() for name in headers} == {"set-cookie"}
        assert next(iter(headers)) == "Set-Cookie"

    @pytest.mark.parametrize(
        ("status", "description"), [(200, "200 OK"), (404, "404 Not Found"), (599, "599 Unknown"), (299, "299 Unknown")]
    )
    def test_reply_description_is_status_and_reason(self, status: int, description: str) -> None:
        assert LoadBalancer().to_native(Response(b"", status, []), alb())["statusDescription"] == description


@pytest.mark.parametrize(
    ("native", "value"),
    [({}, ""), ({"headers": {"a": "1"}}, "1"), ({"headers": None, "multiValueHeaders": {"a": ["1", "2"]}}, "2")],
)
def test_header_value_of_either_map_is_the_last(native: dict[str, Any], value: str) -> None:
    assert header_value(native, "a") == value


@pytest.mark.parametrize("dialect", [RestApi(), HttpApiV1(), LoadBalancer()])
@pytest.mark.parametrize("body", [None, "", "text é", "\ud800"])
def test_body_of_text_is_its_utf8(dialect: RestApi | LoadBalancer, body: str | None) -> None:
    native = {**rest("/"), "requestContext": {}, "body": body, "isBase64Encoded": False}

    assert dialect.to_event(native).body == (body or "").encode(errors="replace")
