"""The policy of the deploying person: every action that is called, on what is the app's, and no more."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import boto3
import pytest

from portable.aws import actions
from portable.aws.deployer_policy import deployer_policy

from .stubs import REGION
from .targets import NAMES

POLICY = deployer_policy(NAMES)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: of a managed policy, without whitespace
MOST_CHARACTERS = 6144
GRANTED = [
    action
    for one in POLICY["Statement"]
    for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
]


def allows(action: str, resource: str) -> bool:
    """Tell whether the policy allows an action on a resource."""
    return any(
        action in one["Action"] and any(fnmatchcase(resource, arn) for arn in one["Resource"])
        for one in POLICY["Statement"]
    )


def model_of(service: str) -> Any:
    """Return a client, for what its metadata say; it calls nothing."""
    return boto3.client(service, region_name=REGION, aws_access_key_id="id", aws_secret_access_key="secret")


class TestActions:
    def test_every_one_in_the_table_is_granted_and_passing_the_role_besides(self) -> None:
        assert set(GRANTED) == actions.ACTIONS | {"iam:PassRole"}

    def test_none_is_granted_twice_or_with_a_wildcard(self) -> None:
        assert len(set(GRANTED)) == len(GRANTED)
        assert [action for action in GRANTED if "*" in action] == []

    @pytest.mark.parametrize("service", sorted({action.partition(":")[0] for action in actions.ACTIONS}))
    def test_each_is_called_as_in_botocores_model(self, service: str) -> None:
        """IAM's names are those of the operations but for the renamed, which the service's own page lists."""
        known = {f"{service}:{operation}" for operation in model_of(service).meta.method_to_api_mapping.values()}
        renamed = {"lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "budgets:ViewBudget", "budgets:ModifyBudget"}
        verbs = {f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")}

        ours = {action for action in actions.ACTIONS if action.startswith(f"{service}:")}

        assert ours <= known | renamed | verbs

    @pytest.mark.parametrize("service", ["apigateway", "apigatewayv2"])
    def test_an_api_gateway_call_needs_the_verb_of_its_http(self, service: str) -> None:
        """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-iam-policy-examples.html."""
        meta = model_of(service).meta
        ours = {
            method: name
            for method, name in meta.method_to_api_mapping.items()
            if method.partition("_")[0] in ("get", "create", "put", "update", "delete", "tag", "untag")
        }

        needed = {method: actions.action_of(service, method) for method in ours}

        assert needed == {
            method: f"apigateway:{meta.service_model.operation_model(name).http['method']}"
            for method, name in ours.items()
        }

    @pytest.mark.parametrize(
        ("service", "operation"),
        [("lambda", "delete_layer_version"), ("iam", "attach_role_policy"), ("sns", "publish")],
    )
    def test_a_call_that_is_not_in_the_table_is_not_made(self, service: str, operation: str) -> None:
        with pytest.raises(KeyError):
            actions.action_of(service, operation)


class TestResources:
    @pytest.mark.parametrize("stage", ["dev", "prod"])
    @pytest.mark.parametrize(
        ("action", "arn"),
        [
            ("lambda:UpdateFunctionCode", "function_arn"),
            ("lambda:UpdateAlias", "alias_arn"),
            ("logs:PutRetentionPolicy", "log_group_arn"),
            ("iam:PutRolePolicy", "role_arn"),
            ("iam:PassRole", "role_arn"),
            ("sns:Subscribe", "topic_arn"),
        ],
    )
    def test_every_stage_is_the_apps(self, stage: str, action: str, arn: str) -> None:
        assert allows(action, getattr(replace(NAMES, stage=stage), arn))

    @pytest.mark.parametrize(
        ("action", "resource"),
        [
            ("cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:meditations-dev-errors"),
            ("cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:meditations-dev-billing"),
            ("sns:CreateTopic", "arn:aws:sns:us-east-1:123456789012:meditations-dev-billing"),
            (
                "secretsmanager:PutSecretValue",
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:meditations/dev/a-Ab1",
            ),
            ("budgets:ModifyBudget", "arn:aws:budgets::123456789012:budget/meditations-dev-eu-west-1"),
            ("apigateway:POST", "arn:aws:apigateway:eu-west-1::/restapis"),
            ("apigateway:PUT", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3"),
            ("apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/dev"),
            ("apigateway:POST", "arn:aws:apigateway:eu-west-1::/apis"),
            ("apigateway:DELETE", "arn:aws:apigateway:eu-west-1::/usageplans/a1/keys/b2"),
            ("apigateway:GET", "arn:aws:apigateway:eu-west-1::/apikeys/a1"),
            ("apigateway:PUT", "arn:aws:apigateway:eu-west-1::/tags/arn%3Aaws%3Aapigateway"),
            ("sts:GetCallerIdentity", "*"),
        ],
    )
    def test_what_the_deployer_touches_is_in_it(self, action: str, resource: str) -> None:
        assert allows(action, resource)

    @pytest.mark.parametrize(
        ("action", "resource"),
        [
            ("lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:123456789012:function:other-dev"),
            ("lambda:DeleteFunction", "arn:aws:lambda:us-west-2:123456789012:function:meditations-dev"),
            ("lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:999999999999:function:meditations-dev"),
            ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/admin"),
            ("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/other-dev"),
            ("secretsmanager:DeleteSecret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:meditations2/dev/a"),
            ("apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/account"),
            ("apigateway:POST", "arn:aws:apigateway:eu-west-1::/domainnames"),
        ],
    )
    def test_what_is_somebody_elses_is_not(self, action: str, resource: str) -> None:
        assert not allows(action, resource)

    def test_on_everything_there_is_nothing_that_makes_or_deletes_a_resource(self) -> None:
        anywhere = [action for one in POLICY["Statement"] if one["Resource"] == "*" for action in one["Action"]]

        changing = [
            action for action in anywhere if not action.partition(":")[2].startswith(("Get", "List", "Describe"))
        ]

        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html: it takes no resource
        assert changing == ["sns:Unsubscribe"]

    def test_the_role_is_passed_to_lambda_alone(self) -> None:
        (passing,) = [one for one in POLICY["Statement"] if one["Action"] == "iam:PassRole"]

        assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}

    def test_another_partition_has_its_own_arns(self) -> None:
        policy = deployer_policy(replace(NAMES, partition="aws-cn", region="cn-north-1"))

        arns = [arn for one in policy["Statement"] if one["Resource"] != "*" for arn in one["Resource"]]
        assert all(arn.startswith("arn:aws-cn:") for arn in arns)


def test_it_fits_into_one_managed_policy() -> None:
    longest = replace(NAMES, app="a" * 40, partition="aws-us-gov", region="us-gov-east-1")

    assert len(json.dumps(deployer_policy(longest), separators=(",", ":"))) <= MOST_CHARACTERS


def test_every_statement_has_a_sid_of_letters() -> None:
    sids = [one["Sid"] for one in POLICY["Statement"]]

    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)
