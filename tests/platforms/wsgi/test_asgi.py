"""The ASGI application in process: bodies, limits, clients that leave, handlers that are late."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from platforms.wsgi.asgi import to_event
from platforms.wsgi.responder import Responder
from tests.conformance import Request
from tests.platforms.builders import Chunks, outcome
from tests.platforms.wsgi.asgi_server import GONE, Client, application_of, make_scope, pieces, serve, whole


def echo(event: Any, context: Any) -> Any:
    """Answer with the body."""
    return event.body


class TestEvent:
    def test_scope_comes_out_as_its_event(self) -> None:
        headers = (("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=1"), ("Cookie", "b=2"))
        event = to_event(make_scope(Request("PUT", "/a%2Fb?x=1", headers)), b"body")

        assert (event.method, event.raw_path, event.path, event.raw_query) == ("PUT", "/a%2Fb", "/a/b", "x=1")
        assert (event.headers["x-two"], dict(event.cookies)) == ("1, 2", {"a": "1", "b": "2"})
        assert (event.scheme, event.host, event.client_ip, event.body) == (
            "http",
            "localhost:8080",
            "192.0.2.1",
            b"body",
        )

    def test_scope_without_host_or_client_is_the_servers(self) -> None:
        event = to_event(make_scope(Request(), headers=[], client=None), b"")

        assert (event.host, event.client_ip) == ("127.0.0.1", "")

    def test_options_of_the_whole_server_is_the_root(self) -> None:
        assert to_event(make_scope(Request("OPTIONS", "*")), b"").path == "/"

    def test_bytes_not_encoded_in_the_target_are_encoded(self) -> None:
        """As the WSGI shim has them: both servers must tell a handler the same."""
        event = to_event(make_scope(Request("GET", "/caf\u00c3\u00a9?x=\u00c3\u00a9")), b"")

        assert (event.path, event.raw_path) == ("/café", "/caf%C3%A9")
        assert event.query["x"] == "é"

    def test_root_path_is_taken_off_the_path(self) -> None:
        event = to_event(make_scope(Request("GET", "/api/a%2Fb"), root_path="/api"), b"")

        assert (event.raw_path, event.base_path) == ("/a%2Fb", "/api")


class TestBody:
    @pytest.mark.parametrize(
        "messages",
        [
            whole(b"body"),
            [{"type": "http.request", "body": b"body"}],
            [*pieces(b"bo"), *whole(b"dy")],
            [*pieces(b"", b"body"), {"type": "http.request"}],
        ],
        ids=["whole", "no-more-body-key", "two", "ends-empty"],
    )
    def test_body_however_it_comes_is_whole(self, messages: list[dict[str, Any]]) -> None:
        reply = serve(application_of(echo), make_scope(Request()), lambda: Client(messages)).reply()

        assert (reply.status, reply.body, reply.header("content-length")) == (200, b"body", "4")

    @pytest.mark.parametrize(
        "messages",
        [pieces(b"12", b"345"), [*pieces(b"123"), *whole(b"45")], whole(b"12345")],
        ids=["pieces", "last-piece", "at-once"],
    )
    def test_body_over_the_limit_is_a_413(self, messages: list[dict[str, Any]]) -> None:
        application = application_of(lambda event, context: 1 / 0, max_body_bytes=4)
        reply = serve(application, make_scope(Request()), lambda: Client(messages)).reply()

        assert reply.status == 413
        assert reply.json()["error"].startswith("the body is over")

    def test_body_of_just_the_limit_is_taken(self) -> None:
        application = application_of(echo, max_body_bytes=4)

        assert (
            serve(application, make_scope(Request()), lambda: Client(pieces(b"12") + whole(b"34"))).reply().body
            == b"1234"
        )

    @pytest.mark.parametrize("messages", [[GONE], [*pieces(b"12"), GONE]], ids=["at-once", "midway"])
    def test_body_cut_short_is_a_400_and_never_reaches_the_handler(self, messages: list[dict[str, Any]]) -> None:
        application = application_of(lambda event, context: 1 / 0)
        reply = serve(application, make_scope(Request()), lambda: Client(messages)).reply()

        assert reply.status == 400
        assert reply.json()["error"] == "the body is malformed or was cut short"

    def test_malformed_path_is_a_400_without_a_body_on_head(self) -> None:
        scope = make_scope(Request("HEAD", "/%zz"))
        reply = serve(application_of(echo), scope, lambda: Client(whole())).reply()

        assert (reply.status, reply.body) == (400, b"")
        assert (
            serve(application_of(echo), make_scope(Request("GET", "/%zz")), lambda: Client(whole())).reply().status
            == 400
        )

    def test_refusal_has_the_callers_request_id(self) -> None:
        scope = make_scope(Request("GET", "/%zz", (("X-Request-Id", "mine"),)))

        assert serve(application_of(echo), scope, lambda: Client(whole())).reply().json()["requestId"] == "mine"

    def test_scope_that_is_not_http_is_left_alone(self) -> None:
        assert serve(application_of(echo), {"type": "lifespan"}, lambda: Client([])).got == []


class TestAnswer:
    @pytest.mark.parametrize(("method", "status"), [("GET", 204), ("GET", 304), ("HEAD", 200)])
    def test_answer_without_content_has_no_body(self, method: str, status: int) -> None:
        application = application_of(lambda event, context: ("four", status))
        reply = serve(application, make_scope(Request(method)), lambda: Client(whole())).reply()

        assert (reply.status, reply.body) == (status, b"")
        assert reply.header("content-length") == ("4" if method == "HEAD" else None)

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=["SystemExit", "KeyboardInterrupt"])
    def test_handler_leaving_reaches_the_server(self, error: BaseException) -> None:
        def handle(event: Any, context: Any) -> None:
            raise error

        with pytest.raises(type(error)):
            serve(application_of(handle), make_scope(Request()), lambda: Client(whole()))

    @pytest.mark.parametrize("error", [ZeroDivisionError, StopIteration, RuntimeError])
    def test_raise_errors_of_any_kind_reaches_the_server(self, error: type[Exception]) -> None:
        """StopIteration (a `next` too many) cannot be set on a future: it must not hang the request."""

        def handle(event: Any, context: Any) -> None:
            raise error("secret")

        application = application_of(handle, {"RAISE_ERRORS": "1"})
        result = outcome(lambda: serve(application, make_scope(Request()), lambda: Client(whole()), timeout_s=3.0))

        assert isinstance(result, Exception)
        assert not isinstance(result, TimeoutError), "it hangs"

    def test_requests_beyond_the_limit_are_refused_and_all_are_counted_out(self) -> None:
        responder = Responder(echo, {})
        responder.max_in_flight = 1
        responder.in_flight.enter(1)
        application = application_of(echo, responder=responder)

        assert serve(application, make_scope(Request()), lambda: Client(whole())).reply().status == 429
        responder.in_flight.leave()
        assert serve(application, make_scope(Request()), lambda: Client(whole())).reply().status == 200
        assert responder.in_flight.count == 0

    def test_requests_at_the_same_time_each_get_their_own_answer(self) -> None:
        together = threading.Barrier(4)

        def handle(event: Any, context: Any) -> bytes:
            together.wait(10)
            return event.body  # type: ignore[no-any-return]

        application = application_of(handle)

        async def run() -> list[bytes]:
            clients = [Client(whole(b"%d" % number)) for number in range(4)]
            await asyncio.gather(*(application(make_scope(Request()), one.receive, one.send) for one in clients))
            return [one.reply().body for one in clients]

        assert asyncio.run(run()) == [b"0", b"1", b"2", b"3"]


class TestStream:
    @pytest.mark.parametrize("chunks", [(), (b"a",), (b"a", b"", "é")])
    def test_stream_arrives_chunk_by_chunk_and_is_closed(self, chunks: tuple[Any, ...]) -> None:
        body = Chunks(*chunks)
        client = serve(application_of(lambda event, context: body), make_scope(Request()), lambda: Client(whole()))
        reply = client.reply()

        assert reply.body == b"".join(chunk if isinstance(chunk, bytes) else chunk.encode() for chunk in chunks)
        assert reply.header("content-length") is None
        assert body.closes == 1

    def test_stream_failing_midway_is_broken_off_and_closed(self) -> None:
        body = Chunks(b"a", RuntimeError("midway"))
        responder = Responder(lambda event, context: body, {})
        clients: list[Client] = []

        def make_client() -> Client:
            clients.append(Client(whole()))
            return clients[0]

        with pytest.raises(RuntimeError, match="midway"):
            serve(application_of(None, responder=responder), make_scope(Request()), make_client)
        assert [message.get("more_body") for message in clients[0].got] == [None, True]
        assert (body.closes, responder.in_flight.count) == (1, 0)

    @pytest.mark.parametrize("leave_after", [1, 2, 3])
    def test_client_leaving_midway_closes_the_handlers_stream(self, leave_after: int) -> None:
        body = Chunks(*[b"x"] * 100)
        application = application_of(lambda event, context: body)
        client = serve(application, make_scope(Request()), lambda: Client(whole(), leave_after=leave_after))

        assert body.closes == 1
        assert len(client.got) <= leave_after + 1

    def test_send_that_fails_closes_the_handlers_stream(self) -> None:
        class Broken(Client):
            async def send(self, message: Any) -> None:
                raise ConnectionResetError

        body = Chunks(b"a", b"b")
        with pytest.raises(ConnectionResetError):
            serve(application_of(lambda event, context: body), make_scope(Request()), lambda: Broken(whole()))
        assert body.closes == 1


def test_stream_to_a_request_without_a_body_is_whole() -> None:
    """Its body was never asked for, so the first message after the start is that, and not the client's leaving."""
    application = application_of(lambda event, context: iter([b"one ", b"two ", b"three"]))

    assert serve(application, make_scope(Request("GET")), lambda: Client(whole())).reply().body == b"one two three"
