"""Logs over HTTP: a stream of JSON objects, one a line, each sent as it comes.

Without `since` it is the whole log. The gateways of OpenFaaS give the last five minutes then, and their users wonder
where the rest is.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from threading import Event

from flask import Response, request

from ...stack.errors import GatewayError, Refused
from ...stack.messages import FunctionName, LogMessage, LogQuery
from ..functions.service import Functions
from .bodies import read_namespace
from .functions import RunOnLoop

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_TRUE = ("1", "t", "T", "true", "True", "TRUE")  # as Go's ParseBool has them
_FALSE = ("", "0", "f", "F", "false", "False", "FALSE")
_log = logging.getLogger(__name__)

ReadLogs = Callable[[LogQuery, Event], Iterator[LogMessage]]
"""A provider's `logs`."""


class BadTime(Refused):
    """A time that cannot be read."""

    status = 422


class LogRoutes:
    """The view of /system/logs."""

    def __init__(self, functions: Functions, read: ReadLogs, run: RunOnLoop) -> None:
        self._functions = functions
        self._read = read
        self._run = run

    def stream(self) -> Response:
        """Answer a function's log, as its query wants it; it ends when the client leaves."""
        query = _query()
        self._run(self._functions.status(query.function))  # 404 if there is none
        lines = self._read(query, request.environ.get("gateway.gone") or Event())
        if not query.follow:
            lines = _begun(lines)
        return Response(_encode(lines, query), content_type="application/x-ndjson")


def _begun(lines: Iterator[LogMessage]) -> Iterator[LogMessage]:
    """Return the same lines, the first one read already: an error is still answered as one."""
    return chain([first for first in [next(lines, None)] if first], lines)


def _encode(lines: Iterator[LogMessage], query: LogQuery) -> Iterator[bytes]:
    yield b""  # what follows may be long in coming: send the headers
    try:
        for line in lines:
            yield json.dumps(line.to_wire()).encode() + b"\n"
    except GatewayError as error:
        _log.warning("logs of %s: broke off: %s", query.function, error)
        raise


def _query() -> LogQuery:
    given = request.args.get
    name, instance, tail, follow = (given(key, "") for key in ("name", "instance", "tail", "follow"))
    if not name:
        raise Refused("name is missing: /system/logs?name=FUNCTION")
    if not _NUMBER.fullmatch(tail or "-1"):
        raise Refused(f"tail must be a whole number of lines, not {tail[:80]!r}")
    if follow not in _TRUE + _FALSE:
        raise Refused(f"follow must be true or false, not {follow[:80]!r}")
    namespace = read_namespace() if given("namespace") else ""
    return LogQuery(
        function=FunctionName.parse(name, namespace),
        instance=instance,
        tail=int(tail or "-1"),
        follow=follow in _TRUE,
        since=read_time(given("since", "")),
    )


def read_time(written: str) -> datetime | None:
    """Return the time that a query asks for, None for "". Raises BadTime."""
    if not written:
        return None
    try:
        if _TIME.fullmatch(written):
            return datetime.fromisoformat(written.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadTime(f"since must be a time such as 2026-01-31T12:00:00Z (with + written %2B), not {written[:80]!r}")
