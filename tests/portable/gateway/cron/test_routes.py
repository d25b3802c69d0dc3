"""Schedules over HTTP: what a deployment is refused for, and what GET /system/cron answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..fake_provider import FakeProvider
from ..fleet import until
from ..running import ControlPlane, control_plane, deployment
from .gateways import MINUTELY, deployed

BAD = {"topic": "cron-function", "schedule": "61 * * * *"}


def test_deployed_schedule_is_told(control: ControlPlane) -> None:
    annotations = {"topic": "cron-function", "schedule": "0 0 1 1 *"}
    assert control.call("POST", "/system/functions", json=deployment(annotations=annotations)).status_code == 200
    (state,) = control.call("GET", "/system/cron").get_json()

    assert (state["function"], state["schedule"], state["error"]) == ("echo.openfaas-fn", "0 0 1 1 *", "")
    assert state["nextAt"].endswith("-01-01T00:00:00Z")
    assert (state["lastRun"], state["missed"], state["skipped"]) == (None, 0, 0)


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_bad_schedule_is_a_400_that_names_the_annotation_and_changes_nothing(
    control: ControlPlane, method: str
) -> None:
    if method == "PUT":
        control.call("POST", "/system/functions", json=deployment())
    before = control.statuses()
    answer = control.call(method, "/system/functions", json=deployment(annotations=BAD))

    assert answer.status_code == 400
    assert answer.text == "annotation schedule: minute is '61', not from 0 to 59\n"
    assert control.statuses() == before


def test_updated_and_deleted_function_changes_and_drops_its_schedule_at_once(control: ControlPlane) -> None:
    for method, schedule in (("POST", MINUTELY), ("PUT", "@daily")):
        annotations = {"topic": "cron-function", "schedule": schedule}
        assert control.call(method, "/system/functions", json=deployment(annotations=annotations)).status_code == 200
        assert [one["schedule"] for one in control.call("GET", "/system/cron").get_json()] == [schedule]
    control.call("DELETE", "/system/functions", json={"functionName": "echo"})

    assert control.call("GET", "/system/cron").get_json() == []


def test_schedules_are_told_to_nobody_without_the_password(control: ControlPlane) -> None:
    assert control.call("GET", "/system/cron", headers={"Authorization": ""}).status_code == 401


def test_stack_file_with_a_bad_schedule_is_served_and_the_function_says_why(tmp_path: Path) -> None:
    provider = FakeProvider()
    provider.declarations = [deployed("bad", "61 * * * *"), deployed("good", MINUTELY)]
    with control_plane(tmp_path, provider) as control:
        functions = control.router.functions.values()
        control.loop.run(until(lambda: all(function.endpoints for function in functions)))
        states = control.call("GET", "/system/cron").get_json()
        reasons = {status.deployment.name.name: status.reason for status in control.statuses()}

    assert [(one["function"], bool(one["error"])) for one in states] == [
        ("bad.openfaas-fn", True),
        ("good.openfaas-fn", False),
    ]
    assert "annotation schedule: minute is '61'" in reasons["bad"]
