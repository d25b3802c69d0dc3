"""The function that the conformance suite deploys on every platform: `X-Case` names what it does."""

import base64
import datetime
import decimal
import gzip
import uuid

from platforms import BadRequest, Response

ECHOED = ("x-case", "x-one", "x-two", "x-long")
ALL_BYTES = bytes(range(256))


def handle(event, context):
    return CASES[event.headers.get("x-case", "echo")](event, context)


def echo(event, context):
    """Tell everything that a handler can see of its request."""
    return {
        "method": event.method,
        "path": event.path,
        "raw_path": event.raw_path,
        "base_path": event.base_path,
        "raw_query": event.raw_query,
        "query": {name: event.query.getlist(name) for name in event.query},
        "headers": {name: value for name, value in event.headers.items() if name in ECHOED},
        "content_type": event.headers.get("content-type"),
        "cookies": dict(event.cookies),
        "body": base64.b64encode(event.body).decode() if len(event.body) < 100_000 else "long",
        "length": len(event.body),
        "scheme": event.scheme,
        "host": event.host,
        "client_ip": event.client_ip,
        "platform": context.platform,
        "function_name": context.function_name,
        "request_id": context.request_id,
        "trace_parent": context.trace_parent,
    }


async def echo_async(event, context):
    return echo(event, context)


async def raise_async(event, context):
    raise RuntimeError("secret detail")


async def stream_async(event, context):
    yield b"one "
    yield "two"


def returns(value):
    return lambda event, context: value() if callable(value) else value


def fail(event, context):
    raise RuntimeError("secret detail")


def leave(event, context):
    raise SystemExit(3)


def refuse(event, context):
    raise BadRequest("the moon is wrong", status=422)


def stream(*chunks, error=None):
    def body(event, context):
        return emit()

    def emit():
        yield from chunks
        if error:
            raise error

    return body


def fail_before_stream(event, context):
    raise RuntimeError("secret detail")
    yield b""


def sse(event, context):
    return Response((f"data: {number}\n\n" for number in range(3)), 200, {"Content-Type": "text/event-stream"})


def with_header(name, value):
    return returns(lambda: Response("x", 200, {name: value}))


def nan():
    return {"value": float("nan")}


CASES = {
    "echo": echo,
    "async": echo_async,
    "async-raise": raise_async,
    "async-stream": stream_async,
    "raise": fail,
    "refuse": refuse,
    "exit": leave,
    "text": lambda event, context: event.text(),
    "json": lambda event, context: event.json(),
    "form": lambda event, context: {name: event.form().getlist(name) for name in event.form()},
    "query": lambda event, context: dict(event.query),
    "cookies": lambda event, context: dict(event.cookies),
    "deadline": lambda event, context: context.remaining_seconds(),
    "none": returns(None),
    "str": returns("meditate"),
    "str-empty": returns(""),
    "str-unicode": returns("café ☃"),
    "bytes": returns(ALL_BYTES),
    "dict": returns({"a": 1}),
    "dict-body-and-more": returns({"body": "x", "and": "more"}),
    "list": returns([1, "two", None]),
    "int": returns(42),
    "float": returns(1.5),
    "bool": returns(True),
    "json-unicode": returns({"é": "☃ \U0001f600"}),
    "json-decimal": returns({"whole": decimal.Decimal("3.0"), "part": decimal.Decimal("0.25")}),
    "json-dates": returns(
        {"at": datetime.datetime(2016, 7, 1, 12, tzinfo=datetime.UTC), "on": datetime.date(2016, 7, 1)}
    ),
    "json-uuid": returns({"id": uuid.UUID(int=1)}),
    "envelope": returns({"statusCode": 201, "headers": {"X-A": "1"}, "body": "made"}),
    "envelope-str-status": returns({"statusCode": "201", "body": "made"}),
    "envelope-json-body": returns({"statusCode": 200, "body": {"a": 1}}),
    "envelope-base64": returns(
        {"statusCode": 200, "body": base64.b64encode(ALL_BYTES).decode(), "isBase64Encoded": True}
    ),
    "envelope-body-only": returns({"body": "just a body"}),
    "envelope-cookies": returns({"statusCode": 200, "cookies": ["a=1; Path=/", "b=2"], "body": "x"}),
    "envelope-multi": returns(
        {"statusCode": 200, "headers": {"X-A": "lost"}, "multiValueHeaders": {"X-A": ["1", "2"]}, "body": "x"}
    ),
    "tuple-2": returns(("made", 201)),
    "tuple-3": returns(({"a": 1}, 202, {"X-A": "1"})),
    "response": returns(Response(b"\x00\xff", 200, [("X-A", "1"), ("X-A", "2")])),
    "two-cookies": returns(Response("x", 200, [("Set-Cookie", "a=1; HttpOnly"), ("Set-Cookie", "b=2")])),
    "cookie-text": returns(Response("x", 200, [("Set-Cookie", "b=2, 3")])),
    "content-type": with_header("Content-Type", "text/html; charset=utf-8"),
    "svg": returns(Response("<svg/>", 200, {"Content-Type": "image/svg+xml"})),
    "ndjson": returns(Response('{"a":1}\n{"a":2}\n', 200, {"Content-Type": "application/x-ndjson"})),
    "json-like-base64": returns(Response("true", 200, {"Content-Type": "application/json"})),
    "gzip": returns(
        lambda: Response(
            gzip.compress(b"meditate"), 200, {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip"}
        )
    ),
    "hop-by-hop": returns(
        Response("x", 200, {"Connection": "X-Dropped", "X-Dropped": "1", "Keep-Alive": "9", "X-Kept": "1"})
    ),
    "wrong-length": with_header("Content-Length", "3000"),
    "redirect": returns((None, 303, {"Location": "/elsewhere"})),
    "204": returns(("gone", 204)),
    "304": returns(("same", 304, {"ETag": '"1"'})),
    "404": returns(({"error": "not here"}, 404)),
    "503": returns(("later", 503, {"Retry-After": "3"})),
    "stream": stream(b"one ", "two ", b"three"),
    "stream-empty": stream(),
    "stream-unicode": stream("caf", "é"),
    "stream-headers": lambda event, context: (stream(b"x", b"y")(event, context), 201, {"X-A": "1"}),
    "stream-fails-before": fail_before_stream,
    "stream-fails-during": stream(b"one ", error=RuntimeError("secret detail")),
    "stream-of-rubbish": stream(b"one ", 2),
    "stream-exit": stream(b"one ", error=SystemExit(3)),
    "sse": sse,
    "sized": lambda event, context: b"x" * int(event.headers["x-long"]),
    "big": returns(lambda: "x" * (7 * 2**20)),
    "big-stream": returns(lambda: (b"x" * 2**20 for _ in range(7))),
    "rubbish-set": returns({1, 2}),
    "rubbish-status": returns(("x", 999)),
    "rubbish-bool-status": returns(("x", True)),
    "rubbish-nan": returns(nan),
    "rubbish-object": returns(object),
    "rubbish-tuple": returns((1, 2, 3, 4)),
    "rubbish-nested": returns({"a": {1}}),
    "rubbish-surrogate": returns("\ud800"),
    "rubbish-envelope": returns({"statusCode": 200, "bodyy": "x"}),
    "rubbish-base64": returns({"statusCode": 200, "body": "!", "isBase64Encoded": True}),
    "rubbish-header-newline": with_header("X-A", "a\nb: c"),
    "rubbish-header-return": with_header("X-A", "a\r\nSet-Cookie: evil=1"),
    "rubbish-header-nul": with_header("X-A", "a\0b"),
    "rubbish-header-name": with_header("X A", "1"),
    "rubbish-header-beyond": with_header("X-A", "☃"),
    "rubbish-headers": returns(("x", 200, "X-A: 1")),
}
