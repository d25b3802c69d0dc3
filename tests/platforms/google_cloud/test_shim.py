"""`handle_http`: what it makes of a request, called as the framework calls it."""

from __future__ import annotations

import io
import time
import types
from typing import Any

import flask
import pytest

from platforms.contract import Context, Event
from platforms.google_cloud import shim
from platforms.google_cloud.shim import make_handle_http, to_context, to_event
from tests.conformance import Request

from .driver import make_environ, make_request

CLOUD_RUN = {"K_SERVICE": "meditations"}
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACE_PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def context_of(*headers: tuple[str, str], **environ: str) -> Context:
    """Return the context that a handler gets with a request that has these headers."""
    seen: list[Context] = []
    make_handle_http(lambda event, context: seen.append(context), environ)(make_request(Request("GET", "/", headers)))
    return seen[0]


def answer(handler: Any, request: flask.Request | None = None, **environ: str) -> Any:
    """Return what Flask gets for a request."""
    return make_handle_http(handler, environ)(request or make_request(Request()))


class TestEntryPoints:
    @pytest.mark.parametrize("name", ["handle_http", "handle_event"])
    def test_both_are_functions_as_the_framework_demands(self, name: str) -> None:
        assert isinstance(getattr(shim, name), types.FunctionType)

    def test_the_function_s_own_handler_is_behind_them(self) -> None:
        assert b"meditation" in shim.handle_http(make_request(Request())).get_data()


class TestBody:
    def test_request_can_still_be_read_by_who_wants_it_native(self) -> None:
        def handle(event: Event, context: Context) -> Any:
            native: flask.Request = context.native
            return [event.json(), native.get_json(), native.get_data(as_text=True)]

        request = make_request(Request("POST", "/", (("Content-Type", "application/json"),), b'{"a": 1}'))

        assert answer(handle, request).json == [{"a": 1}, {"a": 1}, '{"a": 1}']

    def test_form_can_still_be_read_native(self) -> None:
        form = (("Content-Type", "application/x-www-form-urlencoded"),)
        reply = answer(
            lambda event, context: [event.form()["a"], context.native.form["a"]],
            make_request(Request("POST", "/", form, b"a=1")),
        )

        assert reply.json == ["1", "1"]

    def test_request_that_was_read_before_is_whole(self) -> None:
        request = make_request(Request("POST", "/", (), b"meditate"))
        request.get_data()

        assert answer(lambda event, context: event.body, request).get_data() == b"meditate"

    def test_body_that_is_cut_short_answers_400(self) -> None:
        reply = answer(lambda event, context: "never", make_request(Request(body=b"abc"), CONTENT_LENGTH="10"))

        assert reply.status_code == 400
        assert "cut short: 3 bytes of the 10" in reply.json["error"]

    def test_body_that_werkzeug_finds_cut_short_answers_400(self) -> None:
        environ = make_environ(Request(body=b"abc")) | {"CONTENT_LENGTH": "10"}
        del environ["wsgi.input_terminated"]
        reply = answer(lambda event, context: "never", flask.Request(environ))

        assert reply.status_code == 400
        assert "the body cannot be read: 400 Bad Request" in reply.json["error"]

    def test_body_that_the_server_cannot_read_answers_400(self) -> None:
        class Malformed(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                raise ValueError("bad chunk")

        reply = answer(lambda event, context: "never", make_request(Request(), **{"wsgi.input": Malformed()}))

        assert (reply.status_code, reply.json["error"]) == (400, "the body cannot be read: bad chunk")


class TestWhatIsVouchedFor:
    FORWARDED = (("X-Forwarded-For", "198.51.100.7, 203.0.113.12"), ("X-Forwarded-Proto", "https"))

    @pytest.mark.parametrize(
        ("headers", "environ", "seen"),
        [
            (FORWARDED, CLOUD_RUN, ("203.0.113.12", "https")),
            (FORWARDED, {}, ("192.0.2.1", "http")),
            ((), CLOUD_RUN, ("192.0.2.1", "http")),
            ((("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-For", "::1")), CLOUD_RUN, ("::1", "http")),
            ((("X-Forwarded-Proto", "gopher"),), CLOUD_RUN, ("192.0.2.1", "http")),
            ((("X-Forwarded-Proto", "https,http"),), CLOUD_RUN, ("192.0.2.1", "http")),
        ],
    )
    def test_only_the_last_hop_on_cloud_run_is_believed(
        self, headers: Any, environ: dict[str, str], seen: tuple[str, str]
    ) -> None:
        event = to_event(make_request(Request("GET", "/", headers)), environ)

        assert (event.client_ip, event.scheme) == seen


class TestContext:
    @pytest.mark.parametrize(
        ("headers", "request_id"),
        [
            (
                [("Function-Execution-Id", "zNoKKfEjuM0A"), ("traceparent", TRACE_PARENT)],
                "zNoKKfEjuM0A",
            ),
            ([("X-Cloud-Trace-Context", f"{TRACE}/1027871334010811884;o=1")], TRACE),
            ([("traceparent", TRACE_PARENT)], TRACE),
        ],
    )
    def test_request_id_is_the_execution_s_else_the_trace_s(
        self, headers: list[tuple[str, str]], request_id: str
    ) -> None:
        assert context_of(*headers).request_id == request_id

    @pytest.mark.parametrize("value", ["", "rubbish"])
    def test_request_id_is_new_where_none_came(self, value: str) -> None:
        first, second = context_of(("traceparent", value)).request_id, context_of(("traceparent", value)).request_id

        assert len(first) == 32
        assert first != second

    @pytest.mark.parametrize(
        ("environ", "name"), [({}, "function"), (CLOUD_RUN, "meditations"), ({"K_SERVICE": ""}, "function")]
    )
    def test_function_is_called_as_the_service(self, environ: dict[str, str], name: str) -> None:
        context = context_of(**environ)

        assert (context.function_name, context.platform) == (name, "google_cloud")

    @pytest.mark.parametrize("environ", [{}, {"CLOUD_RUN_TIMEOUT_SECONDS": "0"}, {"CLOUD_RUN_TIMEOUT_SECONDS": ""}])
    def test_deadline_is_none_where_no_timeout_is_set(self, environ: dict[str, str]) -> None:
        assert context_of(**environ).deadline is None

    def test_deadline_counts_from_the_call(self) -> None:
        before = time.time()
        context = to_context(None, Event("GET"), {"CLOUD_RUN_TIMEOUT_SECONDS": "300"}, "r1")

        assert context.deadline is not None
        assert before + 300 <= context.deadline <= time.time() + 300

    def test_native_is_flask_s_request(self) -> None:
        assert isinstance(context_of().native, flask.Request)
