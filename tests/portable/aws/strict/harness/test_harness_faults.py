"""The world's own tests: what is seen of calls, and what goes wrong on purpose."""

from __future__ import annotations

import pytest
from botocore.config import Config

from ..faults import Killed
from ..plain import NAME, make_function, make_live, make_role, refused
from ..strict_aws import StrictAws


def names(world: StrictAws) -> list[str]:
    """Return the calls that were made."""
    return [str(call) for call in world.calls]


def test_every_call_is_seen_with_its_arguments(world: StrictAws) -> None:
    world.session().client("logs", region_name="us-east-1").create_log_group(logGroupName="/a")
    world.session().client("sts").get_caller_identity()

    (made, asked) = world.calls
    assert (made.service, made.region, made.operation) == ("logs", "us-east-1", "create_log_group")
    assert made.params["logGroupName"] == "/a"
    assert (made.action, made.mutating) == ("logs:CreateLogGroup", True)
    assert (asked.action, asked.mutating) == ("sts:GetCallerIdentity", False)
    assert world.mutating_calls == [made]


def test_an_action_of_api_gateway_is_its_http_method(world: StrictAws) -> None:
    world.session().client("apigateway").get_rest_apis()
    world.session().client("apigatewayv2").create_api(Name="a", ProtocolType="HTTP")

    assert [call.action for call in world.calls] == ["apigateway:GET", "apigateway:POST"]


def test_worlds_are_apart() -> None:
    with StrictAws() as first:
        make_role(first)
    with StrictAws() as second:
        assert second.session().client("iam").list_roles()["Roles"] == []
        assert [str(call) for call in second.calls] == ["iam.list_roles"]


def test_a_call_fails_once(world: StrictAws) -> None:
    logs = world.session().client("logs")
    world.fail_next("logs", "create_log_group", "ServiceUnavailableException", "later", status=400)

    with refused("ServiceUnavailableException", says="later"):
        logs.create_log_group(logGroupName="/a")
    logs.create_log_group(logGroupName="/a")


def test_botocore_tries_a_throttled_call_again(world: StrictAws) -> None:
    client = world.session().client("lambda", config=Config(retries={"mode": "standard", "max_attempts": 8}))
    world.throttle("lambda", "list_functions", times=3)

    answer = client.list_functions()

    assert answer["ResponseMetadata"]["RetryAttempts"] == 3
    assert names(world) == ["lambda.list_functions"]


def test_a_call_that_is_throttled_too_often_is_refused(world: StrictAws) -> None:
    client = world.session().client("iam", config=Config(retries={"mode": "standard", "max_attempts": 2}))
    world.throttle("iam", "list_roles", times=3)

    with refused("Throttling"):
        client.list_roles()


def test_an_answer_is_lost_and_the_call_was_made(world: StrictAws) -> None:
    client = world.session().client("lambda")
    make_function(world)
    world.lose_answer("lambda", "delete_function")

    with refused("ResourceNotFoundException", 404):
        client.delete_function(FunctionName=NAME)


@pytest.mark.parametrize(
    ("service", "operation", "params", "action", "code"),
    [
        ("lambda", "get_account_settings", {}, "lambda:GetAccountSettings", "AccessDeniedException"),
        ("iam", "list_roles", {}, "iam:ListRoles", "AccessDenied"),
        ("sns", "list_topics", {}, "sns:ListTopics", "AuthorizationError"),
        ("apigateway", "get_rest_apis", {}, "apigateway:GET", "AccessDeniedException"),
        ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms", "AccessDenied"),
        ("budgets", "describe_budgets", {"AccountId": "1" * 12}, "budgets:ViewBudget", "AccessDeniedException"),
    ],
)
def test_an_action_is_denied(
    world: StrictAws, service: str, operation: str, params: dict[str, str], action: str, code: str
) -> None:
    client = world.session().client(service)
    world.deny(action)

    with refused(code, 403, action):
        getattr(client, operation)(**params)
    world.calm()
    getattr(client, operation)(**params)


def test_only_what_a_policy_allows(world: StrictAws) -> None:
    world.allow_only(["lambda:Get*", "iam:ListRoles"])

    world.session().client("lambda").get_account_settings()
    world.session().client("iam").list_roles()
    with refused("AccessDeniedException", 403, "lambda:ListFunctions"):
        world.session().client("lambda").list_functions()


def test_the_process_is_killed_before_a_call(world: StrictAws) -> None:
    logs = world.session().client("logs")
    world.kill_before(2)

    logs.create_log_group(logGroupName="/a")
    logs.describe_log_groups()
    with pytest.raises(Killed, match="before logs"):
        logs.create_log_group(logGroupName="/b")

    assert [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]] == ["/a"]
    logs.create_log_group(logGroupName="/b")


def test_the_process_is_killed_after_a_call(world: StrictAws) -> None:
    logs = world.session().client("logs")
    world.kill_after(1)

    with pytest.raises(Killed, match="after logs"):
        logs.create_log_group(logGroupName="/a")

    assert [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]] == ["/a"]


def test_a_refused_call_has_a_number_too(world: StrictAws) -> None:
    logs = world.session().client("logs")
    world.kill_after(2)

    logs.create_log_group(logGroupName="/a")
    with pytest.raises(Killed, match="after logs"):
        logs.create_log_group(logGroupName="/a")
    assert [call.number for call in world.calls] == [1, 2]


def test_the_nth_changing_call_fails(world: StrictAws) -> None:
    client = make_live(world)
    world.fail_call(2, "ServiceException", "broken", status=400)

    client.tag_resource(Resource=client.get_function(FunctionName=NAME)["Configuration"]["FunctionArn"], Tags={"a": ""})
    with refused("ServiceException", says="broken"):
        client.delete_alias(FunctionName=NAME, Name="live")
    client.delete_alias(FunctionName=NAME, Name="live")
