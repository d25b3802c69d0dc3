"""The environ's corners: prefixes, targets, middleware, facts that can be forged, and bodies that lie."""

from __future__ import annotations

from typing import Any

import pytest

from platforms import BadRequest
from platforms.wsgi.responder import Responder
from platforms.wsgi.shim import make_application, to_event
from tests.conformance import Request
from tests.platforms.wsgi.builders import environ_of
from tests.platforms.wsgi.in_process import send


class TestPath:
    @pytest.mark.parametrize("uri_key", ["REQUEST_URI", "RAW_URI"])
    def test_target_as_sent_keeps_the_encoded_slash(self, uri_key: str) -> None:
        event = to_event(environ_of(PATH_INFO="/a/b", REQUEST_URI=None) | {uri_key: "/a%2Fb?x=1"})

        assert (event.raw_path, event.path) == ("/a%2Fb", "/a/b")

    @pytest.mark.parametrize(
        ("script_name", "path_info", "target", "raw_path", "base_path"),
        [
            ("/api", "/a", "/api/a", "/a", "/api"),
            ("/api", "", "/api", "/", "/api"),
            ("/api", "/", "/api/", "/", "/api"),
            ("/api/v1", "/a/b", "/api/v1/a%2Fb", "/a%2Fb", "/api/v1"),
            ("/api", "//a", "/api//a", "//a", "/api"),
            ("", "/apix", "/apix", "/apix", ""),
            ("/a b", "/c", "/a%20b/c", "/c", "/a b"),
            ("/a/b", "/c", "/a%2Fb/c", "/c", "/a/b"),
            ("/caf\u00c3\u00a9", "/c", "/caf%C3%A9/c", "/c", "/café"),
        ],
    )
    def test_script_name_is_taken_off_the_target(
        self, script_name: str, path_info: str, target: str, raw_path: str, base_path: str
    ) -> None:
        event = to_event(environ_of(SCRIPT_NAME=script_name, PATH_INFO=path_info, REQUEST_URI=target))

        assert (event.raw_path, event.base_path) == (raw_path, base_path)

    @pytest.mark.parametrize(
        "target", ["http://localhost:8080/a%2Fb?x=1", "HTTPS://user@h/a%2Fb", "http://[::1]:8080/a%2Fb"]
    )
    def test_absolute_form_target_is_its_path(self, target: str) -> None:
        assert to_event(environ_of(PATH_INFO="/a/b", REQUEST_URI=target)).raw_path == "/a%2Fb"

    @pytest.mark.parametrize("target", ["http://localhost", "http://localhost?x=1", "", None])
    def test_target_without_a_path_is_the_root(self, target: str | None) -> None:
        assert to_event(environ_of(PATH_INFO="", REQUEST_URI=target)).raw_path == "/"

    @pytest.mark.parametrize("target", ["*", None])
    def test_options_of_the_whole_server_is_the_root(self, target: str | None) -> None:
        """Not every server keeps the target: wsgiref tells it as PATH_INFO alone."""
        event = to_event(environ_of(method="OPTIONS", PATH_INFO="*", REQUEST_URI=target))

        assert (event.method, event.raw_path, event.path) == ("OPTIONS", "/", "/")

    @pytest.mark.parametrize(
        ("path_info", "raw_path"),
        [("/changed", "/changed"), ("/a b%", "/a%20b%25"), ("/caf\u00c3\u00a9", "/caf%C3%A9")],
    )
    def test_path_info_changed_by_middleware_is_the_one_that_counts(self, path_info: str, raw_path: str) -> None:
        assert to_event(environ_of("/sent%2Fpath", PATH_INFO=path_info)).raw_path == raw_path

    def test_path_info_moved_to_script_name_by_middleware_stays_encoded(self) -> None:
        event = to_event(environ_of("/app/a%2Fb", SCRIPT_NAME="/app", PATH_INFO="/a/b"))

        assert (event.raw_path, event.base_path) == ("/a%2Fb", "/app")

    def test_bytes_not_encoded_in_the_target_are_encoded(self) -> None:
        sent = "/caf\u00c3\u00a9"
        event = to_event(environ_of(PATH_INFO=sent, REQUEST_URI=sent, QUERY_STRING="x=\u00c3\u00a9 y"))

        assert (event.path, event.raw_path) == ("/café", "/caf%C3%A9")
        assert (event.raw_query, event.query["x"]) == ("x=%C3%A9%20y", "é y")

    def test_malformed_escape_is_refused(self) -> None:
        with pytest.raises(BadRequest, match="the path has a malformed percent-escape: '%zz'"):
            to_event(environ_of(PATH_INFO="/%zz", REQUEST_URI="/%zz"))


class TestFacts:
    def test_host_is_the_header_or_the_servers_name(self) -> None:
        assert to_event(environ_of(HTTP_HOST="example.com:1")).host == "example.com:1"
        assert to_event(environ_of(HTTP_HOST=None)).host == "localhost"

    def test_forwarded_headers_vouch_for_nothing(self) -> None:
        forged: Any = {
            "HTTP_X_FORWARDED_FOR": "6.6.6.6",
            "HTTP_X_FORWARDED_PROTO": "https",
            "HTTP_X_FORWARDED_HOST": "evil",
        }
        event = to_event(environ_of(**forged))

        assert (event.client_ip, event.scheme, event.host) == ("192.0.2.1", "http", "localhost:8080")
        assert event.headers["x-forwarded-for"] == "6.6.6.6"

    def test_no_remote_address_is_empty(self) -> None:
        assert to_event(environ_of(REMOTE_ADDR=None)).client_ip == ""

    @pytest.mark.parametrize(
        ("joined", "cookies"),
        [
            ("a=1, b=2", {"a": "1", "b": "2"}),
            ("a=1,b=2; c=3", {"a": "1", "b": "2", "c": "3"}),
            ("a=1, a=2", {"a": "1"}),
            ("a=x,y", {"a": "x,y"}),
            ("a=x, y; b=2", {"a": "x, y", "b": "2"}),
            ("a=1; b=2", {"a": "1", "b": "2"}),
        ],
    )
    def test_cookies_joined_with_a_comma_are_split(self, joined: str, cookies: dict[str, str]) -> None:
        assert dict(to_event(environ_of(HTTP_COOKIE=joined)).cookies) == cookies

    def test_empty_content_type_and_length_are_no_headers(self) -> None:
        assert dict(to_event(environ_of(CONTENT_TYPE="", CONTENT_LENGTH="", HTTP_HOST=None)).headers) == {}


class TestBody:
    @pytest.mark.parametrize("length", ["abc", "-1", "+5", "1e3", "0x10", "\u0665", "5, 5", " 5", "9" * 20, "9" * 5000])
    def test_content_length_not_a_number_is_a_400(self, length: str) -> None:
        """One that no memory holds is no number either."""
        with pytest.raises(BadRequest, match=r"Content-Length|cut short"):
            to_event(environ_of(body=b"12345", CONTENT_LENGTH=length))

    def test_body_cut_short_is_a_400_that_counts(self) -> None:
        with pytest.raises(BadRequest, match="cut short: 3 bytes of the 5 that Content-Length tells"):
            to_event(environ_of(body=b"123", CONTENT_LENGTH="5"))

    def test_body_longer_than_its_length_ends_there(self) -> None:
        assert to_event(environ_of(body=b"12345", CONTENT_LENGTH="3")).body == b"123"

    @pytest.mark.parametrize(("terminated", "body"), [(True, b"12345"), (False, b""), (None, b"")])
    def test_body_without_a_length_is_read_if_it_ends(self, terminated: Any, body: bytes) -> None:
        changed: dict[str, Any] = {"CONTENT_LENGTH": None, "wsgi.input_terminated": terminated}

        assert to_event(environ_of(body=b"12345", **changed)).body == body

    def test_refused_request_never_reaches_the_handler(self) -> None:
        application = make_application(Responder(lambda event, context: 1 / 0, {}))
        reply = send(application, Request(body=b"123"), CONTENT_LENGTH="5")

        assert reply.status == 400
        assert "cut short" in reply.json()["error"]

    def test_refused_head_has_no_body(self) -> None:
        application = make_application(Responder(lambda event, context: 1 / 0, {}))

        assert send(application, Request("HEAD", body=b"123"), CONTENT_LENGTH="5").body == b""

    def test_refusal_has_the_callers_request_id(self) -> None:
        """So that the caller finds its request again, as with any other error."""
        application = make_application(Responder(lambda event, context: 1 / 0, {}))
        reply = send(application, Request(body=b"123", headers=(("X-Request-Id", "mine"),)), CONTENT_LENGTH="5")

        assert reply.json()["requestId"] == "mine"
