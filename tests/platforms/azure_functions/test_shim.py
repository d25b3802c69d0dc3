"""Azure's HTTP trigger: what the handler sees, what comes back, and what is refused."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as azf
import pytest
from azure.functions.http import HttpRequestConverter
from azure.functions.meta import Datum

from platforms.azure_functions.settings import timeout_of
from platforms.azure_functions.shim import make_http, to_event
from platforms.contract import BadRequest, Response
from portable.emulators import azure_functions as host
from tests.conformance import Reply, Request
from tests.platforms.azure_functions.driver import native_context
from tests.platforms.golden import Golden, check, load

PREFIX = "AzureFunctionsJobHost__extensions__http__routePrefix"
TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def event_of(url: str, environ: dict[str, str] | None = None, *, trace_parent: str = "", **headers: str) -> Any:
    """Return the Event of a GET."""
    request = azf.HttpRequest("GET", url, headers=headers, body=b"")
    return to_event(request, native_context(trace_parent=trace_parent), environ or {})


def send(handler: Callable[..., Any], request: Request = Request(), **environ: str) -> Reply:  # noqa: B008 - frozen
    """Call the HTTP function as host and worker would."""
    response = make_http(handler, environ)(host.to_native(request), native_context())
    return host.from_native(response, request.method)


@pytest.mark.parametrize("golden", load(Path(__file__).parent, "requests"), ids=lambda golden: golden.name)
def test_golden_request(golden: Golden) -> None:
    told = dict(golden.event)
    value: dict[str, Any] = {name: Datum(told[name], "string") for name in ("method", "url")}
    for name in ("headers", "query", "params"):
        value[name] = {key: Datum(text, "string") for key, text in told[name].items()}
    value["body"] = Datum(told["body"].encode(), "bytes")
    request = HttpRequestConverter.decode(Datum(value, "http"), trigger_metadata={})

    check(golden, to_event(request, native_context(), {}))


class TestRequests:
    def test_path_and_query_are_those_of_the_url(self) -> None:
        event = event_of("https://moon.example/a%20b/?q=&q=1")

        assert (event.scheme, event.host, event.path) == ("https", "moon.example", "/a b/")
        assert event.query.getlist("q") == ["", "1"]

    def test_url_without_a_path_is_the_root(self) -> None:
        assert event_of("https://moon.example").path == "/"

    @pytest.mark.parametrize(
        ("path", "base_path", "seen"),
        [
            *(("/api/a", "/api", "/a"), ("/api", "/api", "/"), ("/apix", "", "/apix"), ("/", "", "/")),
            ("/API/A", "/API", "/A"),  # the host's routes know no case
        ],
    )
    def test_route_prefix_is_taken_off_by_whole_segments(self, path: str, base_path: str, seen: str) -> None:
        event = event_of(f"https://moon.example{path}", {PREFIX: "api"})

        assert (event.base_path, event.path) == (base_path, seen)

    def test_trace_of_the_invocation_stands_in_for_a_header(self) -> None:
        assert event_of("https://moon.example/", trace_parent=TRACE_PARENT).headers["traceparent"] == TRACE_PARENT

    def test_trace_that_the_caller_sent_stays(self) -> None:
        event = event_of("https://moon.example/", trace_parent=TRACE_PARENT, traceparent="00-sent")

        assert event.headers["traceparent"] == "00-sent"

    def test_body_in_chunks_is_refused_for_it_would_seem_empty(self) -> None:
        reply = send(lambda event, context: "never", Request("POST", "/", body=b"moon", chunked=True))

        assert reply.status == 411
        assert "Content-Length" in reply.json()["error"]

    def test_chunks_are_seen_however_they_are_spelled(self) -> None:
        with pytest.raises(BadRequest, match="in chunks"):
            event_of("https://moon.example/", {}, **{"Transfer-Encoding": "Chunked"})

    def test_context_says_which_app_invocation_and_deadline(self) -> None:
        def handle(event: Any, context: Any) -> Any:
            return [context.function_name, context.request_id, context.platform, 0 < context.remaining_seconds() <= 230]

        seen = send(handle, WEBSITE_SITE_NAME="moon").json()

        assert seen == ["moon", native_context().invocation_id, "azure_functions", True]

    def test_native_is_azure_s_own_request_and_context(self) -> None:
        def handle(event: Any, context: Any) -> Any:
            request, facts = context.native
            return [type(request).__name__, facts.function_name]

        assert send(handle).json() == ["HttpRequest", "http"]


class TestReplies:
    def test_cookie_that_azure_changes_is_logged_without_its_value(self, caplog: pytest.LogCaptureFixture) -> None:
        reply = send(lambda event, context: Response("x", 200, {"Set-Cookie": "session=top/secret; Partitioned"}))

        assert reply.header("set-cookie") == "session=top%2Fsecret; domain=; path="
        assert "session: Partitioned is lost" in caplog.text
        assert "secret" not in caplog.text

    def test_cookie_that_azure_would_drop_is_an_error(self, caplog: pytest.LogCaptureFixture) -> None:
        reply = send(lambda event, context: Response("x", 200, {"Set-Cookie": "a=2, 3"}))

        assert reply.status == 500
        assert "drops the cookie 'a'" in reply.json()["error"]
        assert "drops the cookie" in caplog.text

    def test_header_that_the_host_would_refuse_is_an_error(self) -> None:
        reply = send(lambda event, context: Response("x", 200, {"X-A": "café"}))

        assert reply.status == 500
        assert "X-A has other characters" in reply.json()["error"]

    def test_error_reaches_the_worker_only_if_it_is_asked_for(self, caplog: pytest.LogCaptureFixture) -> None:
        def handle(event: Any, context: Any) -> Any:
            raise RuntimeError("top secret")

        assert send(handle).json()["error"] == "internal error"
        assert [record.levelno for record in caplog.records] == [logging.ERROR]
        with pytest.raises(RuntimeError, match="top secret"):
            send(handle, RAISE_ERRORS="1")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:05:00", 300.0),
        ("1.00:00:30", 86430.0),
        ("00:05:00.5", 300.5),
        ("00:05", 300.0),
        ("1:00:00:30", 86430.0),
        ("2", 172800.0),
        ("-1", None),
        ("", None),
        ("5 minutes", None),
        ("5:", None),
        ("-1.00:00:00", None),
    ],
)
def test_function_timeout_is_a_time_span_of_net(text: str, seconds: float | None) -> None:
    assert timeout_of({"AzureFunctionsJobHost__functionTimeout": text}) == seconds
