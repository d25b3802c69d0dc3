"""What is base64 and what is text between OpenWhisk's controller and an action, for every class of media type.

The table says what stands in `__ow_body` and in a result's `body`; the strict stand-in for the controller says the same
of what it sends and takes. From
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/WebActions.scala
and https://github.com/apache/pekko-http/blob/main/http-core/src/main/scala/org/apache/pekko/http/impl/model/parser/CommonActions.scala
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any, NamedTuple

import pytest

from platforms.contract import Response
from platforms.openwhisk.shim import make_main, to_event
from portable.emulators import openwhisk as controller
from portable.emulators.messages import Request
from tests.platforms.openwhisk.builders import raw_args

BASE64, TEXT = "base64", "text"


class Row(NamedTuple):
    """A media type: how its body comes with a request, how with a reply, and the type that the client then sees."""

    content_type: str
    request: str
    reply: str
    labelled: str


TABLE = [
    # registered binary types, whatever charset they name
    Row("image/png", BASE64, BASE64, "image/png"),
    Row("image/svg+xml", BASE64, BASE64, "image/svg+xml"),
    Row("image/svg+xml; charset=utf-8", BASE64, BASE64, "image/svg+xml"),
    Row("audio/mpeg", BASE64, BASE64, "audio/mpeg"),
    Row("video/mp4", BASE64, BASE64, "video/mp4"),
    Row("font/woff2", BASE64, BASE64, "font/woff2"),
    Row("message/http", BASE64, BASE64, "message/http"),
    Row("application/octet-stream", BASE64, BASE64, "application/octet-stream"),
    Row("application/pdf", BASE64, BASE64, "application/pdf"),
    Row("application/zip; charset=utf-8", BASE64, BASE64, "application/zip"),
    Row("multipart/form-data; boundary=x", BASE64, BASE64, "multipart/form-data; boundary=x"),
    Row("multipart/unlisted; boundary=x; charset=utf-8", BASE64, BASE64, "multipart/unlisted; boundary=x"),
    # no type at all
    Row("", BASE64, BASE64, "application/octet-stream"),
    # registered text types
    Row("text/plain", TEXT, TEXT, "text/plain; charset=UTF-8"),
    Row("text/plain; charset=utf-8", TEXT, TEXT, "text/plain; charset=UTF-8"),
    Row("text/plain; format=flowed", TEXT, TEXT, "text/plain; format=flowed; charset=UTF-8"),
    Row("text/html", TEXT, TEXT, "text/html; charset=UTF-8"),
    Row("text/css", TEXT, TEXT, "text/css; charset=UTF-8"),
    Row("text/csv", TEXT, TEXT, "text/csv; charset=UTF-8"),
    Row("text/xml", TEXT, TEXT, "text/xml; charset=UTF-8"),
    Row("text/markdown", TEXT, TEXT, "text/markdown; charset=UTF-8"),
    Row("text/event-stream", TEXT, TEXT, "text/event-stream"),
    Row("application/xml", TEXT, TEXT, "application/xml; charset=UTF-8"),
    Row("application/javascript", TEXT, TEXT, "application/javascript; charset=UTF-8"),
    Row("application/soap+xml", TEXT, TEXT, "application/soap+xml; charset=UTF-8"),
    Row("application/problem+xml", TEXT, TEXT, "application/problem+xml; charset=UTF-8"),
    Row("application/x-www-form-urlencoded", TEXT, TEXT, "application/x-www-form-urlencoded"),
    # JSON, exactly: base64 both ways
    Row("application/json", BASE64, BASE64, "application/json"),
    Row("Application/JSON", BASE64, BASE64, "application/json"),
    Row("application/json; charset=utf-8", BASE64, BASE64, "application/json"),
    # any other parameter makes it another type, a text one
    Row("application/json; profile=x", TEXT, TEXT, "application/json; profile=x"),
    Row("application/json; profile=x; charset=utf-8", TEXT, TEXT, "application/json; profile=x"),
    # +json, registered: text comes, and of what goes the controller would decode what looks like base64
    Row("application/problem+json", TEXT, BASE64, "application/problem+json"),
    Row("application/vnd.api+json", TEXT, BASE64, "application/vnd.api+json"),
    Row("application/merge-patch+json; charset=utf-8", TEXT, BASE64, "application/merge-patch+json"),
    # +json, unregistered: a charset makes it text
    Row("application/vnd.x+json", BASE64, BASE64, "application/vnd.x+json"),
    Row("application/cloudevents+json", BASE64, BASE64, "application/cloudevents+json"),
    Row("application/vnd.x+json; charset=utf-8", TEXT, BASE64, "application/vnd.x+json; charset=UTF-8"),
    Row("application/vnd.x+json; v=1", BASE64, BASE64, "application/vnd.x+json; v=1"),
    Row("application/vnd.x+json; v=1; charset=utf-8", TEXT, TEXT, "application/vnd.x+json; v=1; charset=UTF-8"),
    # the controller looks at how the whole type ends
    Row("text/plain; was=ld+json", TEXT, BASE64, "text/plain; was=ld+json; charset=UTF-8"),
    # unregistered types: a charset makes them text
    Row("application/x-ndjson", BASE64, BASE64, "application/x-ndjson"),
    Row("application/x-ndjson; charset=utf-8", TEXT, TEXT, "application/x-ndjson; charset=UTF-8"),
    Row("application/graphql", BASE64, BASE64, "application/graphql"),
    Row("application/graphql; charset=utf-8", TEXT, TEXT, "application/graphql; charset=UTF-8"),
    Row("text/javascript", BASE64, BASE64, "text/javascript"),
    Row("text/unlisted", BASE64, BASE64, "text/unlisted"),
    Row("text/unlisted; charset=utf-8", TEXT, TEXT, "text/unlisted; charset=UTF-8"),
    Row("image/avif", BASE64, BASE64, "image/avif"),
    Row("audio/unlisted", BASE64, BASE64, "audio/unlisted"),
]
# as text and as base64; the controller takes the first eight for base64 where it looks for it
TEXTS = {
    "true": "dHJ1ZQ==",
    "null": "bnVsbA==",
    "1234": "MTIzNA==",
    "12345678": "MTIzNDU2Nzg=",
    "abcd": "YWJjZA==",
    "AP8=": "QVA4PQ==",
    " true ": "IHRydWUg",
    "true\n": "dHJ1ZQo=",
    "12": "MTI=",
    "false": "ZmFsc2U=",
    '"true"': "InRydWUi",
    '"1234"': "IjEyMzQi",
    '"abcd"': "ImFiY2Qi",
    '{"a": "é☃"}': "eyJhIjogIsOp4piDIn0=",
    '{"a": 1}\n{"a": 2}\n': "eyJhIjogMX0KeyJhIjogMn0K",
    "data: 1\n\n": "ZGF0YTogMQoK",
    "a=1&b=%26+": "YT0xJmI9JTI2Kw==",
    "<svg/>": "PHN2Zy8+",
}
GZIPPED = gzip.compress(b"meditate", mtime=0)
NO_TEXT = [b"\xff", b"caf\xe9", bytes(range(256)), GZIPPED]

every_type = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.content_type or "no type")


def reply(row: Row, body: bytes, **headers: str) -> Any:
    """Return the result of the action when the handler answers with a body of a type."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if row.content_type:
        named["Content-Type"] = row.content_type
    return make_main(lambda event, context: Response(body, 200, named), {})(raw_args())


def request(row: Row, body: bytes) -> dict[str, Any]:
    """Return the arguments that the controller calls the action with."""
    headers = (("Content-Type", row.content_type),) if row.content_type else ()
    return controller.to_native(Request("POST", "/", headers, body))


@every_type
class TestRequests:
    def test_body_comes_as_the_table_says_and_arrives_whole(self, row: Row) -> None:
        headers = {"content_type": row.content_type} if row.content_type else {}
        for text, in_base64 in TEXTS.items():
            sent = text if row.request == TEXT else in_base64

            assert to_event(raw_args(body=sent, **headers), {}).body == text.encode()
            assert request(row, text.encode())["__ow_body"] == sent

    def test_what_is_no_text_arrives_whole_but_under_a_text_type(self, row: Row) -> None:
        for body in NO_TEXT:
            arrived = to_event(request(row, body), {}).body

            # the controller has put a replacement character for what is not UTF-8
            assert arrived == (body if row.request == BASE64 else body.decode(errors="replace").encode())

    def test_no_body_is_empty(self, row: Row) -> None:
        args = request(row, b"")

        assert args["__ow_body"] == ""
        assert to_event(args, {}).body == b""


@every_type
class TestReplies:
    def test_body_goes_as_the_table_says_and_arrives_whole(self, row: Row) -> None:
        for text, in_base64 in TEXTS.items():
            native = reply(row, text.encode())
            status, headers, body = controller.from_native(native)

            assert native["body"] == (text if row.reply == TEXT else in_base64)
            assert (status, body, dict(headers)["content-type"]) == (200, text.encode(), row.labelled)

    def test_what_is_no_text_arrives_whole_but_is_a_500_under_a_text_type(self, row: Row) -> None:
        for body in NO_TEXT:
            status, _, arrived = controller.from_native(reply(row, body))

            if row.reply == BASE64:
                assert (status, arrived) == (200, body)
            else:
                assert status == 500
                assert "OpenWhisk sends" in json.loads(arrived)["error"]

    def test_gzip_stays_gzip_but_under_a_text_type(self, row: Row) -> None:
        native = reply(row, GZIPPED, Content_Encoding="gzip")
        status, headers, body = controller.from_native(native)

        if row.reply == BASE64:
            assert native["body"] == b64encode(GZIPPED).decode()
            assert (status, body, dict(headers)["content-encoding"]) == (200, GZIPPED, "gzip")
        else:
            assert native["body"] == "meditate"
            assert (status, body) == (200, b"meditate")
            assert "content-encoding" not in dict(headers)

    def test_no_body_loses_the_type(self, row: Row) -> None:
        native = reply(row, b"")
        status, headers, body = controller.from_native(native)

        assert (native["body"], "Content-Type" in native["headers"]) == ("", False)
        assert (status, body, "content-type" in dict(headers)) == (200, b"", False)


def test_text_in_the_table_is_its_base64() -> None:
    assert {text: b64encode(text.encode()).decode() for text in TEXTS} == TEXTS


@pytest.mark.parametrize("text", list(TEXTS)[:8])
def test_json_that_looks_like_base64_would_be_garbled_as_text(text: str) -> None:
    """What the table's base64 for JSON replies is for: the stand-in does to text what the controller does."""
    result = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": text}

    assert controller.from_native(result)[2] != text.encode()
