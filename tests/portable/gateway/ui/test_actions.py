"""The forms: what they change, and that nothing does without the password and the token."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from portable.gateway.history.models import CallQuery
from portable.gateway.queue.models import State
from portable.gateway.ui.store import ARCHITECTURES
from portable.stack.messages import Secret

from ..queue.test_routes import keep
from ..running import ControlPlane, control_plane
from .pages import HOSTILE, Page, get, post

MACHINE = ARCHITECTURES.get(platform.machine().lower(), platform.machine())
FORMS = (
    "/ui/deploy",
    "/ui/functions/echo/invoke",
    "/ui/functions/echo/scale",
    "/ui/functions/echo/remove",
    "/ui/async/one/replay",
    "/ui/async/one/cancel",
)
QUERY = CallQuery()
FIELDS = {"name": "new", "image": "local/new:1", "method": "POST", "path": "/", "replicas": "2"}


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", ["", "wrong", "\u00fc"])
def test_form_without_the_token_does_nothing(control: ControlPlane, path: str, token: str) -> None:
    control.deploy("echo")
    keep(control, state=State.WAITING)
    before = control.statuses()
    answer = post(control, path, token, **FIELDS)

    assert answer.status_code == 403
    assert "nothing was done" in answer.text
    assert control.statuses() == before
    assert control.calls.reader.find("one")["state"] == "waiting"


@pytest.mark.parametrize("path", FORMS)
def test_form_without_the_password_or_from_elsewhere_does_nothing(control: ControlPlane, path: str) -> None:
    control.deploy("echo")
    token = get(control, "/ui/deploy").value("csrf_token")
    data = {"csrf_token": token, **FIELDS}

    assert control.call("POST", path, data=data, headers={"Authorization": ""}).status_code == 401
    assert control.call("POST", path, data=data, headers={"Origin": "http://evil.example"}).status_code == 403
    assert control.call("POST", path, data=data, headers={"Origin": "null"}).status_code == 403
    assert [status.replicas for status in control.statuses()] == [1]


def test_token_is_another_for_another_password(tmp_path: Path) -> None:
    with control_plane(tmp_path / "a") as one, control_plane(tmp_path / "b") as other:
        tokens = {get(control, "/ui/deploy").value("csrf_token") for control in (one, other)}

    assert len(tokens) == 1  # the tests' password is the same, so a page outlives a restart
    assert all(token and len(token) == 64 for token in tokens)


class TestDeploy:
    def test_function_is_deployed_with_everything_that_was_typed(self, control: ControlPlane) -> None:
        control.secrets.create(Secret("key", "openfaas-fn", b"value"))
        answer = post(
            control,
            "/ui/deploy",
            name="new",
            image="local/new:1",
            environment="A=1\r\nB=x=y\r\n",
            secrets="key",
            labels="team=a",
            annotations="topic=t",
            memory="64Mi",
            read_only="on",
        )
        [status] = control.statuses()
        deployment = status.deployment

        assert (answer.status_code, answer.headers["Location"]) == (303, "/ui/functions/new?done=deployed")
        assert (deployment.env_vars, deployment.labels) == ({"A": "1", "B": "x=y"}, {"team": "a"})
        assert (deployment.secrets, deployment.annotations) == (("key",), {"topic": "t"})
        assert deployment.limits
        assert deployment.limits.to_wire() == {"memory": "64Mi"}
        assert deployment.read_only_root_filesystem

    def test_refused_form_comes_back_as_it_was_typed(self, control: ControlPlane) -> None:
        answer = post(control, "/ui/deploy", name="No Name", image=HOSTILE.replace(" ", ""), update="on")
        page = Page(answer)

        assert answer.status_code == 400
        assert "'No Name' is not" in page.text("problem")
        assert page.value("name") == "No Name"
        assert page.value("image") == HOSTILE.replace(" ", "")
        assert "checked" in page.all("input", name="update")[0]

    def test_function_that_is_there_is_only_updated_if_that_was_said(self, control: ControlPlane) -> None:
        control.deploy("echo")

        assert post(control, "/ui/deploy", name="echo", image="local/echo:2").status_code == 409
        assert post(control, "/ui/deploy", name="echo", image="local/echo:2", update="on").status_code == 303
        assert control.statuses()[0].deployment.image == "local/echo:2"

    def test_function_of_the_store_is_deployed(self, tmp_path: Path) -> None:
        store = tmp_path / "store.json"
        one = {"title": "T", "name": "from-store", "images": {MACHINE: "local/one:1"}, "environment": {"A": "b"}}
        store.write_text(json.dumps({"functions": [one]}))
        with control_plane(tmp_path, store_path=store) as control:
            assert post(control, "/ui/deploy", store="from-store").status_code == 303
            assert post(control, "/ui/deploy", store="nothing").status_code == 404

            assert [one.deployment.env_vars for one in control.statuses()] == [{"A": "b"}]


class TestInvoke:
    def test_reply_is_shown_and_what_was_typed_stays(self, control: ControlPlane) -> None:
        control.deploy("echo")
        answer = post(
            control,
            "/ui/functions/echo/invoke",
            method="POST",
            path="/a b?c=ü",
            headers="X-Own: 1\r\nX-Call-Id: mine",
            body="one\r\ntwo",
        )
        page = Page(answer)

        assert answer.status_code == 200
        assert page.text("reply").startswith("200 in ")
        assert "call mine" in page.text("reply")
        assert page.value("path") == "/a b?c=ü"
        assert [call.call_id for call in control.history.calls(QUERY)] == ["mine"]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"method": "BREW"}, "method must be one of"),
            ({"path": "nothing"}, "path begins with /"),
            ({"headers": "no colon"}, "each line is"),
            ({"headers": "Bad Name: x"}, "each line is"),
            ({"headers": "X-Own: \u4e2d"}, "in Latin letters"),
            ({"headers": "Content-Length: 3"}, "is the gateway's to set"),
            ({"method": "GET", "body": "x"}, "a GET has no body"),
        ],
    )
    def test_request_that_cannot_be_is_refused_by_its_field(
        self, control: ControlPlane, fields: dict[str, str], said: str
    ) -> None:
        control.deploy("echo")
        answer = post(control, "/ui/functions/echo/invoke", **{"method": "POST", "path": "/", **fields})

        assert answer.status_code == 400
        assert said in Page(answer).text("problem")
        assert control.statuses()[0].invocation_count == 0

    def test_call_that_does_not_end_is_broken_off(self, tmp_path: Path) -> None:
        with control_plane(tmp_path, deploy_wait_s=1.0) as control:
            control.deploy("slow")
            answer = post(control, "/ui/functions/slow/invoke", method="POST", path="/")
            [call] = control.history.calls(QUERY)

        assert answer.status_code == 504
        assert "did not end its reply within 1 s" in Page(answer).text("problem")
        assert call.status == 499

    def test_unknown_function_is_404(self, control: ControlPlane) -> None:
        assert post(control, "/ui/functions/nothing/invoke", method="POST", path="/").status_code == 404


class TestScale:
    def test_function_is_scaled(self, control: ControlPlane) -> None:
        control.deploy("echo")
        answer = post(control, "/ui/functions/echo/scale", replicas="2")

        assert (answer.status_code, answer.headers["Location"]) == (303, "/ui/functions/echo?done=scaled")
        assert control.statuses()[0].available_replicas == 2

    @pytest.mark.parametrize("replicas", ["", "-1", "1.5", "999999", "\u0663"])
    def test_number_that_is_none_is_refused_on_the_page(self, control: ControlPlane, replicas: str) -> None:
        control.deploy("echo")
        answer = post(control, "/ui/functions/echo/scale", replicas=replicas)

        assert answer.status_code == 400
        assert "replicas must be" in Page(answer).text("problem")


def test_function_is_removed(control: ControlPlane) -> None:
    control.deploy("echo")
    answer = post(control, "/ui/functions/echo/remove")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/ui/?done=removed")
    assert control.statuses() == []
    assert post(control, "/ui/functions/echo/remove").status_code == 404


def test_async_call_is_cancelled_and_replayed(control: ControlPlane) -> None:
    keep(control, state=State.WAITING)
    cancelled = post(control, "/ui/async/one/cancel")

    assert (cancelled.status_code, cancelled.headers["Location"]) == (303, "/ui/async/one?done=cancelled")
    assert control.calls.reader.find("one")["state"] == "cancelled"
    assert post(control, "/ui/async/one/replay").headers["Location"] == "/ui/async/one?done=replayed"
    assert control.calls.reader.find("one")["state"] == "waiting"
    assert post(control, "/ui/async/one/replay").status_code == 409
