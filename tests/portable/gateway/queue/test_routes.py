"""Asynchronous calls over HTTP: looked at, cancelled, replayed; and what no caller may do."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from portable.gateway.calls.stored_exchange import Reply
from portable.gateway.queue.models import ENDED, Ending, NewCall, State

from ..running import ControlPlane, control_plane

PATHS = (
    ("GET", "/async-function/one"),
    ("GET", "/async-function/one/result"),
    ("DELETE", "/async-function/one"),
    ("GET", "/system/async"),
    ("POST", "/system/async/one/replay"),
)
HTML = b"<script>alert(document.domain)</script>"


def keep(
    control: ControlPlane,
    call_id: str = "one",
    state: State = State.DONE,
    *,
    function: str = "echo.openfaas-fn",
    reply: Reply | None = None,
) -> None:
    """Have a call be kept in a state."""
    store = control.calls._store
    reply = reply or Reply(200, b"Content-Type: text/plain\r\n", b"hello", 5)

    async def kept() -> None:
        ticket = await store.accept(NewCall(call_id, function, b"/", b"", b"", "", time.time()))
        if state is not State.WAITING:
            await store.begin(ticket.seq, time.time())
        if state is State.CANCELLED:
            await store.cancel(call_id, time.time())
        elif state in ENDED:
            await store.end(ticket.seq, state, time.time(), Ending(reply, 10, 0.1, "echo-1", ""))

    control.loop.run(kept())


def test_call_is_described_with_its_reply(control: ControlPlane) -> None:
    keep(control)
    answer = control.call("GET", "/async-function/one")
    found = answer.get_json()

    assert answer.status_code == 200
    expected = {"callId": "one", "function": "echo.openfaas-fn", "state": "done", "attempts": 1, "status": 200}
    assert {name: found[name] for name in expected} == expected
    assert (found["body"], found["headers"]) == ("hello", {"Content-Type": ["text/plain"]})


def test_result_is_the_functions_own_reply(control: ControlPlane) -> None:
    lines = b"Content-Type: image/png\r\nX-Own: 1\r\nX-Own: 2\r\nContent-Length: 99\r\n"
    keep(control, reply=Reply(418, lines, b"\x89PNG", 4))
    answer = control.call("GET", "/async-function/one/result")

    assert (answer.status_code, answer.data, answer.content_type) == (418, b"\x89PNG", "image/png")
    assert answer.headers.getlist("X-Own") == ["1", "2"]
    assert answer.content_length == 4


def test_result_that_is_a_page_runs_no_script_under_the_gateways_origin(control: ControlPlane) -> None:
    lines = b"Content-Type: text/html\r\nContent-Security-Policy: default-src *\r\nX-Content-Type-Options: x\r\n"
    keep(control, reply=Reply(200, lines, HTML, len(HTML)))
    headers = control.call("GET", "/async-function/one/result").headers

    assert headers.getlist("Content-Security-Policy") == ["sandbox"]
    assert headers.getlist("X-Content-Type-Options") == ["nosniff"]


@pytest.mark.parametrize(
    ("state", "status", "text"),
    [
        (State.WAITING, 409, "one is waiting: it has no result yet"),
        (State.RUNNING, 409, "one is running"),
        (State.CANCELLED, 404, "has no result: it is cancelled"),
    ],
)
def test_result_that_is_not_there_is_said_so(control: ControlPlane, state: State, status: int, text: str) -> None:
    keep(control, state=state)
    answer = control.call("GET", "/async-function/one/result")

    assert (answer.status_code, text in answer.text) == (status, True)


def test_result_that_was_too_large_is_gone(control: ControlPlane) -> None:
    keep(control, reply=Reply(200, b"", None, 5_000_000))
    answer = control.call("GET", "/async-function/one/result")

    assert (answer.status_code, "has 5000000 bytes" in answer.text) == (410, True)


@pytest.mark.parametrize("state", [State.WAITING, State.RUNNING, State.CANCELLED])
def test_cancel_is_taken_until_a_call_has_ended(control: ControlPlane, state: State) -> None:
    keep(control, state=state)
    answer = control.call("DELETE", "/async-function/one")

    assert (answer.status_code, answer.data) == (202, b"")
    assert control.call("GET", "/async-function/one").get_json()["state"] == "cancelled"


@pytest.mark.parametrize("state", [State.DONE, State.DEAD])
def test_cancel_of_what_has_ended_is_a_conflict(control: ControlPlane, state: State) -> None:
    keep(control, state=state)

    assert control.call("DELETE", "/async-function/one").status_code == 409


def test_dead_letter_is_found_and_replayed(control: ControlPlane) -> None:
    keep(control, "fine")
    keep(control, "lost", State.DEAD)
    dead = control.call("GET", "/system/async?state=dead").get_json()["calls"]
    answer = control.call("POST", f"/system/async/{dead[0]['callId']}/replay")

    assert [call["callId"] for call in dead] == ["lost"]
    assert (answer.status_code, answer.data) == (202, b"")
    assert control.call("POST", "/system/async/lost/replay").status_code == 409
    assert control.call("GET", "/async-function/lost").get_json()["state"] == "waiting"


def test_list_is_of_a_function_a_state_and_a_length(control: ControlPlane) -> None:
    for number in range(3):
        keep(control, f"echo-{number}")
    keep(control, "other", State.WAITING, function="other.openfaas-fn")

    def listed(query: str) -> list[str]:
        return [call["callId"] for call in control.call("GET", f"/system/async?{query}").get_json()["calls"]]

    assert listed("limit=2") == ["other", "echo-2"]
    assert listed("function=echo&limit=1") == listed("function=echo.openfaas-fn&state=done&limit=1") == ["echo-2"]
    assert listed("state=waiting") == ["other"]
    assert listed("function=nobody") == []
    counts = control.call("GET", "/system/async?function=echo").get_json()["counts"]
    assert counts == {"echo.openfaas-fn": {"waiting": 0, "running": 0, "done": 3, "dead": 0, "cancelled": 0}}


@pytest.mark.parametrize(
    "query", ["state=lost", "state=done' OR 1", "limit=0", "limit=1001", "limit=x", "limit=-1", "limit="]
)
def test_query_that_cannot_be_answered_is_a_400(control: ControlPlane, query: str) -> None:
    answer = control.call("GET", f"/system/async?{quote(query, safe='=')}")

    assert (answer.status_code, "must be" in answer.text) == (400, True)


@pytest.mark.parametrize(("method", "path"), PATHS)
class TestEveryRoute:
    def test_needs_the_password(self, control: ControlPlane, method: str, path: str) -> None:
        keep(control)

        assert control.call(method, path, headers={"Authorization": ""}).status_code == 401

    def test_is_closed_to_other_sites(self, control: ControlPlane, method: str, path: str) -> None:
        keep(control)
        answer = control.call(method, path, headers={"Origin": "http://evil.example"})

        assert answer.status_code == 403

    def test_of_a_call_that_is_not_known_is_a_404(self, control: ControlPlane, method: str, path: str) -> None:
        if "one" in path:
            answer = control.call(method, path)

            assert (answer.status_code, "there is no call one" in answer.text) == (404, True)

    def test_takes_no_id_that_no_call_has(self, control: ControlPlane, method: str, path: str) -> None:
        hostile: tuple[str, ...] = ("a" * 129, "a" * 60_000, "x'; DROP TABLE calls; --", "..%2f..%2fx", "%00", "<b>")
        for call_id in hostile:
            if "one" in path:
                assert control.call(method, path.replace("one", quote(call_id))).status_code == 404
        keep(control)

        assert control.call("GET", "/async-function/one").status_code == 200


def test_deployment_with_an_annotation_that_cannot_be_used_is_refused(control: ControlPlane) -> None:
    annotations = {"com.openfaas.retry.min_wait": "soon"}
    answer = control.call("POST", "/system/functions", json={"service": "x", "image": "y", "annotations": annotations})

    assert answer.status_code == 400
    assert "annotation com.openfaas.retry.min_wait: 'soon' is no time" in answer.text


def test_calls_outlive_the_gateway(tmp_path: Path) -> None:
    with control_plane(tmp_path) as control:
        keep(control, "kept")
    with control_plane(tmp_path) as control:
        assert control.call("GET", "/async-function/kept/result").data == b"hello"
