"""The ASGI application when a handler is late: a 504 in its place, and its answer closed when it comes."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from platforms.contract import Event
from platforms.wsgi.responder import Responder
from tests.conformance import Reply, Request
from tests.platforms.builders import Chunks, Unclosable
from tests.platforms.wsgi.asgi_server import Client, application_of, loop_thread, make_scope, serve, whole


class Timed(Responder):
    """Gives a POST next to no time, and anything else all of it; a POST is answered once `answered` is set."""

    def __init__(self, result: Any) -> None:
        super().__init__(lambda event, context: result if event.method == "POST" else "next", {})
        self.answered = threading.Event()

    def timeout_s(self, event: Event) -> float | None:
        """Return a time that no handler makes, or one that each does."""
        return 0.001 if event.method == "POST" else 60.0

    def respond(self, event: Event, native: Any = None) -> Any:
        """Answer, when it is too late."""
        if event.method == "POST":
            self.answered.wait(10)
        return super().respond(event)


def late(result: Any) -> Reply:
    """Return the answer to a request whose handler returns `result` only then; all of it is over when this returns."""
    responder = Timed(result)
    application = application_of(None, responder=responder, threads=1)

    async def run() -> Client:
        client, following = Client(whole()), Client(whole())
        await application(make_scope(Request()), client.receive, client.send)
        responder.answered.set()
        # the only thread takes this one after the late one, so the late answer has been delivered before its own
        await application(make_scope(Request("GET")), following.receive, following.send)
        assert following.reply().body == b"next"
        if isinstance(result, Chunks):
            await asyncio.get_running_loop().run_in_executor(None, result.closed.wait, 5)
        return client

    return asyncio.run(run()).reply()


class TestTimeout:
    def test_late_whole_answer_is_dropped(self) -> None:
        reply = late("late")

        assert reply.status == 504
        assert reply.json()["error"] == "the function took too long to answer"

    def test_late_stream_is_closed(self) -> None:
        body = Chunks(b"late")
        reply = late(body)

        assert reply.status == 504
        assert body.closes == 1

    def test_late_stream_is_closed_in_a_thread_of_the_handlers(self) -> None:
        """A handler's close may block, and the loop serves every other request."""
        body = Chunks(b"late")
        late(body)

        assert body.closed_in
        assert body.closed_in != loop_thread()

    def test_late_stream_that_cannot_be_closed_costs_no_thread(self) -> None:
        body = Unclosable(b"late")
        responder = Timed(body)
        application = application_of(None, responder=responder, threads=1)

        async def run() -> list[Client]:
            clients = [Client(whole()) for _ in range(3)]
            for client, method in zip(clients, ("POST", "GET", "GET"), strict=True):
                await asyncio.wait_for(application(make_scope(Request(method)), client.receive, client.send), 10)
                responder.answered.set()
            return clients

        assert [client.reply().status for client in asyncio.run(run())] == [504, 200, 200]
        assert body.closes == 1

    def test_answer_in_time_is_the_handlers(self) -> None:
        application = application_of(None, responder=Timed("not reached"))

        assert serve(application, make_scope(Request("GET")), lambda: Client(whole())).reply().body == b"next"
