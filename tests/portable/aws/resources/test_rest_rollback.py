"""Which deployment of the REST API a rollback goes to: pure, from what is there."""

from __future__ import annotations

import pytest

from portable.aws.resources import rest_stage
from portable.aws.resources.rest_api import Deployment, RestApi

from ..door_account import calls
from ..targets import NAMES


def test_the_newest_of_a_version_counts() -> None:
    deployments = (Deployment("d1", 1, "a" * 16), Deployment("d2", 1, "b" * 16), Deployment("d3", 2, "c" * 16))
    found = RestApi("x", {}, {"deploymentId": "d3"}, deployments)

    (call,) = calls(rest_stage.rollback_steps(found, NAMES, "1"))

    assert call.params["patchOperations"] == [{"op": "replace", "path": "/deploymentId", "value": "d2"}]


def test_a_spec_deployed_after_a_rollback_belongs_to_the_version_it_was_deployed_for() -> None:
    deployments = (Deployment("d1", 1, "a" * 16), Deployment("d2", 2, "b" * 16), Deployment("d3", 1, "c" * 16))
    found = RestApi("x", {}, {"deploymentId": "d3"}, deployments)

    (call,) = calls(rest_stage.rollback_steps(found, NAMES, "2"))

    assert call.params["patchOperations"][0]["value"] == "d2"


@pytest.mark.parametrize(
    "found",
    [
        None,
        RestApi("x", {}),
        RestApi("x", {}, {"deploymentId": "d1"}, (Deployment("d1"),)),
        RestApi("x", {}, {"deploymentId": "d1"}, (Deployment("d1", 8, "a" * 16),)),
    ],
)
def test_nothing_is_done_where_nothing_fits(found: RestApi | None) -> None:
    assert rest_stage.rollback_steps(found, NAMES, "3") == []


@pytest.mark.parametrize(("version", "is_told"), [("4", True), ("5", False), ("6", False)])
def test_it_is_told_where_nothing_is_left_to_go_back_to(version: str, *, is_told: bool) -> None:
    found = RestApi("x", {}, {"deploymentId": "d5"}, (Deployment("d5", 5, "a" * 16),))

    notes = rest_stage.rollback_notes(found, version)

    assert (f"from version {version} or before is left" in "".join(notes)) == is_told
