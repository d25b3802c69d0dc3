"""`handle_http`: the reply that a server sends of what a handler returns, as far as Flask has its own ideas of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from platforms.contract import Context, Event
from platforms.google_cloud.limits import MAX_REPLY_BYTES
from platforms.google_cloud.shim import make_handle_http
from tests.conformance import Broken, Reply, Request

from . import driver
from .driver import make_environ, make_request


def send_to(handler: Any, request: Request | None = None, **environ: str) -> Reply:
    """Return the reply that a server makes of a handler's answer."""
    return driver.send_to(make_handle_http(handler, environ))(request or Request()).reply


def fail(event: Event, context: Context) -> None:
    raise RuntimeError("the secret")


class TestReplies:
    @pytest.mark.parametrize("location", ["/caf\xe9", "http://[::1", "//a/b c"])
    def test_location_is_as_the_handler_gave_it(self, location: str) -> None:
        reply = send_to(lambda event, context: ("", 303, {"Location": location}))

        assert reply.header("location") == location

    def test_reply_without_a_type_gets_none_of_flask_s(self) -> None:
        assert send_to(lambda event, context: ("", 304)).headers == []

    def test_malformed_request_is_refused_with_its_id(self) -> None:
        reply = send_to(lambda event, context: "never", Request("GET", "/%zz", (("Function-Execution-Id", "zNoKK"),)))

        assert reply.status == 400
        assert reply.json()["requestId"] == "zNoKK"

    def test_handler_that_raises_is_a_500_that_hides_it(self, caplog: pytest.LogCaptureFixture) -> None:
        reply = send_to(fail)

        assert (reply.status, reply.json()["error"]) == (500, "internal error")
        assert b"the secret" not in reply.body
        assert "the secret" in caplog.text

    def test_handler_that_raises_raises_with_raise_errors(self) -> None:
        with pytest.raises(RuntimeError, match="the secret"):
            send_to(fail, RAISE_ERRORS="1")


class TestStreams:
    def test_stream_is_closed_when_the_client_goes_away(self) -> None:
        closed: list[str] = []

        def chunks() -> Iterator[str]:
            try:
                yield from ("one", "two")
            finally:
                closed.append("closed")

        reply: Any = make_handle_http(lambda event, context: chunks(), {})(make_request(Request()))
        body = reply(make_environ(Request()), lambda status, headers: None)

        assert next(iter(body)) == b"one"
        assert closed == []
        body.close()
        assert closed == ["closed"]

    def test_stream_that_fails_breaks_off(self, caplog: pytest.LogCaptureFixture) -> None:
        def chunks() -> Iterator[str]:
            yield "one"
            raise RuntimeError("the secret")

        with pytest.raises(Broken):
            send_to(lambda event, context: chunks())
        assert "in the middle of its stream" in caplog.text

    def test_stream_has_no_length(self) -> None:
        assert send_to(lambda event, context: iter(["one"])).header("content-length") is None


class TestSize:
    BIG = b"x" * (MAX_REPLY_BYTES + 1)

    def test_reply_that_cloud_run_does_not_carry_is_a_clear_500(self, caplog: pytest.LogCaptureFixture) -> None:
        reply = send_to(lambda event, context: self.BIG, K_SERVICE="meditations")

        assert reply.status == 500
        assert "larger than the 32 MB" in reply.json()["error"]
        assert "larger than the 32 MB" in caplog.text

    def test_every_other_reply_goes_out(self) -> None:
        fits = send_to(lambda event, context: self.BIG[:-1], K_SERVICE="meditations")
        elsewhere = send_to(lambda event, context: self.BIG)
        stream = send_to(lambda event, context: iter([self.BIG]), K_SERVICE="meditations")

        assert [reply.status for reply in (fits, elsewhere, stream)] == [200, 200, 200]
