"""What of-watchdog reads, answers and refuses, its shim does."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from platforms.openfaas import shim
from platforms.openfaas.shim import ConfigurationError, Limits, OpenFaaSResponder
from platforms.wsgi.shim import make_application
from tests.conformance import Request
from tests.platforms.builders import make_event
from tests.platforms.wsgi.in_process import send


def responder_of(handler: Any = lambda event, context: "x", **environ: str) -> OpenFaaSResponder:
    """Return the responder of a handler in an environment."""
    return OpenFaaSResponder(handler, environ)


class TestLimits:
    def test_limits_of_an_empty_environment_are_the_defaults(self) -> None:
        assert Limits.from_environ({}) == Limits(0, 30.0, 30.0, 30.0, 1.0)
        assert Limits.from_environ({"max_inflight": " ", "exec_timeout": ""}) == Limits()

    def test_limits_are_of_watchdogs_variables(self) -> None:
        environ = {
            "max_inflight": "4",
            "exec_timeout": "1m",
            "read_timeout": "2",
            "write_timeout": " 3s ",
            "healthcheck_interval": "500ms",
        }

        assert Limits.from_environ(environ) == Limits(4, 60.0, 2.0, 3.0, 0.5)

    @pytest.mark.parametrize("name", ["exec_timeout", "read_timeout", "write_timeout", "healthcheck_interval"])
    @pytest.mark.parametrize("value", ["soon", "-1s", "10 minutes", "1.5", "-1"])
    def test_limits_bad_time_names_variable_and_value(self, name: str, value: str) -> None:
        with pytest.raises(ConfigurationError, match=f"{name} is '{value}'; it takes seconds or a Go duration such as"):
            Limits.from_environ({name: value})

    @pytest.mark.parametrize("value", ["many", "-1", "1.5", "0x4", "٤"])
    def test_limits_bad_count_names_variable_and_value(self, value: str) -> None:
        with pytest.raises(ConfigurationError, match=f"max_inflight is '{value}'; it takes a whole number of requests"):
            responder_of(max_inflight=value)


class TestProbes:
    @pytest.mark.parametrize("path", ["/_/health", "/_/ready"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_probe_is_200_without_the_handler(self, path: str, method: str) -> None:
        application = make_application(responder_of(lambda event, context: 1 / 0))

        assert send(application, Request(method, path)).status == 200

    def test_probe_of_head_has_no_body(self) -> None:
        assert send(make_application(responder_of()), Request("HEAD", "/_/health")).body == b""

    def test_probe_body_is_ok(self) -> None:
        reply = send(make_application(responder_of()), Request("GET", "/_/health"))

        assert (reply.body, reply.header("content-type")) == (b"OK", "text/plain; charset=utf-8")

    @pytest.mark.parametrize("path", ["/", "/_/healthy", "/_/health/", "/a/_/health", "/_/", "/_%2Fhealth"])
    def test_probe_of_another_path_is_the_handlers(self, path: str) -> None:
        assert send(make_application(responder_of()), Request("GET", path)).body == b"x"

    @pytest.mark.parametrize("path", ["/_/health", "/_/ready"])
    def test_probe_while_draining_is_503_and_requests_still_get_answers(self, path: str) -> None:
        responder = responder_of()
        responder.in_flight.draining = True
        application = make_application(responder)

        assert send(application, Request("GET", path)).status == 503
        assert send(application, Request()).status == 200

    def test_probe_at_the_limit_is_429_for_ready_alone(self) -> None:
        responder = responder_of(max_inflight="1")
        responder.in_flight.enter(1)
        application = make_application(responder)

        assert send(application, Request("GET", "/_/ready")).status == 429
        assert send(application, Request("GET", "/_/health")).status == 200

    def test_probe_without_a_limit_is_never_busy(self) -> None:
        responder = responder_of()
        responder.in_flight.count = 10_000

        assert send(make_application(responder), Request("GET", "/_/ready")).status == 200


class TestOverload:
    def test_request_over_the_limit_is_a_429_marked_as_the_platforms(self) -> None:
        inside, go_on = threading.Event(), threading.Event()

        def handle(event: Any, context: Any) -> str:
            inside.set()
            go_on.wait(10)
            return "x"

        responder = responder_of(handle, max_inflight="1")
        application = make_application(responder)
        replies: list[Any] = []
        first = threading.Thread(target=lambda: replies.append(send(application, Request())))
        first.start()
        assert inside.wait(10)
        refused = send(application, Request(headers=(("X-Call-Id", "call-2"),)))
        go_on.set()
        first.join(10)

        assert (refused.status, refused.header("x-openfaas-internal")) == (429, "portable")
        assert "at most 1 " in refused.json()["error"]
        assert refused.json()["requestId"] == "call-2"
        assert replies[0].status == 200
        assert send(application, Request()).status == 200

    def test_stream_counts_until_its_end(self) -> None:
        responder = responder_of(lambda event, context: iter([b"a"]), max_inflight="1")
        application = make_application(responder)
        for _ in range(3):
            assert send(application, Request()).status == 200
        assert responder.in_flight.count == 0


class TestTimeouts:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            *((None, 10.0), ("5s", 5.0), ("500ms", 0.5), ("1m", 10.0), ("10", 10.0), ("2", 2.0)),
            *(("soon", 10.0), ("", 10.0), ("0s", 10.0), ("-5s", 10.0)),
        ],
    )
    def test_x_timeout_shortens_and_never_lengthens(self, header: str | None, seconds: float) -> None:
        event = make_event(headers={"X-Timeout": header} if header is not None else {})

        assert responder_of(exec_timeout="10s").timeout_s(event) == seconds

    def test_exec_timeout_of_zero_is_none(self) -> None:
        """https://github.com/openfaas/of-watchdog#configuration says of exec_timeout: "Disabled if set to 0"."""
        seen: list[Any] = []
        responder = responder_of(lambda event, context: seen.append(context.deadline), exec_timeout="0")

        assert send(make_application(responder), Request()).status == 200
        assert seen == [None]

    def test_deadline_is_what_the_handler_sees(self) -> None:
        seen: list[float] = []
        responder = responder_of(lambda event, context: seen.append(context.remaining_seconds()), exec_timeout="1h")
        send(make_application(responder), Request(headers=(("X-Timeout", "100s"),)))

        assert 0 < seen[0] <= 100

    def test_handler_past_its_time_is_a_504_marked_as_the_platforms(self) -> None:
        answered = threading.Event()
        responder = responder_of(lambda event, context: answered.wait(10), exec_timeout="1h")
        headers = (("X-Timeout", "1ms"), ("X-Call-Id", "call-1"))
        reply = send(make_application(responder), Request(headers=headers))
        answered.set()

        assert (reply.status, reply.header("x-openfaas-internal")) == (504, "portable")
        assert reply.json() == {"error": "the function took too long to answer", "requestId": "call-1"}
        assert responder.in_flight.count == 0

    def test_head_past_its_time_has_no_body(self) -> None:
        answered = threading.Event()
        responder = responder_of(lambda event, context: answered.wait(10), exec_timeout="1ms")
        reply = send(make_application(responder), Request("HEAD"))
        answered.set()

        assert (reply.status, reply.body) == (504, b"")


class TestContext:
    def test_call_id_is_the_request_id(self) -> None:
        seen: list[Any] = []
        responder = responder_of(lambda event, context: seen.append(context), OPENFAAS_NAME="moon", FUNCTION_NAME="sun")
        headers = (("X-Call-Id", "call-1"), ("X-Request-Id", "another"))
        send(make_application(responder), Request(headers=headers))

        assert (seen[0].request_id, seen[0].function_name, seen[0].platform) == ("call-1", "moon", "openfaas")
        assert seen[0].deadline > time.time()

    def test_no_call_id_gets_a_new_one(self) -> None:
        responder = responder_of(FUNCTION_NAME="sun")

        assert len(responder.to_context(make_event()).request_id) == 32
        assert responder.to_context(make_event()).function_name == "sun"

    def test_refusal_has_the_call_id(self) -> None:
        """It is the id that the gateway's own log has."""
        reply = send(make_application(responder_of()), Request("GET", "/%zz", (("X-Call-Id", "call-1"),)))

        assert (reply.status, reply.json()["requestId"]) == (400, "call-1")


def test_application_of_the_sample_is_ready_at_import() -> None:
    assert send(shim.application, Request("GET", "/_/health")).status == 200
    assert send(shim.application, Request()).json()["status"] == "success"
