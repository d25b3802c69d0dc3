"""The execution role: made, kept as it should be, and deleted with whatever somebody hung on it."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from portable.aws.aws import Aws, AwsError
from portable.aws.policies import execution_policy, trust_policy
from portable.aws.resources import role
from portable.aws.resources.role import Role
from portable.aws.settings import Statement
from portable.deploying.errors import BadSettings, Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION
from ..targets import NAMES, make_target

TARGET = make_target()
NAME = "meditations-dev-eu-west-1"
OURS = dict(NAMES.tags)
FULL: dict[str, Any] = {
    "tracing": True,
    "secrets": ("token",),
    "tags": {"team": "abbey"},
    "statements": (Statement(("s3:GetObject",), ("arn:aws:s3:::bucket/*",)),),
}
BY_HAND = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}


def made(aws: Aws, **settings: Any) -> Role:
    """Make the role, and return what there is."""
    do(aws, role.changes(role.read(aws, NAMES), make_target(**settings)))
    return read(aws)


def read(aws: Aws) -> Role:
    """Return what there is of it. Fails if there is none."""
    found = role.read(aws, NAMES)
    assert found is not None
    return found


def attach_by_hand() -> str:
    """Make a managed policy and attach it to the role, as somebody else would; return its ARN."""
    client = boto3.client("iam", region_name=REGION)
    created = client.create_policy(PolicyName="by-hand", PolicyDocument=json.dumps(BY_HAND))
    arn: str = created["Policy"]["Arn"]
    client.attach_role_policy(RoleName=NAME, PolicyArn=arn)
    return arn


class TestChanges:
    @pytest.mark.parametrize("settings", [{}, FULL], ids=["default", "full"])
    def test_what_is_made_is_what_is_wanted(self, settings: dict[str, Any]) -> None:
        target = make_target(**settings)
        with moto_aws() as aws:
            assert role.read(aws, NAMES) is None

            found = made(aws, **settings)

            assert found.trust == trust_policy()
            assert found.policy == execution_policy(NAMES, target.settings)
            assert found.tags == target.tags
            assert found.inline == ("execution",)
            assert role.changes(found, target) == []

    def test_it_says_what_the_function_may(self) -> None:
        (difference,) = shown(role.changes(None, TARGET))

        assert difference.name == "may"
        assert difference.before is None
        assert difference.after == (
            "logs:CreateLogStream, logs:PutLogEvents on "
            "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/meditations-dev:*"
        )

    def test_killed_before_its_policy_the_next_deploy_puts_it(self) -> None:
        with moto_aws() as aws:
            create = role.changes(None, TARGET)[0].actions[0]
            aws.call("iam", "create_role", **create.params)  # type: ignore[union-attr]

            assert operations(role.changes(read(aws), TARGET)) == ["put_role_policy"]

    def test_a_statement_that_came_and_one_that_went_are_shown(self) -> None:
        with moto_aws() as aws:
            found = made(aws, statements=(Statement(("s3:GetObject",), ("arn:aws:s3:::a/*",)),))

        steps = role.changes(found, make_target(statements=(Statement(("s3:PutObject",), ("arn:aws:s3:::a/*",)),)))

        assert operations(steps) == ["put_role_policy"]
        assert [(one.name, one.before, one.after) for one in shown(steps)] == [
            ("may", "s3:GetObject on arn:aws:s3:::a/*", None),
            ("may", None, "s3:PutObject on arn:aws:s3:::a/*"),
        ]

    def test_a_policy_that_only_is_written_otherwise_is_left(self) -> None:
        with moto_aws() as aws:
            found = made(aws)
            (statement,) = execution_policy(NAMES, TARGET.settings)["Statement"]
            single = {
                "Version": "2012-10-17",
                "Statement": {**statement, "Sid": "x", "Resource": statement["Resource"][0]},
            }
            aws.call("iam", "put_role_policy", RoleName=NAME, PolicyName="execution", PolicyDocument=json.dumps(single))

            assert read(aws) != found
            assert role.changes(read(aws), TARGET) == []

    def test_trust_in_somebody_else_is_taken_back(self) -> None:
        everybody = trust_policy()
        everybody["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"})
        with moto_aws() as aws:
            made(aws)
            params = {"RoleName": NAME, "PolicyDocument": json.dumps(everybody)}
            aws.call("iam", "update_assume_role_policy", **params)

            steps = role.changes(read(aws), TARGET)

            assert operations(steps) == ["update_assume_role_policy"]
            assert [(one.name, one.after) for one in shown(steps)] == [("trusts", None)]
            do(aws, steps)
            assert read(aws).trust == trust_policy()

    def test_tag_drift_is_repaired(self) -> None:
        with moto_aws() as aws:
            made(aws, tags={"team": "priory", "cost": "low"})

            steps = role.changes(read(aws), make_target(tags={"team": "abbey"}))

            assert operations(steps) == ["tag_role", "untag_role"]
            do(aws, steps)
            assert read(aws).tags == {**OURS, "team": "abbey"}

    @pytest.mark.parametrize("tags", [{}, {**OURS, "stage": "prod"}])
    def test_somebody_elses_is_refused(self, tags: dict[str, str]) -> None:
        with pytest.raises(Refused, match=f"the name is taken: IAM role {NAME}"):
            role.changes(Role(trust_policy(), tags, None), TARGET)

    def test_what_was_attached_by_hand_stays(self) -> None:
        with moto_aws() as aws:
            made(aws)
            arn = attach_by_hand()

            assert read(aws).attached == (arn,)
            assert role.changes(read(aws), TARGET) == []

    def test_too_many_statements_are_refused_before_any_call(self) -> None:
        statements = tuple(Statement(("s3:GetObject",), (f"arn:aws:s3:::{number}",)) for number in range(200))

        with pytest.raises(BadSettings, match="IAM takes 10240"):
            role.changes(None, make_target(statements=statements))


class TestRemoval:
    def test_every_policy_goes_before_it(self) -> None:
        """IAM, and moto as it, answers DeleteConflict otherwise."""
        with moto_aws() as aws:
            made(aws)
            attach_by_hand()
            aws.call("iam", "put_role_policy", RoleName=NAME, PolicyName="more", PolicyDocument=json.dumps(BY_HAND))
            with pytest.raises(AwsError, match="DeleteConflict"):
                aws.call("iam", "delete_role", RoleName=NAME)

            steps = role.removal(read(aws), NAMES)
            do(aws, steps)

            assert role.read(aws, NAMES) is None
            do(aws, steps)

    def test_killed_within_it_the_next_destroy_goes_on(self) -> None:
        with moto_aws() as aws:
            made(aws)
            aws.call("iam", "delete_role_policy", RoleName=NAME, PolicyName="execution")

            steps = role.removal(read(aws), NAMES)

            assert operations(steps) == ["delete_role"]

    @pytest.mark.parametrize("found", [None, Role(trust_policy(), {}, None, ("execution",))])
    def test_what_is_not_ours_stays(self, found: Role | None) -> None:
        assert role.removal(found, NAMES) == []
