"""Calls: what is tried again, what is explained, what is not there."""

from __future__ import annotations

import pytest

from portable.aws.aws import Aws, AwsError

from .stubs import REGION, StubbedSession

CREATE = {"FunctionName": "f", "Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": b"z"}}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        """Return the seconds."""
        return self.now


def make_aws(session: StubbedSession, time: Time | None = None) -> Aws:
    time = time or Time()
    return Aws(session, REGION, sleep=time.sleep, clock=time.clock)


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        (
            "create_function",
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        ("create_function", "ResourceConflictException", "An update is in progress for resource: f"),
        ("create_function", "ResourceConflictException", "The function is currently in the following state: Pending"),
        ("create_function", "TooManyRequestsException", "Rate exceeded"),
    ],
)
def test_what_passes_by_itself_is_tried_again(operation: str, code: str, message: str) -> None:
    session, time = StubbedSession(), Time()
    session.refuse("lambda", operation, code, message)
    session.refuse("lambda", operation, code, message)
    session.answer("lambda", operation, {"FunctionName": "f"})

    assert make_aws(session, time).call("lambda", operation, **CREATE)["FunctionName"] == "f"
    assert time.pauses == [1.0, 2.0]


def test_trying_again_ends() -> None:
    session, time = StubbedSession(), Time()
    for _ in range(20):
        session.refuse("lambda", "create_function", "TooManyRequestsException", "Rate exceeded")

    with pytest.raises(AwsError, match="Rate exceeded"):
        make_aws(session, time).call("lambda", "create_function", **CREATE)
    assert 30 < time.now <= 90


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceConflictException", "Function already exist: f"),
        ("InvalidParameterValueException", "Unzipped size must be smaller"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(code: str, message: str) -> None:
    session = StubbedSession()
    session.refuse("lambda", "create_function", code, message)

    with pytest.raises(AwsError, match=message) as raised:
        make_aws(session).call("lambda", "create_function", **CREATE)
    assert raised.value.code == code


def test_denied_names_the_action_that_is_missing() -> None:
    session = StubbedSession()
    session.refuse("lambda", "create_function", "AccessDeniedException", "User is not authorized")

    with pytest.raises(AwsError, match=r"(?s)lambda:CreateFunction is missing.*policy --deployer"):
        make_aws(session).call("lambda", "create_function", **CREATE)


def test_precondition_failed_says_that_someone_else_was_there() -> None:
    session = StubbedSession()
    session.refuse("lambda", "update_alias", "PreconditionFailedException", "The RevisionId provided does not match")

    with pytest.raises(AwsError, match="Someone else changed it"):
        make_aws(session).call("lambda", "update_alias", FunctionName="f", Name="live", RevisionId="r")


def test_a_call_that_no_policy_of_ours_allows_is_not_made() -> None:
    with pytest.raises(KeyError, match="not in the deployer's policy"):
        make_aws(StubbedSession()).call("lambda", "delete_layer_version", LayerName="l", VersionNumber=1)


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("lambda", "get_function", {"FunctionName": "f"}, "ResourceNotFoundException"),
        ("iam", "get_role", {"RoleName": "r"}, "NoSuchEntity"),
        ("apigateway", "get_stage", {"restApiId": "a", "stageName": "s"}, "NotFoundException"),
        ("sns", "list_tags_for_resource", {"ResourceArn": "arn:aws:sns:eu-west-1:1:t"}, "ResourceNotFound"),
        ("sns", "list_subscriptions_by_topic", {"TopicArn": "arn:aws:sns:eu-west-1:1:t"}, "NotFound"),
    ],
)
def test_what_is_not_there_is_none(service: str, operation: str, params: dict[str, str], code: str) -> None:
    session = StubbedSession()
    session.refuse(service, operation, code)

    assert make_aws(session).find(service, operation, **params) is None


def test_find_raises_what_is_not_about_being_there() -> None:
    session = StubbedSession()
    session.refuse("lambda", "get_function", "AccessDeniedException", "no")

    with pytest.raises(AwsError, match="lambda:GetFunction is missing"):
        make_aws(session).find("lambda", "get_function", FunctionName="f")


def test_pages_are_read_to_the_end() -> None:
    session = StubbedSession()
    session.answer("lambda", "list_versions_by_function", {"Versions": [{"Version": "1"}], "NextMarker": "m"})
    session.answer(
        "lambda", "list_versions_by_function", {"Versions": [{"Version": "2"}]}, {"FunctionName": "f", "Marker": "m"}
    )

    found = make_aws(session).pages("lambda", "list_versions_by_function", "Versions", FunctionName="f")

    assert [one["Version"] for one in found] == ["1", "2"]


def test_a_service_may_be_in_another_region() -> None:
    session = StubbedSession()
    session.answer("cloudwatch@us-east-1", "describe_alarms", {"MetricAlarms": []})

    make_aws(session).call("cloudwatch@us-east-1", "describe_alarms")

    session.assert_all_called()
