"""AWS Lambda's events to the contract and back.

Entry point: `lambda_handler`. An event of no known shape is a direct invocation, never guessed at. What is neither that
nor HTTP is read by `events.py`, which is imported when the first of it arrives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from json import JSONEncoder, dumps, loads

from ..contract import BadRequest, Context, Event, Response
from ..invoke import InvocationFailed, buffer, deliver, invoke, refuse, too_large
from ..loading import load_handler
from .dialects import FunctionUrl, HttpApiV1, HttpApiV2, LoadBalancer, RestApi

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from ..loading import Handler
    from .events import Batch

    Dialect: TypeAlias = RestApi | HttpApiV2 | LoadBalancer

REST_API, HTTP_API_V1, HTTP_API_V2 = RestApi(), HttpApiV1(), HttpApiV2()
FUNCTION_URL, LOAD_BALANCER = FunctionUrl(), LoadBalancer()
_EVENT_BUS_KEYS = {"id", "source", "detail-type", "detail"}


def dialect_of(native: Any) -> Dialect | None:
    """Return which front door an event came through; None for everything else."""
    if not isinstance(native, dict):
        return None
    request = native.get("requestContext")
    if not isinstance(request, dict):
        request = {}
    if "elb" in request:
        return LOAD_BALANCER
    if "methodArn" in native or "routeArn" in native:
        return None  # an authorizer's request looks like the door's own, but wants a policy for its answer
    version = native.get("version")
    if version == "2.0" and isinstance(request.get("http"), dict) and "method" in request["http"]:
        return FUNCTION_URL if ".lambda-url." in (request.get("domainName") or "") else HTTP_API_V2
    if "httpMethod" in native and "path" in native:
        if version == "1.0":
            return HTTP_API_V1
        # REST has no version; its requestContext may be null when the console tests a function
        return REST_API if "resource" in native else None
    return None


def to_event(native: Any) -> Event:
    """Return the Event of an HTTP dialect's or of EventBridge's event, else of a direct invocation: a POST of it."""
    dialect = dialect_of(native)
    if dialect is not None:
        return dialect.to_event(native)
    if isinstance(native, dict) and native.keys() >= _EVENT_BUS_KEYS:
        from . import events

        return events.to_event(native)
    return Event("POST", raw_path="/", header_pairs=[("content-type", "application/json")], body=dumps(native).encode())


def to_batch(native: Any) -> Batch | None:
    """Return the records of a queue, topic, bucket or stream; None for an event that is one call."""
    if not isinstance(native, dict) or not isinstance(native.get("Records"), list):
        return None
    from . import events

    return events.to_batch(native)


def to_context(
    native_context: Any, event: Event, native: Any, fetch_secret: Callable[[str], str | None] | None = None
) -> Context:
    """Return the facts about one invocation; its id is Lambda's, the one in the function's own log."""
    return Context(
        request_id=native_context.aws_request_id,
        function_name=native_context.function_name,
        platform="aws_lambda",
        event=event,
        deadline=lambda: time.time() + native_context.get_remaining_time_in_millis() / 1000,
        native=(native, native_context),
        fetch_secret=fetch_secret,
    )


def to_native(response: Response, dialect: Dialect, native: Any, context: Context, method: str) -> dict[str, Any]:
    """Return the reply in the dialect of the event; one that Lambda would refuse for its size is a clear 500."""
    reply = dialect.to_native(response, native)
    limit_bytes = dialect.limit_bytes
    # JSON makes at most six bytes of one, so most replies need no measuring
    if len(response.body) > limit_bytes // 7 and _size_bytes(reply) > limit_bytes:
        return dialect.to_native(too_large(context, method, limit_bytes, dialect.name), native)
    return reply


def make_lambda_handler(handler: Handler, environ: Mapping[str, str]) -> Callable[[Any, Any], Any]:
    """Return the function that Lambda calls with its event and context.

    RAISE_ERRORS=1 lets HTTP errors reach it, REPORT_BATCH_ITEM_FAILURES=1 reports failed records in place of raising,
    and SECRETS_PATH is what the names of its secrets begin with in Secrets Manager.
    """
    raise_errors = environ.get("RAISE_ERRORS") == "1"
    report = environ.get("REPORT_BATCH_ITEM_FAILURES") == "1"
    fetch_secret = _secrets_of(environ)

    def lambda_handler(native: Any, native_context: Any) -> Any:
        dialect = dialect_of(native)
        if dialect is None:
            return run_event(native, native_context)
        try:
            event = dialect.to_event(native)
        except BadRequest as error:
            return dialect.to_native(refuse(error, native_context.aws_request_id, _method(native)), native)
        context = to_context(native_context, event, native, fetch_secret)
        response = invoke(handler, event, context, raise_errors=raise_errors)
        if type(response.body) is not bytes:
            limits = dialect.limit_bytes, dialect.name
            response = buffer(response, context, event.method, *limits, raise_errors=raise_errors)
        return to_native(response, dialect, native, context, event.method)

    def run_event(native: Any, native_context: Any) -> Any:
        def run(event: Event, record: Any) -> Response:
            return deliver(handler, event, to_context(native_context, event, record, fetch_secret))

        batch = to_batch(native)
        if batch is not None:
            return batch.deliver(run, native_context.aws_request_id, report=report)
        return _result(run(to_event(native), native))

    return lambda_handler


def _secrets_of(environ: Mapping[str, str]) -> Callable[[str], str | None] | None:
    """Return what fetches a secret; None where there is nowhere to fetch it from."""
    path, region = environ.get("SECRETS_PATH"), environ.get("AWS_REGION")
    if not path:
        return None

    def fetch(name: str) -> str | None:
        from .secrets import fetch_secret

        return fetch_secret(path, name, region)

    return fetch


def _method(native: Any) -> str:
    """Return the method of an event that could not become an Event."""
    method: str = native.get("httpMethod") or native["requestContext"].get("http", {}).get("method") or "GET"
    return method.upper()


def _result(response: Response) -> Any:
    """Return what a direct invocation's caller gets: the JSON of the body, or its text."""
    body = response.body
    content_type = next((value for name, value in response.headers if name.lower() == "content-type"), "")
    if body and content_type.partition(";")[0].strip().lower() == "application/json":
        return loads(body)
    try:
        return body.decode() if body else None
    except UnicodeDecodeError as error:
        raise InvocationFailed("the handler answered with bytes; a direct invocation takes JSON or text") from error


# the runtime client escapes non-ASCII text before Python 3.12, and sends it as it is from there on
_measure = JSONEncoder(ensure_ascii=os.environ.get("AWS_EXECUTION_ENV", "") < "AWS_Lambda_python3.12").encode


def _size_bytes(reply: Mapping[str, Any]) -> int:
    return len(_measure(reply).encode(errors="replace"))


lambda_handler = make_lambda_handler(load_handler(os.environ), os.environ)
