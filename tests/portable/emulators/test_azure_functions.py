"""The stand-in for the host itself: each of its rules, and where it is written down."""

from __future__ import annotations

from typing import Any

import pytest
from azure.functions import HttpResponse

from portable.emulators import azure_functions as host
from portable.emulators.azure_cookies import Cookie
from portable.emulators.azure_functions import ORIGIN, RpcResponse
from portable.emulators.errors import Malformed, Refused
from tests.cases import CASES
from tests.conformance import Request
from tests.platforms.azure_functions.driver import LIMITS


class TestRequest:
    # https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/
    # GrpcMessageConversionExtensions.cs

    @pytest.mark.parametrize(
        ("target", "url", "path"),
        [
            ("/", "/", None),
            ("/a/b/", "/a/b/", "a/b/"),
            ("/a//b", "/a//b", "a//b"),
            ("/a%20b", "/a%20b", "a b"),
            ("/caf%c3%a9", "/caf%C3%A9", "café"),  # decoded, and encoded anew
            ("/%41%7e", "/A~", "A~"),
            ("/a%3fb", "/a%3Fb", "a?b"),
            ("/a%2fb", "/a%2fb", "a%2fb"),  # a slash stays encoded
            ("/%ff%C3", "/%FF%C3", "%FF%C3"),  # so do bytes that are not UTF-8
            ("/100%25", "/100%25", "100%"),
            ("/%2541", "/%41", "%41"),  # what is decoded looks like an escape
            ("/%zz", "/%25zz", "%zz"),
            ("/a;b=c,d@e:f!g", "/a;b=c,d@e:f!g", "a;b=c,d@e:f!g"),
            ("/a/./b/../c/..", "/a/", "a/"),
            ("/..", "/", None),
        ],
    )
    def test_path_is_decoded_and_encoded_anew(self, target: str, url: str, path: str | None) -> None:
        # https://github.com/dotnet/aspnetcore/blob/main/src/Shared/UrlDecoder/UrlDecoder.cs, and PathString.cs
        asked = host.to_rpc(Request("GET", target))

        assert asked.url == ORIGIN + url
        assert asked.params == ({} if path is None else {"path": path})

    @pytest.mark.parametrize(("target", "status"), [("//a", 404), ("/a%00", 400), ("/é", 400), ("/a b", 400)])
    def test_request_that_no_function_sees_is_refused(self, target: str, status: int) -> None:
        # https://github.com/dotnet/aspnetcore/blob/main/src/Http/Routing/src/Patterns/RoutePatternMatcher.cs
        with pytest.raises(Refused) as refused:
            host.to_rpc(Request("GET", target))

        assert refused.value.status == status

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("a=1&b=2", {"a": "1", "b": "2"}),
            ("a=1&b=&a=2", {"a": "1,2"}),
            ("a=1&A=2", {"a": "1,2"}),
            ("a=&a=", {"a": ","}),
            ("a", {}),
            ("a=1%2B2+3", {"a": "1+2 3"}),
        ],
    )
    def test_query_loses_what_is_empty_and_repeated_but_not_in_the_url(
        self, query: str, expected: dict[str, str]
    ) -> None:
        asked = host.to_rpc(Request("GET", f"/a?{query}"))

        assert asked.query == expected
        assert asked.url == f"{ORIGIN}/a?{query}"

    def test_headers_are_joined_in_lower_case_without_a_blank(self) -> None:
        headers = (("X-Two", "1"), ("x-two", "2"), ("X-Empty", ""), ("Cookie", "a=1"), ("Cookie", "b=2"))

        asked = host.to_rpc(Request("POST", "/", headers, b"abc"))

        sent = {"x-two": "1,2", "x-empty": "", "cookie": "a=1,b=2", "content-length": "3"}
        assert asked.headers == {"host": ORIGIN.partition("//")[2]} | sent

    @pytest.mark.parametrize(
        ("request_", "body"),
        [
            (Request("GET", body=b"x"), b"x"),
            (Request("POST", body=b"\x00\xff"), b"\x00\xff"),
            (Request("POST"), None),
            (Request("POST", body=b"x", chunked=True), None),
        ],
    )
    def test_body_is_there_if_its_length_is(self, request_: Request, body: bytes | None) -> None:
        assert host.to_rpc(request_).body == body
        assert host.to_native(request_).get_body() == (body or b"")

    def test_function_sees_it_through_the_librarys_own_request(self) -> None:
        request = host.to_native(Request("put", "/a%20b?c=d", (("X-A", "1"),), b"x"))

        assert (request.method, request.url) == ("PUT", f"{ORIGIN}/a%20b?c=d")
        assert (request.headers["X-a"], request.params["c"], request.route_params["path"]) == ("1", "d", "a b")


class TestReply:
    # https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Binding/Http/RawScriptResult.cs

    def test_content_type_is_added_by_the_library(self) -> None:
        # https://github.com/Azure/azure-functions-python-library/blob/dev/azure/functions/http.py
        reply = host.from_native(HttpResponse("é", status_code=201))

        assert (reply.status, reply.body) == (201, "é".encode())
        assert reply.headers == [("content-type", "text/plain; charset=utf-8")]

    def test_of_a_repeated_header_the_last_value_wins(self) -> None:
        response = HttpResponse(b"x", mimetype="image/png")
        response.headers.add("X-A", "1")
        response.headers.add("X-A", "2")

        assert host.from_native(response).header("x-a") == "2"

    def test_of_one_spelled_twice_the_first_value_wins(self) -> None:
        response = HttpResponse(b"x")
        response.headers.add("X-A", "1")
        response.headers.add("x-a", "2")

        assert host.from_native(response).header("x-a") == "1"

    def test_head_has_no_body_and_may_tell_its_length(self) -> None:
        reply = host.from_native(HttpResponse(b"x", headers={"Content-Length": "8"}), "HEAD")

        assert (reply.body, reply.header("content-length")) == (b"", "8")

    @pytest.mark.parametrize(
        ("answered", "why"),
        [
            (RpcResponse("200", {"X-A": "a\r\nb: c"}), "Kestrel refuses"),
            (RpcResponse("200", {"X-A": "a\0"}), "Kestrel refuses"),
            (RpcResponse("200", {"X-A": "é"}), "Kestrel refuses"),
            (RpcResponse("200", {"X A": "1"}), "no header's name"),
            (RpcResponse("200", {"X-A": 1}), "no value"),  # type: ignore[dict-item]
            (RpcResponse("99", {}), "no status"),
            (RpcResponse("204", {}, (), b"x"), "may have no body"),
            (RpcResponse("205", {}, (), b"x"), "may have no body"),
            (RpcResponse("304", {}, (), b"x"), "may have no body"),
            (RpcResponse("200", {"content-length": "2"}, (), b"x"), "Content-Length is 2"),
            (RpcResponse("200", {}, [Cookie("a b", "1")]), "no name of a cookie"),
            (RpcResponse("200", {}, [Cookie("a", "1", path="/\r\n")]), "Kestrel refuses"),
            (RpcResponse("200", {}, [Cookie("a", "1", max_age=-1)]), "negative"),
        ],
    )
    def test_answer_that_the_host_cannot_send_is_the_shims_fault(self, answered: RpcResponse, why: str) -> None:
        # https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpHeaders.cs
        with pytest.raises(Malformed, match=why):
            host.from_rpc(answered)

    @pytest.mark.parametrize("returned", [None, "text", b"bytes", {"a": 1}])
    def test_what_is_no_response_is_the_shims_fault(self, returned: Any) -> None:
        with pytest.raises(Malformed, match="given no response"):
            host.from_native(returned)


class TestCookies:
    @pytest.mark.parametrize(
        ("set_cookie", "sent"),
        [
            ("a=1", ["a=1; domain=; path="]),
            ("a=1; Path=/; Domain=example.com", ["a=1; domain=example.com; path=/"]),
            ("a=1; Secure; HttpOnly", ["a=1; domain=; path=; secure; httponly"]),
            ("a=1; SameSite=Lax", ["a=1; domain=; path=; samesite=lax"]),
            ("a=1; SameSite=None", ["a=1; domain=; path=; samesite=none"]),
            ("a=1; Max-Age=60", ["a=1; max-age=60; domain=; path="]),
            (
                "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT",
                ["a=1; expires=Wed, 21 Oct 2015 07:28:00 GMT; domain=; path="],
            ),
            ("a=hello//world", ["a=hello%2F%2Fworld; domain=; path="]),  # encoded, once more if it was encoded
            ("a=b%20c", ["a=b%2520c; domain=; path="]),
            ('a="b"', ["a=b; domain=; path="]),
            ("a=2, 3", []),  # what SimpleCookie cannot parse is lost
            ("a=1; Priority=High", ["a=1; domain=; path=", "Priority=High; domain=; path="]),
        ],
    )
    def test_cookie_is_parsed_and_written_anew(self, set_cookie: str, sent: list[str]) -> None:
        # https://github.com/Azure/azure-functions-python-worker/issues/1794
        response = HttpResponse("x")
        response.headers.add("Set-Cookie", set_cookie)

        reply = host.from_native(response)

        assert [value for name, value in reply.headers if name == "set-cookie"] == sent

    @pytest.mark.parametrize("attribute", ["Expires=Wed, 21-Oct-2015 07:28:00 GMT", "Expires=0", "Max-Age=soon"])
    def test_attribute_that_the_worker_cannot_read_fails_the_invocation(self, attribute: str) -> None:
        # https://github.com/Azure/azure-functions-python-worker/blob/dev/runtimes/v2/azure_functions_runtime/bindings/
        # datumdef.py
        response = HttpResponse("x")
        response.headers.add("Set-Cookie", f"a=1; {attribute}")

        with pytest.raises(Malformed, match="the worker fails"):
            host.from_native(response)


def test_every_limit_is_one_that_a_case_asks_for_with_its_url() -> None:
    asked_for = {need for case in CASES for need in case.needs} | {"stream"}

    assert LIMITS.keys() <= asked_for
    assert all("https://" in reason for reason in LIMITS.values())
