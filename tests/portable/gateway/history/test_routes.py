"""The calls that are kept, over HTTP: what is found, what is refused, and what no caller may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import quote

import pytest

from portable.gateway.api import history as routes
from portable.stack.errors import Unavailable
from portable.stack.messages import FunctionName, LogMessage, LogQuery

from ..fake_provider import FakeProvider
from ..running import ControlPlane, control_plane
from .kept import NOW_S, call, function, line

PATHS = ("/system/calls", "/system/calls/one")
HOSTILE = ("a/b", "/", "..%2f", "x'; DROP TABLE calls; --".replace(" ", ""), "<b>", "~" * 128, "a?b#c&d", "%00", "..")


class PrintingProvider(FakeProvider):
    """A provider that has these lines of any function, and asserts that it is not asked for all of them."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self.texts = texts
        self.queries: list[LogQuery] = []

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        self.queries.append(query)
        for number, text in enumerate(self.texts):
            if text == "broken":
                raise Unavailable("the engine does not answer")
            yield line(text, number, name=query.function, replica=f"{query.function.name}-1").message


def listed(control: ControlPlane, query: str) -> list[str]:
    answer = control.call("GET", f"/system/calls?{query}")
    assert answer.status_code == 200, answer.text
    return [one["callId"] for one in answer.get_json()["calls"]]


def test_list_is_of_what_the_query_asks_for_newest_first(control: ControlPlane) -> None:
    control.history.record(call("a", ago_s=5, status=404))
    control.history.record(call("b", ago_s=4, function=function("other")))
    control.history.record(call("c", ago_s=3, status=502))

    assert listed(control, "") == ["c", "b", "a"]
    assert listed(control, "name=fn") == listed(control, "name=fn.openfaas-fn") == ["c", "a"]
    assert listed(control, "name=fn&namespace=openfaas-fn") == ["c", "a"]
    assert listed(control, "status=404") == listed(control, "status=4xx") == ["a"]
    assert listed(control, "since=2027-01-15T07:59:56Z") == ["c", "b"]
    assert listed(control, "id=b") == ["b"]
    assert listed(control, "limit=1") == ["c"]
    assert listed(control, "name=none") == []


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("status=600", 400, "status must be"),
        ("status=5x", 400, "status must be"),
        ("status=%D9%A4%D9%A4%D9%A4", 400, "status must be"),
        ("limit=0", 400, "from 1 to 1000"),
        ("limit=1001", 400, "from 1 to 1000"),
        ("limit=", 400, "from 1 to 1000"),
        ("since=yesterday", 422, "since must be"),
        ("id=" + "a" * 129, 400, "id must be"),
        ("id=a%20b", 400, "id must be"),
        ("id=%00", 400, "id must be"),
        ("name=fn&namespace=other", 400, "namespace"),
    ],
)
def test_query_that_cannot_be_answered_is_refused(control: ControlPlane, query: str, status: int, text: str) -> None:
    answer = control.call("GET", f"/system/calls?{query}")

    assert (answer.status_code, text in answer.text) == (status, True)


def test_call_is_described_with_the_lines_of_its_functions_that_hold_its_id(tmp_path: Path) -> None:
    provider = PrintingProvider("begin one\n", "another's\n", "end one\n")
    with control_plane(tmp_path, provider) as control:
        control.history.record(call("one", function=function("inner"), ago_s=2))
        control.history.record(call("one", function=function("outer"), ago_s=3))
        control.history.record(call("two"))
        found = control.call("GET", "/system/calls/one").get_json()

    assert found["callId"] == "one"
    assert [one["function"] for one in found["calls"]] == ["inner.openfaas-fn", "outer.openfaas-fn"]
    lines = ["begin one\n"] * 2 + ["end one\n"] * 2
    assert [one["text"] for one in found["logs"]] == lines
    assert "logsError" not in found
    assert [(query.function.name, query.follow) for query in provider.queries] == [("inner", False), ("outer", False)]
    assert [query.since.timestamp() for query in provider.queries if query.since] == [NOW_S - 3, NOW_S - 4]


def test_lines_of_a_call_are_bounded_and_that_is_said(tmp_path: Path) -> None:
    with control_plane(tmp_path, PrintingProvider(*["one"] * (routes.MAX_LINES + 1))) as control:
        control.history.record(call("one"))
        found = control.call("GET", "/system/calls/one").get_json()

    assert len(found["logs"]) == routes.MAX_LINES
    assert "more than these 1000 lines" in found["logsError"]


def test_call_whose_logs_cannot_be_read_is_described_nevertheless(tmp_path: Path) -> None:
    with control_plane(tmp_path, PrintingProvider("one\n", "broken")) as control:
        control.history.record(call("one"))
        found = control.call("GET", "/system/calls/one").get_json()

    assert [one["callId"] for one in found["calls"]] == ["one"]
    assert [one["text"] for one in found["logs"]] == ["one\n"]
    assert found["logsError"] == "the engine does not answer"


@pytest.mark.parametrize("call_id", HOSTILE)
def test_hostile_id_is_found_as_any_and_quoted_in_json(control: ControlPlane, call_id: str) -> None:
    control.history.record(call(call_id))
    by_path = control.call("GET", f"/system/calls/{quote(call_id, safe='')}")

    assert (by_path.status_code, by_path.content_type) == (200, "application/json")
    assert json.loads(by_path.data)["callId"] == call_id
    assert listed(control, f"id={quote(call_id, safe='')}") == [call_id]


@pytest.mark.parametrize("call_id", ["none", "a" * 129, "a" * 60_000, "%00", "a%20b", "%F0%9F%98%80", "x';DROP"])
def test_call_that_is_not_kept_is_a_404(control: ControlPlane, call_id: str) -> None:
    control.history.record(call("one"))

    assert control.call("GET", f"/system/calls/{call_id}").status_code == 404
    assert listed(control, "") == ["one"]


@pytest.mark.parametrize("path", PATHS)
class TestEveryRoute:
    def test_needs_the_password(self, control: ControlPlane, path: str) -> None:
        control.history.record(call("one"))

        assert control.call("GET", path, headers={"Authorization": ""}).status_code == 401

    def test_is_closed_to_other_sites(self, control: ControlPlane, path: str) -> None:
        control.history.record(call("one"))

        assert control.call("GET", path, headers={"Origin": "http://evil.example"}).status_code == 403

    def test_changes_nothing(self, control: ControlPlane, path: str) -> None:
        control.history.record(call("one"))

        assert [control.call(method, path).status_code for method in ("POST", "PUT", "DELETE")] == [405] * 3


def test_calls_and_their_names_outlive_the_gateway_and_the_function(tmp_path: Path) -> None:
    with control_plane(tmp_path) as control:
        control.history.record(call("one", function=function("gone")))
    with control_plane(tmp_path) as control:
        assert listed(control, "name=gone") == ["one"]
        assert control.call("GET", "/system/calls/one").get_json()["logs"] == []
        assert FunctionName("gone") not in control.router.functions
