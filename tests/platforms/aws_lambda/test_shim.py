"""Which dialect an event is in, what a direct invocation gets, and how replies and refusals look."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest

from platforms import BadRequest
from platforms.aws_lambda import shim
from platforms.aws_lambda.shim import (
    FUNCTION_URL,
    HTTP_API_V1,
    HTTP_API_V2,
    LOAD_BALANCER,
    REST_API,
    dialect_of,
    make_lambda_handler,
    to_event,
)
from platforms.invoke import InvocationFailed
from tests.conformance import Request
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS, FrontDoor, Invocation
from tests.platforms.builders import Chunks, stable_id

DOORS = pytest.mark.parametrize("door", FRONT_DOORS, ids=lambda door: door.name)
DIALECTS = (REST_API, HTTP_API_V1, HTTP_API_V2, FUNCTION_URL, LOAD_BALANCER, LOAD_BALANCER)


def run(handler: Any, native: Any, **environ: str) -> Any:
    """Return what Lambda gets for an event."""
    return make_lambda_handler(handler, environ)(native, Invocation())


def event_of(door: FrontDoor, method: str = "POST", target: str = "/", **sent: Any) -> dict[str, Any]:
    """Return the event that a front door sends."""
    event: dict[str, Any] = door.to_event(Request(method, target, **sent))
    return event


class TestDispatch:
    @pytest.mark.parametrize(
        ("door", "dialect"),
        list(zip(FRONT_DOORS, DIALECTS, strict=True)),
        ids=lambda value: getattr(value, "name", ""),
    )
    def test_dialect_of_each_front_door_is_its_own(self, door: FrontDoor, dialect: Any) -> None:
        assert dialect_of(event_of(door)) is dialect

    @pytest.mark.parametrize(
        "native",
        [
            *(None, 0, 1.5, True, "", "text", [], [{"version": "2.0"}], {}),
            {"requestContext": None},
            {"requestContext": "http"},
            {"httpMethod": "GET"},
            {"httpMethod": "GET", "path": "/"},
            {"path": "/", "resource": "/"},
            {"version": "2.0"},
            {"version": "2.0", "requestContext": {}},
            {"version": "2.0", "requestContext": {"http": None}},
            {"version": "2.0", "requestContext": {"http": {}}},
            {"version": "1.0"},
            {"version": "0", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
            {"Records": [{"body": "x"}]},
            {"requestContext": {"connectionId": "x", "eventType": "CONNECT"}},
            {"raw_path": "/", "method": "GET", "headers": {}},
            {"version": "2.0", "path": "/", "method": "GET", "requestContext": {"serviceNetworkArn": "arn:x"}},
        ],
        ids=stable_id,
    )
    def test_dialect_of_no_known_shape_is_a_direct_invocation(self, native: Any) -> None:
        assert dialect_of(native) is None
        assert to_event(native).json() == native

    @pytest.mark.parametrize(
        "native",
        [
            {"type": "REQUEST", "methodArn": "arn:x", "resource": "/", "path": "/", "httpMethod": "GET", "headers": {}},
            {
                "version": "2.0",
                "type": "REQUEST",
                "routeArn": "arn:x",
                "rawPath": "/",
                "requestContext": {"http": {"method": "GET", "path": "/"}},
            },
        ],
        ids=["payload-1.0", "payload-2.0"],
    )
    def test_dialect_of_an_authorizers_request_is_a_direct_invocation(self, native: Any) -> None:
        """It looks like an HTTP event and takes a policy back, so an HTTP reply would deny everyone.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
        """
        assert dialect_of(native) is None

    def test_dialect_of_a_console_test_of_rest_is_rest(self) -> None:
        assert dialect_of({"resource": "/", "path": "/", "httpMethod": "GET", "requestContext": None}) is REST_API


class TestDirect:
    @pytest.mark.parametrize("payload", [None, 0, False, "", "é", [], [1], {}, {"a": {"b": "é"}}], ids=stable_id)
    def test_direct_payload_is_a_post_of_it_and_comes_back(self, payload: Any) -> None:
        event = to_event(payload)

        assert (event.method, event.path, event.headers["content-type"]) == ("POST", "/", "application/json")
        assert run(lambda event, context: {"echo": event.json()}, payload) == {"echo": payload}

    def test_direct_payload_with_a_lone_surrogate_is_still_json(self) -> None:
        """The runtime parses JSON, in which half a surrogate pair can be written."""
        assert to_event({"a": "\ud800"}).json() == {"a": "\ud800"}

    @pytest.mark.parametrize(
        ("result", "expected"),
        [
            (None, None),
            ("text", "text"),
            (b"text", "text"),
            ({"a": [1, None]}, {"a": [1, None]}),
            ([1, "two"], [1, "two"]),
            (0, 0),
            (False, False),
            (("made", 201), "made"),
            (({"a": 1}, 201, {"X-A": "1"}), {"a": 1}),
            ({"statusCode": 200, "body": {"a": 1}}, {"a": 1}),
            ((None, 204), None),
            (iter(["one ", "two"]), "one two"),
            (("[1]", 200, {"Content-Type": "application/json; charset=utf-8"}), [1]),
        ],
        ids=stable_id,
    )
    def test_direct_result_is_the_json_or_text_of_the_body(self, result: Any, expected: Any) -> None:
        assert run(lambda event, context: result, {}) == expected

    @pytest.mark.parametrize("status", [400, 404, 500, 599])
    def test_direct_answer_of_an_error_status_fails_the_invocation(self, status: int) -> None:
        with pytest.raises(InvocationFailed, match=f"the handler answered {status}: .*no moon"):
            run(lambda event, context: ({"error": "no moon"}, status), {})

    def test_direct_answer_of_bytes_that_are_no_text_fails_the_invocation(self) -> None:
        with pytest.raises(InvocationFailed, match="the handler answered with bytes"):
            run(lambda event, context: b"\xff", {})

    @pytest.mark.parametrize("error", [RuntimeError("x"), BadRequest("x"), SystemExit(1)], ids=stable_id)
    def test_direct_handler_raising_reaches_lambda(self, error: BaseException, caplog: Any) -> None:
        def handle(event: Any, context: Any) -> None:
            raise error

        with pytest.raises(type(error)):
            run(handle, {})
        assert not caplog.records

    @pytest.mark.parametrize("status", [200, 500])
    @pytest.mark.parametrize("chunks", [("a", "b"), ("a", RuntimeError("midway"))], ids=["whole", "failing"])
    def test_direct_stream_is_closed(self, status: int, chunks: tuple[Any, ...]) -> None:
        body = Chunks(*chunks)
        with suppress(InvocationFailed, RuntimeError):
            run(lambda event, context: (body, status), {})

        assert body.closes == 1


class TestContext:
    def test_context_has_lambdas_facts(self) -> None:
        seen: list[Any] = []
        invocation = Invocation(remaining_ms=900_000)
        native = event_of(FRONT_DOORS[0])
        make_lambda_handler(lambda event, context: seen.append(context), {})(native, invocation)

        (context,) = seen
        assert context.request_id == invocation.aws_request_id
        assert (context.function_name, context.platform) == ("meditations", "aws_lambda")
        assert 0 < context.remaining_seconds() <= 900
        assert context.native == (native, invocation)


@DOORS
class TestEveryDoor:
    def test_handler_raising_is_a_500_in_the_dialect(self, door: FrontDoor, caplog: Any) -> None:
        event = event_of(door)
        reply = door.from_reply(run(lambda event, context: 1 / 0, event))

        assert reply.status == 500
        assert reply.json() == {"error": "internal error", "requestId": Invocation().aws_request_id}
        assert len(caplog.records) == 1

    def test_raise_errors_lets_the_error_reach_lambda(self, door: FrontDoor) -> None:
        with pytest.raises(ZeroDivisionError):
            run(lambda event, context: 1 / 0, event_of(door), RAISE_ERRORS="1")

    @pytest.mark.parametrize("switch", ["", "0", "no"])
    def test_raise_errors_otherwise_is_off(self, door: FrontDoor, switch: str) -> None:
        event = event_of(door)

        assert run(lambda event, context: 1 / 0, event, RAISE_ERRORS=switch)["statusCode"] == 500

    def test_raise_errors_lets_a_failing_streams_error_reach_lambda(self, door: FrontDoor) -> None:
        chunks = Chunks("a", ZeroDivisionError("midway"))

        with pytest.raises(ZeroDivisionError):
            run(lambda event, context: chunks, event_of(door), RAISE_ERRORS="1")
        assert chunks.closes == 1

    def test_exit_is_not_swallowed(self, door: FrontDoor) -> None:
        def handle(event: Any, context: Any) -> None:
            raise SystemExit(3)

        with pytest.raises(SystemExit):
            run(handle, event_of(door))

    @pytest.mark.parametrize("body", ["!", "AAA", "AA==AA", "é", "AA\n"])
    def test_malformed_base64_is_a_400_that_says_so(self, door: FrontDoor, body: str) -> None:
        event = event_of(door) | {"body": body, "isBase64Encoded": True}
        reply = door.from_reply(run(lambda event, context: "not reached", event))

        assert reply.status == 400
        assert reply.json()["error"].startswith("the event's body is marked as base64 and is not")
        assert reply.json()["requestId"] == Invocation().aws_request_id

    def test_malformed_base64_on_head_has_no_body(self, door: FrontDoor) -> None:
        event = event_of(door, "HEAD") | {"body": "!", "isBase64Encoded": True}
        reply = door.from_reply(run(lambda event, context: "not reached", event))

        assert (reply.status, reply.body) == (400, b"")

    @pytest.mark.parametrize("absent", ["headers", "queryStringParameters", "body", "pathParameters", "stageVariables"])
    def test_null_members_are_as_absent(self, door: FrontDoor, absent: str) -> None:
        event = event_of(door) | {absent: None}
        if absent in ("headers", "queryStringParameters"):
            multi = f"multiValue{absent[0].upper()}{absent[1:]}"
            event |= {multi: None} if multi in event else {}

        assert run(lambda event, context: event.path, event)["body"] == "/"

    def test_reply_of_a_stream_is_closed_when_over_the_limit(self, door: FrontDoor) -> None:
        chunks = Chunks(*[b"x" * 2**20] * 8)
        event = event_of(door)
        reply = door.from_reply(run(lambda event, context: chunks, event))

        assert reply.status == 500
        assert "larger than" in reply.json()["error"]
        assert chunks.closes == 1

    @pytest.mark.parametrize(
        ("byte", "times"), [(b"\xff", 4 / 3), (b"\0", 6), ("é".encode(), 3), (b'"', 2), (b"\n", 2), (b"x", 1)]
    )
    def test_reply_growing_over_the_limit_on_its_way_is_a_clear_500(
        self, door: FrontDoor, byte: bytes, times: float
    ) -> None:
        """A body just under the limit grows over it as base64, or as JSON; one that still fits goes through."""
        event = event_of(door)
        size = int(door.reply_limit_bytes / times) // len(byte) * len(byte)
        for fits, length in ((False, size), (True, size - 4000)):
            body = byte * (length // len(byte))
            native = run(lambda event, context, body=body: body, event)
            reply = door.from_reply(native)

            assert len(json.dumps(native)) <= door.reply_limit_bytes
            assert reply.status == (200 if fits else 500)
            assert reply.body == body if fits else "larger than" in reply.json()["error"]


class TestSizeOfText:
    def test_measure_on_a_runtime_that_sends_text_as_it_is_counts_utf8(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From Python 3.12 on the runtime client does not escape, so twice as much text fits."""
        monkeypatch.setattr(shim, "_measure", json.JSONEncoder(ensure_ascii=False).encode)
        body = "é" * (5 * 2**20 // 2)

        assert run(lambda event, context: body, event_of(FRONT_DOORS[2]))["body"] == body


def test_base64_of_a_reply_is_one_line() -> None:
    reply = run(lambda event, context: bytes(range(256)) * 9, event_of(FRONT_DOORS[0]))

    assert reply["isBase64Encoded"] is True
    assert reply["body"] == base64.b64encode(bytes(range(256)) * 9).decode()


def test_lambda_handler_of_the_sample_is_ready_at_import() -> None:
    assert shim.lambda_handler(event_of(FRONT_DOORS[2]), Invocation())["statusCode"] == 200
