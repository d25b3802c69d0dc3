"""Whatever a handler does, `invoke` answers for it; `call` lets the platform see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from platforms import BadRequest
from platforms.contract import Response
from platforms.invoke import InvocationFailed, buffer, call, deliver, error_response, invoke, refuse, too_large
from platforms.result import InvalidResult, Stream
from tests.platforms.builders import REQUEST_ID, Chunks, answer, error_of, make_context, make_event, stable_id

GET = make_event("GET")


def raising(error: BaseException) -> Any:
    """Return a handler that raises."""

    def handle(event: Any, context: Any) -> None:
        raise error

    return handle


class TestAnswer:
    def test_invoke_result_is_normalised(self) -> None:
        assert answer(lambda event, context: ("x", 201)).status == 201

    def test_invoke_handler_gets_event_and_context(self) -> None:
        context = make_context(GET)
        seen: list[Any] = []
        invoke(lambda *both: seen.extend(both), GET, context)

        assert seen == [GET, context]

    def test_invoke_head_has_the_length_and_no_body(self) -> None:
        response = answer(lambda event, context: "four", method="HEAD")

        assert response.body == b""
        assert ("Content-Length", "4") in response.headers


class TestErrors:
    def test_invoke_handler_raising_is_a_500_that_tells_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        response = answer(raising(RuntimeError("secret detail")))

        assert response.status == 500
        assert error_of(response) == "internal error"
        (record,) = caplog.records
        assert REQUEST_ID in record.getMessage()
        assert record.__dict__["request_id"] == REQUEST_ID
        assert record.exc_info is not None
        assert str(record.exc_info[1]) == "secret detail"

    def test_invoke_rubbish_is_a_500_logged_once(self, caplog: pytest.LogCaptureFixture) -> None:
        response = answer(lambda event, context: {1, 2})

        assert (response.status, error_of(response)) == (500, "internal error")
        (record,) = caplog.records
        assert isinstance((record.exc_info or (None, None))[1], InvalidResult)

    def test_invoke_error_on_head_has_no_body(self) -> None:
        response = answer(raising(RuntimeError("secret detail")), method="HEAD")

        assert (response.status, response.body) == (500, b"")

    def test_invoke_bad_request_is_its_own_4xx_and_not_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        response = answer(raising(BadRequest("the moon is wrong", status=422)))

        assert (response.status, error_of(response)) == (422, "the moon is wrong")
        assert not caplog.records

    def test_invoke_bad_request_before_a_stream_is_its_own_4xx(self) -> None:
        response = answer(lambda event, context: Chunks(BadRequest("the moon is wrong")))

        assert (response.status, error_of(response)) == (400, "the moon is wrong")

    @pytest.mark.parametrize("status", [99, 200, 500, 600])
    def test_invoke_bad_request_of_no_such_status_is_a_logged_500(
        self, caplog: pytest.LogCaptureFixture, status: int
    ) -> None:
        def handle(event: Any, context: Any) -> None:
            raise BadRequest("the moon is wrong", status)

        response = answer(handle)

        assert (response.status, error_of(response)) == (500, "internal error")
        assert len(caplog.records) == 1

    def test_invoke_bad_request_quoting_a_lone_surrogate_is_still_an_answer(self) -> None:
        """A handler quotes what the caller sent, and JSON can send half a surrogate pair."""
        event = make_event(body=b'"\\ud800"')
        response = invoke(
            lambda event, context: raising(BadRequest(f"no {event.json()}"))(event, context), event, make_context()
        )

        assert response.status in (400, 500)

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["SystemExit", "KeyboardInterrupt"])
    def test_invoke_exit_is_not_swallowed(self, error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(type(error)):
            answer(raising(error))
        assert not caplog.records

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["SystemExit", "KeyboardInterrupt"])
    def test_invoke_exit_before_a_stream_is_not_swallowed_and_closes_it(self, error: BaseException) -> None:
        chunks = Chunks(error)

        with pytest.raises(type(error)):
            answer(lambda event, context: chunks)
        assert chunks.closes == 1


class TestRaiseErrors:
    def test_invoke_raise_errors_lets_the_error_through(self, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(RuntimeError, match="secret detail"):
            answer(raising(RuntimeError("secret detail")), raise_errors=True)
        assert not caplog.records

    def test_invoke_raise_errors_lets_rubbish_through(self) -> None:
        with pytest.raises(InvalidResult):
            answer(lambda event, context: {1, 2}, raise_errors=True)

    def test_invoke_raise_errors_still_answers_a_bad_request(self) -> None:
        assert answer(raising(BadRequest("the moon is wrong")), raise_errors=True).status == 400


class TestCall:
    @pytest.mark.parametrize("error", [RuntimeError("x"), BadRequest("x"), SystemExit(1)], ids=stable_id)
    def test_call_lets_every_error_through(self, error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(type(error)):
            call(raising(error), GET, make_context())
        assert not caplog.records

    def test_call_result_is_normalised(self) -> None:
        assert call(lambda event, context: {"a": 1}, GET, make_context()).body == b'{"a": 1}'


class TestDeliver:
    def test_deliver_returns_the_whole_body_and_closes_a_stream(self) -> None:
        chunks = Chunks(b"a", b"b")

        assert deliver(lambda event, context: chunks, GET, make_context(GET)).body == b"ab"
        assert chunks.closes == 1

    def test_deliver_error_s_status_is_a_failure_with_the_answer(self) -> None:
        chunks = Chunks(b"later\xff")

        with pytest.raises(InvocationFailed, match=r"^the handler answered 503: later\ufffd$"):
            deliver(lambda event, context: (chunks, 503), GET, make_context(GET))
        assert chunks.closes == 1

    def test_deliver_lets_the_handler_s_exception_go_on(self) -> None:
        with pytest.raises(ZeroDivisionError):
            deliver(lambda event, context: 1 / 0, GET, make_context(GET))


class TestErrorReplies:
    def test_error_response_has_the_error_and_the_id(self) -> None:
        response = error_response("no", 418, REQUEST_ID)

        assert (response.status, error_of(response)) == (418, "no")
        assert error_response("no", 418, REQUEST_ID, "HEAD").body == b""

    def test_refuse_has_the_message_and_status_of_the_bad_request(self) -> None:
        response = refuse(BadRequest("no", 413), REQUEST_ID)

        assert (response.status, error_of(response)) == (413, "no")
        assert refuse(BadRequest("no", 413), REQUEST_ID, "HEAD").body == b""


class TestStreams:
    def test_invoke_stream_is_not_drawn_beyond_its_first_chunk(self) -> None:
        drawn: list[int] = []

        def count() -> Iterator[bytes]:
            for number in range(3):
                drawn.append(number)
                yield b"%d" % number

        response = answer(lambda event, context: count())

        assert isinstance(response.body, Stream)
        assert drawn == [0]
        assert b"".join(response.body) == b"012"

    @pytest.mark.parametrize("drawn", [0, 1, 2, 3, 4])
    def test_invoke_stream_closed_at_any_time_closes_the_handlers_once(self, drawn: int) -> None:
        chunks = Chunks(b"a", b"b", b"c")
        stream = answer(lambda event, context: chunks).body
        for _ in range(drawn):
            next(stream, None)
        stream.close()
        stream.close()

        assert chunks.closes == 1

    def test_invoke_stream_failing_midway_is_logged_once_and_raised(self, caplog: pytest.LogCaptureFixture) -> None:
        chunks = Chunks(b"a", RuntimeError("secret detail"))
        stream = answer(lambda event, context: chunks).body

        assert next(stream) == b"a"
        with pytest.raises(RuntimeError, match="secret detail"):
            next(stream)
        stream.close()
        assert chunks.closes == 1
        (record,) = caplog.records
        assert record.__dict__["request_id"] == REQUEST_ID
        assert "in the middle of its stream" in record.getMessage()

    def test_invoke_head_and_204_of_a_stream_close_it(self) -> None:
        for method, status in (("HEAD", 200), ("GET", 204), ("GET", 304)):
            chunks = Chunks(b"a", b"b")
            response = answer(lambda event, context, chunks=chunks, status=status: (chunks, status), method=method)

            assert response.body == b""
            assert chunks.closes == 1


class TestBuffer:
    def test_buffer_bytes_stay(self) -> None:
        response = Response(b"four", 200, [])

        assert buffer(response, make_context(), "GET", 4, "the moon") == response

    def test_buffer_stream_becomes_bytes_and_is_closed(self) -> None:
        chunks = Chunks(b"a", "é")
        response = buffer(Response(Stream(chunks), 201, [("A", "1")]), make_context(), "GET", 9, "the moon")

        assert response == Response("aé".encode(), 201, [("A", "1")])
        assert chunks.closes == 1

    @pytest.mark.parametrize("body", [b"12345", Stream(Chunks(b"123", b"45", RuntimeError("not reached")))])
    def test_buffer_body_over_the_limit_is_a_logged_500_naming_it(
        self, body: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        response = buffer(Response(body, 200, []), make_context(), "GET", 4, "the moon")

        assert response.status == 500
        assert "the reply is larger than the " in error_of(response)
        assert "MB that the moon carries" in error_of(response)
        assert REQUEST_ID in caplog.records[0].getMessage()

    def test_buffer_stream_over_the_limit_is_closed_unread(self) -> None:
        chunks = Chunks(b"123", b"45", b"67")
        buffer(Response(Stream(chunks), 200, []), make_context(), "GET", 4, "the moon")

        assert chunks.closes == 1
        assert list(chunks) == [b"67"]

    def test_buffer_stream_failing_midway_is_a_500_logged_once(self, caplog: pytest.LogCaptureFixture) -> None:
        chunks = Chunks(b"a", RuntimeError("secret detail"))
        response = buffer(answer(lambda event, context: chunks), make_context(), "GET", 99, "the moon")

        assert (response.status, error_of(response)) == (500, "internal error")
        assert chunks.closes == 1
        assert len(caplog.records) == 1

    def test_buffer_exit_midway_is_not_swallowed_and_closes(self) -> None:
        chunks = Chunks(b"a", SystemExit(3))

        with pytest.raises(SystemExit):
            buffer(answer(lambda event, context: chunks), make_context(), "GET", 99, "the moon")
        assert chunks.closes == 1

    def test_too_large_names_the_megabytes(self) -> None:
        assert "larger than the 6 MB that the moon" in error_of(too_large(make_context(), "GET", 6 * 2**20, "the moon"))
