"""Logs over HTTP: one JSON object a line, as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portable.stack.errors import GatewayError, Unavailable
from portable.stack.messages import FunctionName, LogMessage, LogQuery

from ..fake_provider import FakeProvider
from ..running import AUTHORIZATION, PATIENCE_S, ControlPlane, control_plane

PRINTED = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
Answer = Callable[[LogQuery, Event], Iterator[LogMessage]]


class PrintingProvider(FakeProvider):
    """A provider whose logs are what the test says."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer
        self.queries: list[LogQuery] = []

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield what the test says."""
        self.queries.append(query)
        return self._answer(query, closed)


def message(text: str) -> LogMessage:
    """Return a line that `echo` printed."""
    return LogMessage("echo", "openfaas-fn", "echo-1", PRINTED, text)


def two_lines(query: LogQuery, closed: Event) -> Iterator[LogMessage]:
    """Answer two lines."""
    yield message("one\n")
    yield message("zwei ü\n")


def fails_at_once(query: LogQuery, closed: Event) -> Iterator[LogMessage]:
    """Fail before the first line."""
    raise Unavailable("the engine does not answer")
    yield


def fails_later(query: LogQuery, closed: Event) -> Iterator[LogMessage]:
    """Fail after the first line."""
    yield message("one\n")
    raise Unavailable("the engine does not answer")


@pytest.fixture
def printing(tmp_path: Path) -> Iterator[ControlPlane]:
    with control_plane(tmp_path, PrintingProvider(two_lines)) as running:
        running.deploy("echo")
        yield running


def query_of(running: ControlPlane) -> LogQuery:
    """Return what the provider was last asked."""
    assert isinstance(running.provider, PrintingProvider)
    return running.provider.queries[-1]


def test_logs_are_one_object_a_line_with_its_newline(printing: ControlPlane) -> None:
    answer = printing.call("GET", "/system/logs?name=echo")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    first, second = (json.loads(line) for line in answer.text.splitlines())
    assert first == {
        "name": "echo",
        "namespace": "openfaas-fn",
        "instance": "echo-1",
        "timestamp": "2026-01-31T12:00:00.123456Z",
        "text": "one\n",
    }
    assert second["text"] == "zwei ü\n"


def test_logs_as_faas_cli_asks_by_default_are_all_and_followed(printing: ControlPlane) -> None:
    printing.call("GET", "/system/logs?follow=true&name=echo&namespace=&tail=-1")

    assert query_of(printing) == LogQuery(FunctionName("echo"), tail=-1, follow=True)


def test_logs_query_is_read_whole(printing: ControlPlane) -> None:
    printing.call(
        "GET", "/system/logs?name=echo.openfaas-fn&instance=echo-1&tail=5&follow=0&since=2026-01-31T12:00:00Z"
    )

    since = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert query_of(printing) == LogQuery(FunctionName("echo"), "echo-1", 5, follow=False, since=since)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)),
        ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500000, UTC)),
        ("2026-01-31t12:00:00z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00%2B02:00", datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-01-31T12:00:00-05:30", datetime(2026, 1, 31, 17, 30, tzinfo=UTC)),
    ],
)
def test_logs_since_is_any_time_of_rfc_3339(printing: ControlPlane, written: str, moment: datetime) -> None:
    assert printing.call("GET", f"/system/logs?name=echo&since={written}").status_code == 200
    assert query_of(printing).since == moment


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("", 400, "name is missing"),
        ("name=none", 404, "none.openfaas-fn"),
        ("name=echo.other", 404, "echo.other"),
        ("name=echo&tail=many", 400, "'many'"),
        ("name=echo&tail=1.5", 400, "'1.5'"),
        ("name=echo&tail=" + "9" * 5000, 400, "tail"),
        ("name=echo&follow=perhaps", 400, "'perhaps'"),
        ("name=echo&since=yesterday", 422, "'yesterday'"),
        ("name=echo&since=2026-01-31", 422, "since"),
        ("name=echo&since=2026-01-31T12:00:00", 422, "since"),
        ("name=echo&since=2026-01-31T12:00:00+02:00", 422, "%2B"),
        ("name=echo&since=2026-02-30T12:00:00Z", 422, "since"),
        ("name=echo&since=0000-01-01T00:00:00Z", 422, "since"),
        ("name=echo&since=0001-01-01T00:00:00%2B14:00", 422, "since"),
        ("name=echo&since=%D9%A22026-01-31T12:00:00Z", 422, "since"),
    ],
)
def test_logs_of_a_wrong_query_are_refused(printing: ControlPlane, query: str, status: int, reason: str) -> None:
    answer = printing.call("GET", f"/system/logs?{query}")

    assert answer.status_code == status
    assert reason in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_logs_that_fail_at_once_are_answered_as_an_error(tmp_path: Path) -> None:
    with control_plane(tmp_path, PrintingProvider(fails_at_once)) as running:
        running.deploy("echo")
        answer = running.call("GET", "/system/logs?name=echo")

    assert answer.status_code == 503
    assert answer.text == "the engine does not answer\n"


def test_logs_that_fail_later_break_off(tmp_path: Path) -> None:
    """A stream that ended as if whole would hide that lines are missing."""
    with control_plane(tmp_path, PrintingProvider(fails_later)) as running:
        running.deploy("echo")
        with pytest.raises(GatewayError, match="does not answer"):
            running.call("GET", "/system/logs?name=echo").get_data()


def test_logs_followed_send_the_head_first_and_end_when_the_client_is_gone(tmp_path: Path) -> None:
    gone = Event()
    asked: list[Event] = []

    def until_gone(query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        asked.append(closed)
        yield message("one\n")
        assert closed.wait(PATIENCE_S)

    with control_plane(tmp_path, PrintingProvider(until_gone)) as running:
        running.deploy("echo")
        body, status = _stream(running, "/system/logs?name=echo&follow=true", {"gateway.gone": gone})

        assert status.startswith("200")
        assert next(body) == b""
        assert json.loads(next(body))["text"] == "one\n"
        gone.set()
        assert list(body) == []
        assert asked == [gone]


def _stream(running: ControlPlane, path: str, environ: dict[str, Any]) -> tuple[Iterator[bytes], str]:
    headers = [("Authorization", AUTHORIZATION), ("Host", "127.0.0.1")]
    environ = {**EnvironBuilder(path, headers=headers).get_environ(), **environ}
    body, status, _ = run_wsgi_app(running.app, environ, buffered=False)
    return iter(body), status
