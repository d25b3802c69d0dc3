"""The responder, and the WSGI application around it: who is counted, closed and timed out when."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest

from platforms.contract import Event, Response
from platforms.invoke import invoke
from platforms.wsgi import shim
from platforms.wsgi.responder import InFlight, Responder
from platforms.wsgi.shim import make_application
from tests.conformance import Broken, Request
from tests.platforms.builders import Chunks, Unclosable, make_event
from tests.platforms.wsgi.builders import environ_of
from tests.platforms.wsgi.in_process import send


class TestResponder:
    def test_request_id_is_the_callers_cut_to_128(self) -> None:
        responder = Responder(lambda event, context: None, {})

        assert responder.request_id("i" * 200) == "i" * 128
        assert len({responder.request_id(absent) for absent in (None, None, "", "")}) == 4

    def test_function_name_is_of_the_environment(self) -> None:
        for environ, name in (
            ({}, "function"),
            ({"FUNCTION_NAME": "moon"}, "moon"),
            ({"FUNCTION_NAME": ""}, "function"),
        ):
            context = Responder(lambda event, context: None, environ).to_context(make_event())

            assert (context.function_name, context.platform, context.deadline) == (name, "wsgi", None)

    def test_raise_errors_lets_the_error_reach_the_server(self) -> None:
        application = make_application(Responder(lambda event, context: 1 / 0, {"RAISE_ERRORS": "1"}))

        with pytest.raises(ZeroDivisionError):
            send(application, Request())

    def test_in_flight_counts_up_to_its_limit(self) -> None:
        in_flight = InFlight()

        assert [in_flight.enter(2), in_flight.enter(2), in_flight.enter(2), in_flight.enter(0)] == [
            True,
            True,
            False,
            True,
        ]
        assert in_flight.count == 3
        in_flight.leave()
        assert in_flight.count == 2


class TestCounting:
    """A request is counted until its last byte is out, and a stream is closed whatever happens."""

    def application(self, result: Any, **environ: str) -> tuple[Any, Responder]:
        responder = Responder(lambda event, context: result, environ)
        return make_application(responder), responder

    def test_whole_answer_is_counted_out(self) -> None:
        application, responder = self.application("x")

        assert send(application, Request()).body == b"x"
        assert responder.in_flight.count == 0

    def test_stream_is_counted_until_closed(self) -> None:
        chunks = Chunks(b"a", b"b")
        application, responder = self.application(chunks)
        body = application(environ_of(), lambda status, headers: None)

        assert next(iter(body)) == b"a"
        assert responder.in_flight.count == 1
        body.close()
        assert (responder.in_flight.count, chunks.closes) == (0, 1)
        body.close()
        assert responder.in_flight.count == 0

    def test_stream_failing_midway_is_broken_off_and_counted_out(self, caplog: pytest.LogCaptureFixture) -> None:
        chunks = Chunks(b"a", RuntimeError("midway"))
        application, responder = self.application(chunks)

        with pytest.raises(Broken):
            send(application, Request())
        assert (responder.in_flight.count, chunks.closes, len(caplog.records)) == (0, 1, 1)

    def test_stream_whose_close_fails_is_counted_out(self) -> None:
        application, responder = self.application(Unclosable(b"a"))
        body = application(environ_of(), lambda status, headers: None)

        with pytest.raises(RuntimeError, match="cannot close"):
            body.close()
        assert responder.in_flight.count == 0

    def test_stream_that_the_server_refuses_to_start_is_closed_and_counted_out(self) -> None:
        chunks = Chunks(b"a")
        application, responder = self.application(chunks)

        def refuse(status: str, headers: list[tuple[str, str]]) -> None:
            raise OSError("the client has gone")

        with pytest.raises(OSError, match="gone"):
            application(environ_of(), refuse)
        assert (responder.in_flight.count, chunks.closes) == (0, 1)

    def test_error_raised_to_the_server_is_counted_out(self) -> None:
        responder = Responder(lambda event, context: 1 / 0, {"RAISE_ERRORS": "1"})

        with pytest.raises(ZeroDivisionError):
            make_application(responder)(environ_of(), lambda status, headers: None)
        assert responder.in_flight.count == 0


class Timed(Responder):
    """Answers 504 after next to no time."""

    def timeout_s(self, event: Event) -> float | None:
        """Return a time that no handler of these tests makes."""
        return 0.001

    def respond(self, event: Event, native: Any = None) -> Response:
        """Answer without an error of its own."""
        return invoke(self.handler, event, self.to_context(event), raise_errors=self.raise_errors)


class TestTimeout:
    def test_handler_too_slow_is_a_504_and_its_late_stream_is_closed(self) -> None:
        answered = threading.Event()
        chunks = Chunks(b"late")

        def handle(event: Any, context: Any) -> Chunks:
            answered.wait(10)
            return chunks

        reply = send(make_application(Timed(handle, {})), Request(headers=(("X-Request-Id", "mine"),)))
        answered.set()

        assert reply.status == 504
        assert reply.json() == {"error": "the function took too long to answer", "requestId": "mine"}
        assert chunks.closed.wait(5), "the late stream was never closed"

    def test_handler_too_slow_with_a_stream_that_cannot_be_closed_costs_no_thread(self) -> None:
        """The pool's only thread must be there for the next request."""
        answered = threading.Event()
        results = [Unclosable(b"late")]

        class OnePatient(Timed):
            def timeout_s(self, event: Event) -> float | None:
                return 0.001 if event.method == "POST" else 10.0

        def handle(event: Any, context: Any) -> Any:
            if event.method != "POST":
                return "next"
            answered.wait(10)
            return results[0]

        application = make_application(OnePatient(handle, {}), threads=1)
        assert send(application, Request()).status == 504
        answered.set()

        assert send(application, Request("GET")).body == b"next"
        assert results[0].closes == 1

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, ZeroDivisionError])
    def test_handler_leaving_in_its_thread_reaches_the_server(self, error: type[BaseException]) -> None:
        class Patient(Timed):
            def timeout_s(self, event: Event) -> float | None:
                return 10.0

        def handle(event: Any, context: Any) -> None:
            raise error

        with pytest.raises(error):
            send(make_application(Patient(handle, {"RAISE_ERRORS": "1"})), Request())


def test_application_of_the_sample_is_ready_at_import() -> None:
    started: list[str] = []
    body = shim.application(
        {**environ_of(), "wsgi.input": io.BytesIO()}, lambda status, headers: started.append(status)
    )

    assert json.loads(b"".join(body))["status"] == "success"
    assert started == ["200 OK"]
