"""Bodies and queries of the control plane: JSON as Go reads and writes it, and errors as plain text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from ...stack import strict_json
from ...stack.errors import Refused
from ...stack.fields import text
from ...stack.messages import DEFAULT_NAMESPACE, FunctionName

MAX_BODY_BYTES = 2**20
MAX_DIGITS = 30
MAX_LIMIT = 1000
DEFAULT_LIMIT = 100
"""How many are listed, at most and if nothing is said."""


def parse_json(body: bytes) -> Any:
    """Return what a JSON text says. Raises Refused, with the place, for what Go refuses, and for a name given twice."""
    try:
        written = body.decode("utf-8-sig")
        return strict_json.loads(written, parse_int=_integer)
    except strict_json.RepeatedName as error:
        raise Refused(f"the body has the field {error.name[:80]!r} twice") from None
    except strict_json.NotANumber as error:
        raise Refused(f"the body is not JSON: {error.constant} is no number of JSON") from None
    except UnicodeDecodeError as error:
        raise Refused(f"the body is not JSON: it is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        found = "it is empty" if not body.strip() else f"{error.msg} at line {error.lineno} column {error.colno}"
        raise Refused(f"the body is not JSON: {found}") from None
    except RecursionError:
        raise Refused("the body is not JSON that can be read: it is nested too deep") from None


def read_object() -> dict[str, Any]:
    """Return the JSON object that the request carries, whatever its Content-Type; `namespace` is the one meant.

    Raises Refused if it is none, and if the namespaces of body and query differ, or are not the one there is.
    """
    body = parse_json(request.get_data(cache=False))
    if not isinstance(body, dict):
        raise Refused(f"the body must be a JSON object, not {type(body).__name__}")
    return {**body, "namespace": read_namespace(body)}


def read_namespace(body: Mapping[str, Any] | None = None) -> str:
    """Return the namespace of the request's query, or of its body. Raises Refused for one that is not there."""
    queried = request.args.get("namespace", "")
    named = text(body or {}, "namespace")
    if queried and named and queried != named:
        raise Refused(f"the query's namespace is {queried[:80]!r} and the body's {named[:80]!r}: which is meant?")
    namespace = queried or named or DEFAULT_NAMESPACE
    if namespace != DEFAULT_NAMESPACE:
        raise Refused(f"namespace must be {DEFAULT_NAMESPACE}, the only one of this gateway; not {namespace[:80]!r}")
    return namespace


def read_function(parameter: str) -> str:
    """Return the function that a parameter of the query names, as `name.namespace`; "" if it names none."""
    written = request.args.get(parameter, "")
    if not written:
        return ""
    return str(FunctionName.parse(written, read_namespace() if request.args.get("namespace") else ""))


def read_limit() -> int:
    """Return how many the query asks for. Raises Refused."""
    written = request.args.get("limit", str(DEFAULT_LIMIT))
    if not (written.isascii() and written.isdigit() and len(written) < 5 and 1 <= int(written) <= MAX_LIMIT):
        raise Refused(f"limit must be a whole number from 1 to {MAX_LIMIT}, not {written[:80]!r}")
    return int(written)


def json_reply(value: Any, status: int = 200) -> Response:
    """Return a JSON reply."""
    return Response(json.dumps(value), status, content_type="application/json")


def text_reply(written: str, status: int = 200) -> Response:
    """Return a plain text reply of one line, as Go's http.Error has it."""
    return Response(f"{written}\n", status, content_type="text/plain; charset=utf-8")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Refused(f"the body has a number of {len(digits)} digits, more than {MAX_DIGITS}")
    return int(digits)
