"""What the function may do: what is declared, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from portable.aws.policies import execution_policy, readable, trust_policy
from portable.aws.settings import Statement
from portable.deploying.errors import BadSettings

from .targets import make_target

LOG = (
    "logs:CreateLogStream, logs:PutLogEvents on "
    "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/meditations-dev:*"
)


def policy_of(**settings: Any) -> dict[str, Any]:
    """Return the policy for settings."""
    target = make_target(**settings)
    return execution_policy(target.names, target.settings)


class TestExecution:
    def test_by_default_it_writes_its_own_log_and_nothing_else(self) -> None:
        assert readable(policy_of()) == {LOG}

    def test_tracing_adds_x_ray(self) -> None:
        assert readable(policy_of(tracing=True)) == {LOG, "xray:PutTelemetryRecords, xray:PutTraceSegments on *"}

    def test_each_secret_is_named_exactly(self) -> None:
        secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:meditations/dev"

        assert readable(policy_of(secrets=("token", "db.password"))) == {
            LOG,
            f"secretsmanager:GetSecretValue on {secret}/db.password-??????, {secret}/token-??????",
        }

    def test_the_users_statements_are_in_it_as_written(self) -> None:
        statement = Statement(("s3:GetObject", "s3:PutObject"), ("arn:aws:s3:::bucket/*",))

        assert policy_of(statements=(statement,))["Statement"][-1] == {
            "Sid": "User1",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::bucket/*"],
        }

    def test_no_two_statements_have_the_same_sid(self) -> None:
        statement = Statement(("s3:GetObject",), ("arn:aws:s3:::bucket/*",))
        policy = policy_of(statements=(statement, statement), secrets=("token",), tracing=True)

        sids = [one["Sid"] for one in policy["Statement"]]

        assert len(set(sids)) == len(sids) == 5

    def test_one_that_iam_would_not_take_is_refused(self) -> None:
        many = tuple(Statement(("s3:GetObject",), (f"arn:aws:s3:::bucket-{number}/*",)) for number in range(150))

        with pytest.raises(BadSettings, match=r"has \d{5} characters, and IAM takes 10240"):
            policy_of(statements=many)


def test_only_lambda_may_take_on_the_role() -> None:
    assert trust_policy()["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


class TestReadable:
    @pytest.mark.parametrize(
        "statements",
        [
            pytest.param({"Effect": "Allow", "Action": "s3:A", "Resource": "*"}, id="alone"),
            pytest.param([{"Sid": "Named", "Effect": "Allow", "Action": ["s3:A"], "Resource": ["*"]}], id="lists"),
            pytest.param([{"Effect": "Allow", "Action": "s3:A", "Resource": "*"}] * 2, id="twice"),
        ],
    )
    def test_what_allows_the_same_is_the_same(self, statements: Any) -> None:
        assert readable({"Statement": statements}) == {"s3:A on *"}

    def test_the_order_makes_no_difference(self) -> None:
        statement = {"Effect": "Allow", "Action": ["s3:B", "s3:A"], "Resource": ["b", "a"]}

        assert readable({"Statement": [statement]}) == {"s3:A, s3:B on a, b"}

    @pytest.mark.parametrize("more", [{"Effect": "Deny"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}])
    def test_a_condition_or_a_denial_makes_one(self, more: dict[str, Any]) -> None:
        statement = {"Effect": "Allow", "Action": "s3:A", "Resource": "*"}

        assert readable({"Statement": [statement | more]}) != readable({"Statement": [statement]})

    def test_no_policy_allows_nothing(self) -> None:
        assert readable({}) == frozenset()
