"""Whatever HTTP allows goes through every shim and comes out the same: requests as Events, answers as replies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from platforms.aws_lambda import shim as lambda_shim
from platforms.azure_functions import shim as azure_shim
from platforms.contract import Event, Response
from platforms.google_cloud import shim as google_shim
from platforms.openwhisk import shim as openwhisk_shim
from platforms.wsgi import asgi
from platforms.wsgi import shim as wsgi_shim
from platforms.wsgi.responder import Responder
from portable.emulators import azure_functions as host
from portable.emulators import openwhisk as controller
from tests.conformance import Reply, Request
from tests.platforms.aws_lambda.front_doors import FRONT_DOORS, FrontDoor, Invocation
from tests.platforms.azure_functions import driver as azure
from tests.platforms.drivers import OPENWHISK_LIMITS
from tests.platforms.google_cloud import driver as google
from tests.platforms.strategies import Answered, Sent, answers, requests
from tests.platforms.wsgi.asgi_server import Client, make_scope, serve, whole
from tests.platforms.wsgi.in_process import make_environ

settings.register_profile(
    "properties",
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PROPERTIES = settings.get_profile("properties")
DOORS = pytest.mark.parametrize("door", FRONT_DOORS, ids=lambda door: door.name)
EVERYTHING = Sent(
    Request(
        "patch",
        "/%2f%25/+//caf%c3%a9/?a=1+2&a=%2B&&b&=x",
        (("X-One", "1"), ("X-One", "2, 3"), ("Cookie", "a=b=c; a=d")),
        b"\xff\0",
    ),
    *("PATCH", ["/%", "+", "", "café", ""], [("a", "1 2"), ("a", "+"), ("b", ""), ("", "x")]),
    *([("X-One", "1"), ("X-One", "2, 3")], [("a", "b=c"), ("a", "d")], b"\xff\0"),
)


def grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return every value of each name, in the order sent."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def folded(pairs: Iterable[tuple[str, str]], *, last_wins: bool = False) -> dict[str, str]:
    """Return the headers as one value for each lower-case name, without the blanks that a hop may change."""
    values = grouped((name.lower(), value) for name, value in pairs)
    joined = {name: all_of[-1] if last_wins else ",".join(all_of) for name, all_of in values.items()}
    return {name: ",".join(part.strip() for part in value.split(",")) for name, value in joined.items()}


def check_event(event: Event, sent: Sent, limits: Iterable[str] = ()) -> None:
    """Compare an Event with the request it stands for, as far as the platform's limits let it be the same."""
    one_value = "repeated_query" in limits
    kept = slice(-1, None) if one_value else slice(None)  # `%30` is another name where names are not decoded
    query = {name: values[kept] for name, values in grouped(sent.query).items()}
    headers = folded(sent.headers, last_wins="repeated_headers" in limits)
    seen = folded(pair for name in headers for pair in [(name, event.headers.get(name, "missing"))])

    assert event.method == sent.method
    assert event.path == sent.path
    assert {name: event.query.getlist(name)[kept] for name in event.query} == query
    assert seen == headers
    assert dict(event.cookies) == {name: values[0] for name, values in grouped(sent.cookies).items()}
    assert event.body == sent.body
    if "raw_path" not in limits:
        assert event.raw_path == sent.raw_path
    if "raw_query" not in limits:
        assert event.raw_query == sent.request.target.partition("?")[2]


def check_reply(reply: Reply, answered: Answered, limits: Iterable[str] = ()) -> None:
    """Compare a reply with what the handler answered."""
    body = b"" if answered.status in (204, 205, 304) else answered.body
    headers = {"content-type": "application/octet-stream", **folded(answered.headers)}
    got = folded(pair for pair in reply.headers if pair[0] not in ("content-length", "set-cookie"))
    if answered.status in (204, 304) or (not body and "head_length" in limits):
        headers.pop("content-type")
    for both in (headers, got):
        both |= {"content-type": both["content-type"].lower()} if "content-type" in both else {}

    assert reply.status == answered.status
    assert reply.body == body
    assert got == headers
    assert [value for name, value in reply.headers if name == "set-cookie"] == answered.cookies


def response_of(answered: Answered) -> Response:
    """Return what the handler returns."""
    cookies = [("Set-Cookie" if number % 2 else "set-cookie", value) for number, value in enumerate(answered.cookies)]
    return Response(answered.body, answered.status, [*answered.headers, *cookies])


def call(application: Any) -> Reply:
    """Call a WSGI application without the validator, which knows fewer header names than RFC 9110."""
    started: list[Any] = []
    body = application(make_environ(Request()), lambda status, headers: started.extend((status, headers)))
    return Reply(int(started[0][:3]), [(name.lower(), value) for name, value in started[1]], b"".join(body))


@DOORS
@PROPERTIES
@given(sent=requests())
@example(sent=EVERYTHING)
def test_lambda_any_request_comes_out_as_the_same_event(door: FrontDoor, sent: Sent) -> None:
    assume("question_in_path" not in door.limits or "?" not in sent.path)

    check_event(lambda_shim.to_event(door.to_event(sent.request)), sent, door.limits)


@DOORS
@PROPERTIES
@given(answered=answers())
def test_lambda_any_response_comes_back_the_same(door: FrontDoor, answered: Answered) -> None:
    event = door.to_event(Request())
    handler = lambda_shim.make_lambda_handler(lambda event, context: response_of(answered), {})

    check_reply(door.from_reply(handler(event, Invocation())), answered)


@PROPERTIES
@given(sent=requests(), chunked=st.booleans())
@example(sent=EVERYTHING, chunked=False)
def test_wsgi_any_request_comes_out_as_the_same_event(sent: Sent, chunked: bool) -> None:  # noqa: FBT001
    # CGI's variables cannot tell - and _ apart: servers drop such names, https://peps.python.org/pep-3333/
    assume(not any("_" in name for name, _ in sent.headers))

    check_event(wsgi_shim.to_event(make_environ(replace(sent.request, chunked=chunked))), sent)


@PROPERTIES
@given(answered=answers())
def test_wsgi_any_response_comes_back_the_same(answered: Answered) -> None:
    application = wsgi_shim.make_application(Responder(lambda event, context: response_of(answered), {}))

    check_reply(call(application), answered)


@PROPERTIES
@given(sent=requests())
@example(sent=EVERYTHING)
def test_asgi_any_request_comes_out_as_the_same_event(sent: Sent) -> None:
    check_event(asgi.to_event(make_scope(sent.request), sent.body), sent)


@settings(PROPERTIES, max_examples=40)
@given(answered=answers())
def test_asgi_any_response_comes_back_the_same(answered: Answered) -> None:
    responder = Responder(lambda event, context: response_of(answered), {})
    application = asgi.Application(responder, threads=1, max_body_bytes=1)

    check_reply(serve(application, make_scope(Request()), lambda: Client(whole())).reply(), answered)


@PROPERTIES
@given(sent=requests(methods=st.sampled_from(controller.METHODS)))
def test_openwhisk_any_request_comes_out_as_the_same_event(sent: Sent) -> None:
    args = controller.to_native(sent.request)

    check_event(openwhisk_shim.to_event(args, {}), sent, OPENWHISK_LIMITS)


@PROPERTIES
@given(answered=answers(statuses=st.sampled_from(sorted(openwhisk_shim.STATUSES))))
def test_openwhisk_any_response_comes_back_the_same(answered: Answered) -> None:
    main = openwhisk_shim.make_main(lambda event, context: response_of(answered), {})

    check_reply(controller.from_native(main(controller.to_native(Request()))), answered, OPENWHISK_LIMITS)


@PROPERTIES
@given(sent=requests(), chunked=st.booleans())
@example(sent=EVERYTHING, chunked=False)
def test_google_cloud_any_request_comes_out_as_the_same_event(sent: Sent, chunked: bool) -> None:  # noqa: FBT001
    # as for WSGI
    assume(not any("_" in name for name, _ in sent.headers))

    check_event(google_shim.to_event(google.make_request(replace(sent.request, chunked=chunked)), {}), sent)


@PROPERTIES
@given(answered=answers())
def test_google_cloud_any_response_comes_back_the_same(answered: Answered) -> None:
    handle_http = google_shim.make_handle_http(lambda event, context: response_of(answered), {})

    check_reply(call(google.application(handle_http)), answered)


@PROPERTIES
@given(sent=requests(methods=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])))
def test_azure_any_request_comes_out_as_the_same_event(sent: Sent) -> None:
    # what the host decodes, takes for a dot segment or finds no route for is in its LIMITS
    assume("%" not in sent.path and "\0" not in sent.path and not sent.path.startswith("//"))
    assume(not {".", ".."} & set(sent.segments))

    check_event(azure_shim.to_event(host.to_native(sent.request), azure.native_context(), {}), sent)


@PROPERTIES
@given(answered=answers(statuses=st.integers(200, 599).filter(lambda status: status not in (204, 304))))
def test_azure_any_response_comes_back_the_same(answered: Answered) -> None:
    # cookies are a table of their own, and headers beyond ASCII an error
    assume(all(value.isascii() for _, value in answered.headers))
    answered = answered._replace(cookies=[])
    http = azure_shim.make_http(lambda event, context: response_of(answered), {})
    response = http(host.to_native(Request("POST", "/")), azure.native_context())

    check_reply(host.from_native(response), answered)
