"""Releases as Lambda answers them when it is busy: recorded sequences, with the arguments of every call.

https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from portable.aws.apply import carry_out
from portable.aws.artifact.descriptions import release_description
from portable.aws.aws import Aws, AwsError
from portable.aws.plan import Plan
from portable.aws.resources import release
from portable.deploying.errors import DeployError

from ..function_states import make_state
from ..lambda_model import LambdaModel
from ..settings.configurations import configuration_of
from ..stubs import REGION, StubbedSession
from ..targets import PACKAGE, make_target
from .test_release_killed import Checks, Silent

FUNCTION = "meditations-dev"
OTHER = make_target(memory_mb=512)
STATE = make_state(
    [configuration_of(OTHER, "1"), configuration_of(OTHER, "2")],
    latest=configuration_of(make_target()),
    live="2",
    previous="1",
    description="version 2, deployed after 1",
)
PUBLISH = {
    "FunctionName": FUNCTION,
    "CodeSha256": PACKAGE.code_sha256,
    "Description": release_description(PACKAGE),
}
LIVE = {
    "FunctionName": FUNCTION,
    "Name": "live",
    "FunctionVersion": "3",
    "RevisionId": "r1",
    "RoutingConfig": {"AdditionalVersionWeights": {}},
    "Description": "version 3, deployed after 2",
}
PREVIOUS = {"FunctionName": FUNCTION, "Name": "previous", "FunctionVersion": "2"}
VERSION = {"FunctionName": FUNCTION, "Qualifier": "3"}


def carry(session: StubbedSession, pauses: list[float], canary_percent: int | None = None) -> dict[str, str]:
    """Deploy to a function whose version 2 is live."""
    target = replace(make_target(), canary_percent=canary_percent)
    aws = Aws(session, REGION, sleep=pauses.append, clock=lambda: sum(pauses), poll_s=0)
    known = carry_out(Plan(tuple(release.changes(STATE, target))), aws, Checks(LambdaModel({})), Silent())
    session.assert_all_called()
    return known


def test_it_waits_until_the_update_is_over_and_the_version_active() -> None:
    session, pauses = StubbedSession(), list[float]()
    session.refuse("lambda", "publish_version", "ResourceConflictException", "An update is in progress for resource")
    session.refuse("lambda", "publish_version", "TooManyRequestsException", "Rate exceeded")
    session.answer("lambda", "publish_version", configuration_of(make_target(), "3"), PUBLISH)
    session.answer("lambda", "get_function_configuration", {"State": "Pending"}, VERSION)
    session.answer("lambda", "get_function_configuration", {"State": "Active"}, VERSION)
    session.answer("lambda", "update_alias", {"FunctionVersion": "3"}, LIVE)
    session.answer("lambda", "update_alias", {}, PREVIOUS)

    known = carry(session, pauses)

    assert known == {"version": "3", "former": "2"}
    assert pauses == [1.0, 2.0]


def test_a_canary_is_a_weight_of_the_version_just_published() -> None:
    session = StubbedSession()
    session.answer("lambda", "publish_version", configuration_of(make_target(), "3"), PUBLISH)
    session.answer("lambda", "get_function_configuration", {"State": "Active"}, VERSION)
    weights = {"AdditionalVersionWeights": {"3": 0.1}}
    params = {"FunctionName": FUNCTION, "Name": "live", "RevisionId": "r1", "RoutingConfig": weights}
    session.answer("lambda", "update_alias", {"FunctionVersion": "2"}, params)

    known = carry(session, [], canary_percent=10)

    assert known["version"] == "3"


def test_a_conflict_that_is_no_update_in_progress_is_not_tried_again() -> None:
    session, pauses = StubbedSession(), list[float]()
    session.refuse("lambda", "publish_version", "ResourceConflictException", "version limit")

    with pytest.raises(AwsError, match="lambda publish_version: version limit"):
        carry(session, pauses)

    assert pauses == []


def test_somebody_elses_deploy_in_between_stops_it_before_previous_moves() -> None:
    session = StubbedSession()
    session.answer("lambda", "publish_version", configuration_of(make_target(), "4"))
    session.answer("lambda", "get_function_configuration", {"State": "Active"})
    session.refuse("lambda", "update_alias", "PreconditionFailedException", "The Revision Id provided does not match")

    with pytest.raises(AwsError, match="does not match\nSomeone else changed it meanwhile; run the command again"):
        carry(session, [])

    session.assert_all_called()


def test_a_version_with_somebody_elses_settings_gets_no_alias() -> None:
    session = StubbedSession()
    session.answer("lambda", "publish_version", configuration_of(OTHER, "3"), PUBLISH)

    with pytest.raises(DeployError, match="not as it was set: MemorySize\nSomeone else changed it meanwhile; run the"):
        carry(session, [])


def test_no_value_of_a_variable_is_told() -> None:
    session = StubbedSession()
    other = make_target(environment={"TOKEN": "hunter2"})
    session.answer("lambda", "publish_version", configuration_of(other, "3"), PUBLISH)

    with pytest.raises(DeployError, match=r"not as it was set: Environment\.Variables\n") as caught:
        carry(session, [])

    assert "hunter2" not in str(caught.value)
