"""The one behaviour suite, as a table: requests, and the answers that every platform must give to them."""

from __future__ import annotations

from tests.conformance import answers, b64, complains_of, is_internal_error, sees, sets_cookies
from tests.functions.conformance.handler import ALL_BYTES

JSON = {"content-type": "application/json"}
TEXT = {"content-type": "text/plain; charset=utf-8"}
BYTES = {"content-type": "application/octet-stream"}

METHODS = [
    sees("method-get", "GET")(method="GET", length=0),
    sees("method-post", "POST")(method="POST"),
    sees("method-put", "PUT", body=b"x")(method="PUT", length=1),
    sees("method-patch", "PATCH", body=b"x")(method="PATCH", length=1),
    sees("method-delete", "DELETE")(method="DELETE"),
    sees("method-options", "OPTIONS")(method="OPTIONS"),
    answers("str", body=b"", method="HEAD", name="method-head"),
    answers(
        "str", body=b"", method="HEAD", headers={"content-length": "8"}, needs=("head_length",), name="head-length"
    ),
    answers("stream", body=b"", method="HEAD", name="head-of-stream"),
    answers("raise", 500, b"", method="HEAD", name="head-of-error"),
]
PATHS = [
    sees("path-root", target="/")(path="/", raw_path="/"),
    sees("path-plain", target="/a/b")(path="/a/b", raw_path="/a/b"),
    sees("path-space", target="/a%20b")(path="/a b", raw_path="/a%20b"),
    sees("path-percent", target="/100%25")(path="/100%", raw_path="/100%25"),
    sees("path-percent-twice", target="/%2541", needs=("encoded_percent",))(path="/%41", raw_path="/%2541"),
    sees("path-utf8", target="/caf%C3%A9")(path="/café", raw_path="/caf%C3%A9"),
    sees("path-lower-hex", target="/caf%c3%a9")(path="/café", raw_path="/caf%C3%A9"),
    sees("path-plus", target="/a+b")(path="/a+b", raw_path="/a+b"),
    sees("path-encoded-letter", target="/%41%7E")(path="/A~", raw_path="/A~"),
    sees("path-encoded-slash", target="/a%2Fb")(path="/a/b"),
    sees("path-encoded-slash-raw", target="/a%2Fb", needs=("raw_path",))(raw_path="/a%2Fb"),
    sees("path-encoded-question", target="/a%3Fb", needs=("question_in_path",))(path="/a?b", raw_path="/a%3Fb"),
    sees("path-double-slash", target="/a//b", needs=("double_slash",))(path="/a//b", raw_path="/a//b"),
    sees("path-leading-double-slash", target="//a", needs=("double_slash", "leading_double_slash"))(
        path="//a", raw_path="//a"
    ),
    sees("path-trailing-slash", target="/a/")(path="/a/", raw_path="/a/"),
    sees("path-punctuation", target="/a;b=c,d@e:f!g")(path="/a;b=c,d@e:f!g", raw_path="/a;b=c,d@e:f!g"),
    sees("path-not-utf8", target="/%FF")(path="/\ufffd"),
    sees("path-empty-with-query", target="/?a=1")(path="/", query={"a": ["1"]}),
]
QUERIES = [
    sees("query-none", target="/a")(query={}, raw_query=""),
    sees("query-one", target="/?a=1")(query={"a": ["1"]}, raw_query="a=1"),
    sees("query-repeated", target="/?a=1&b=2&a=3", needs=("repeated_query",))(query={"a": ["1", "3"], "b": ["2"]}),
    sees("query-blank", target="/?a=&b=2")(query={"a": [""], "b": ["2"]}),
    sees("query-valueless", target="/?a")(query={"a": [""]}),
    sees("query-plus-is-space", target="/?a=1+2")(query={"a": ["1 2"]}),
    sees("query-encoded-plus", target="/?a=1%2B2")(query={"a": ["1+2"]}),
    sees("query-encoded-ampersand", target="/?a=1%262&b=%3D")(query={"a": ["1&2"], "b": ["="]}),
    sees("query-utf8", target="/?caf%C3%A9=%E2%98%83")(query={"café": ["☃"]}),
    sees("query-percent", target="/?a=100%25")(query={"a": ["100%"]}),
    sees("query-equals-in-value", target="/?a=b=c")(query={"a": ["b=c"]}),
    sees("query-raw", target="/?b=%7e&a=1+2&b", needs=("raw_query",))(raw_query="b=%7e&a=1+2&b"),
]
HEADERS = [
    sees("header-one", headers=(("X-One", "1"),))(headers={"x-case": "echo", "x-one": "1"}),
    sees("header-long", headers=(("X-Long", "l" * 4000),))(headers={"x-case": "echo", "x-long": "l" * 4000}),
    sees("header-repeated", headers=(("X-Two", "1"), ("X-Two", "2")), needs=("repeated_headers",))(
        headers={"x-case": "echo", "x-two": "1, 2"}
    ),
    sees(
        "header-content-type",
        body=b"{}",
        headers=(("Content-Type", "application/json; charset=utf-8"),),
        needs=("content_type_verbatim",),
    )(content_type="application/json; charset=utf-8"),
    sees("header-traceparent", headers=(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),))(
        trace_parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    ),
    sees("cookies", headers=(("Cookie", "a=1; b=two"),))(cookies={"a": "1", "b": "two"}),
    sees("cookies-first-wins", headers=(("Cookie", "a=1; a=2"),))(cookies={"a": "1"}),
    sees("cookies-equals-in-value", headers=(("Cookie", "a=b=c=="),))(cookies={"a": "b=c=="}),
    sees("cookies-none")(cookies={}),
    sees("cookies-two-headers", headers=(("Cookie", "a=1"), ("Cookie", "b=2")), needs=("repeated_headers",))(
        cookies={"a": "1", "b": "2"}
    ),
]
BODIES = [
    sees("body-absent", "GET")(length=0, body=""),
    sees("body-empty")(length=0, body=""),
    sees("body-bytes", body=ALL_BYTES, headers=(("Content-Type", "application/octet-stream"),))(body=b64(ALL_BYTES)),
    sees("body-bytes-untyped", body=ALL_BYTES, needs=("untyped_body",))(body=b64(ALL_BYTES)),
    sees("body-utf8", body="café ☃".encode(), headers=(("Content-Type", "text/plain"),))(body=b64("café ☃".encode())),
    sees("body-json", body=b'{"a": 1}', headers=(("Content-Type", "application/json"),))(body=b64(b'{"a": 1}')),
    sees(
        "body-chunked", body=ALL_BYTES * 9, chunked=True, headers=(("Content-Type", "image/png"),), needs=("chunked",)
    )(body=b64(ALL_BYTES * 9)),
    sees("body-chunked-empty", chunked=True, needs=("chunked",))(length=0),
    sees("body-5-mb", body=b"x" * 5 * 2**20, headers=(("Content-Type", "text/plain"),), needs=("body_5_mb",))(
        length=5 * 2**20
    ),
    answers(
        "text",
        body="é".encode(),
        name="text-latin-1",
        needs=("charset_in",),
        sent={"body": b"\xe9", "headers": (("Content-Type", "text/plain; charset=iso-8859-1"),)},
    ),
    answers(
        "json",
        body='{"é": [1, null]}'.encode(),
        headers=JSON,
        name="json-in",
        sent={"body": '{"é":[1,null]}'.encode(), "headers": (("Content-Type", "application/json"),)},
    ),
    answers(
        "form",
        body=b'{"a": ["1", "2"], "b": ["x y&"]}',
        headers=JSON,
        name="form-in",
        sent={"body": b"a=1&b=x+y%26&a=2", "headers": (("Content-Type", "application/x-www-form-urlencoded"),)},
    ),
]
RESULTS = [
    answers("none", body=b""),
    answers("str", body=b"meditate", headers=TEXT),
    answers("str-empty", body=b""),
    answers("str-unicode", body="café ☃".encode(), headers=TEXT),
    answers("bytes", body=ALL_BYTES, headers=BYTES),
    answers("dict", body=b'{"a": 1}', headers=JSON),
    answers("dict-body-and-more", body=b'{"body": "x", "and": "more"}', headers=JSON),
    answers("list", body=b'[1, "two", null]', headers=JSON),
    answers("int", body=b"42", headers=JSON),
    answers("float", body=b"1.5", headers=JSON),
    answers("bool", body=b"true", headers=JSON),
    answers("json-unicode", body='{"é": "☃ \U0001f600"}'.encode(), headers=JSON),
    answers("json-decimal", body=b'{"whole": 3, "part": 0.25}', headers=JSON),
    answers("json-dates", body=b'{"at": "2016-07-01T12:00:00+00:00", "on": "2016-07-01"}', headers=JSON),
    answers("json-uuid", body=b'{"id": "00000000-0000-0000-0000-000000000001"}', headers=JSON),
    answers("json-like-base64", body=b"true", headers=JSON),
    answers("envelope", 201, b"made", headers={**TEXT, "x-a": "1"}),
    answers("envelope-str-status", 201, b"made"),
    answers("envelope-json-body", body=b'{"a": 1}', headers=JSON),
    answers("envelope-base64", body=ALL_BYTES, headers=BYTES),
    answers("envelope-body-only", body=b"just a body", headers=TEXT),
    answers("envelope-cookies", body=b"x", also=sets_cookies("a=1; Path=/", "b=2")),
    answers("envelope-multi", body=b"x", headers={"x-a": "1, 2"}),
    answers("tuple-2", 201, b"made", headers=TEXT),
    answers("tuple-3", 202, b'{"a": 1}', headers={**JSON, "x-a": "1"}),
    answers("response", body=b"\x00\xff", headers={**BYTES, "x-a": "1, 2"}),
    answers("two-cookies", body=b"x", also=sets_cookies("a=1; HttpOnly", "b=2")),
    answers("cookie-text", body=b"x", needs=("cookie_text",), also=sets_cookies("b=2, 3")),
    answers("content-type", body=b"x", headers={"content-type": "text/html; charset=utf-8"}),
    answers("svg", body=b"<svg/>", headers={"content-type": "image/svg+xml"}),
    answers("ndjson", body=b'{"a":1}\n{"a":2}\n', headers={"content-type": "application/x-ndjson"}),
    answers("gzip", headers={"content-encoding": "gzip"}, also=lambda reply: reply.body[:2] == b"\x1f\x8b"),
    answers("hop-by-hop", body=b"x", headers={"x-kept": "1", "x-dropped": None, "keep-alive": None}),
    answers("wrong-length", body=b"x"),
    answers("redirect", 303, b"", headers={"location": "/elsewhere"}),
    answers("204", 204, b""),
    answers("304", 304, b"", headers={"etag": '"1"'}),
    answers("404", 404, b'{"error": "not here"}', headers=JSON),
    answers("503", 503, b"later", headers={"retry-after": "3"}),
]
STREAMS = [
    answers("stream", body=b"one two three", headers=BYTES),
    answers("stream-empty", body=b""),
    answers("stream-unicode", body="café".encode(), headers=TEXT),
    answers("stream-headers", 201, b"xy", headers={"x-a": "1"}),
    answers("sse", body=b"data: 0\n\ndata: 1\n\ndata: 2\n\n", headers={"content-type": "text/event-stream"}),
    answers("async-stream", body=b"one two"),
    answers("stream-fails-before", 500, also=is_internal_error),
    answers("stream-fails-during", 500, also=is_internal_error, broken_if_streamed=True),
    answers("stream-of-rubbish", 500, also=is_internal_error, broken_if_streamed=True),
]
ERRORS = [
    answers("raise", 500, headers=JSON, also=is_internal_error),
    answers("async-raise", 500, headers=JSON, also=is_internal_error),
    answers("refuse", 422, headers=JSON, also=complains_of("the moon is wrong")),
    answers(
        "json",
        400,
        name="json-malformed",
        also=complains_of("not valid JSON", "line 1"),
        sent={"body": b'{"a": ', "headers": (("Content-Type", "application/json"),)},
    ),
    answers(
        "json",
        400,
        name="json-nan-in",
        also=complains_of("NaN is not JSON"),
        sent={"body": b"[NaN]", "headers": (("Content-Type", "application/json"),)},
    ),
    answers(
        "text",
        400,
        name="charset-unknown",
        also=complains_of("charset 'klingon'"),
        needs=("charset_in",),
        sent={"body": b"x", "headers": (("Content-Type", "text/plain; charset=klingon"),)},
    ),
    answers(
        "text",
        400,
        name="charset-wrong",
        also=complains_of("charset 'utf-8'"),
        needs=("charset_in",),
        sent={"body": b"\xff", "headers": (("Content-Type", "application/octet-stream"),)},
    ),
    answers(
        "form",
        415,
        name="form-of-another-type",
        also=complains_of("application/x-www-form-urlencoded"),
        sent={"body": b"{}", "headers": (("Content-Type", "application/json"),)},
    ),
    answers(
        "cookies",
        400,
        name="cookie-malformed",
        also=complains_of("cookie 2"),
        sent={"headers": (("Cookie", "a=1; rubbish"),)},
    ),
    answers(
        "query",
        400,
        name="query-malformed",
        also=complains_of("query string", "%zz"),
        needs=("malformed_query",),
        sent={"target": "/?a=%zz"},
    ),
    answers(
        "echo",
        400,
        name="path-malformed",
        also=complains_of("the path", "%zz"),
        needs=("malformed_path",),
        sent={"target": "/%zz"},
    ),
    *[
        answers(f"rubbish-{what}", 500, headers=JSON, also=is_internal_error)
        for what in (
            *("set", "status", "bool-status", "nan", "object", "tuple", "nested", "surrogate", "envelope", "base64"),
            *("header-newline", "header-return", "header-nul", "header-name", "header-beyond", "headers"),
        )
    ],
]
SIZES = [
    answers("big", body=b"x" * 7 * 2**20, over_limit=True),
    answers("big-stream", body=b"x" * 7 * 2**20, over_limit=True),
]
CALLS = [
    sees("async", do="async")(method="POST"),
    answers("deadline", needs=("deadline",), also=lambda reply: 0 < reply.json() <= 900),
]
CASES = METHODS + PATHS + QUERIES + HEADERS + BODIES + RESULTS + STREAMS + ERRORS + SIZES + CALLS
