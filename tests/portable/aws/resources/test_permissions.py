"""Who may call the alias: each door's statements, property by property."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portable.aws.plan import Call, Fill, Step
from portable.aws.resources import permissions
from portable.aws.resources.permissions import Permission

from ..door_account import DoorAccount, calls
from ..strict import StrictAws
from ..targets import NAMES, make_target

REST = permissions.for_rest(NAMES, "abc123")
HTTP = permissions.for_http(NAMES, "abc123")
URL = permissions.for_url(make_target().settings)
GATEWAY_CALLS = "arn:aws:execute-api:eu-west-1:123456789012:"


def added(wanted: tuple[Permission, ...]) -> list[dict[str, Any]]:
    """Return the arguments with which the statements are added to an empty policy."""
    steps = permissions.steps({}, wanted, NAMES)
    assert [step.sign for step in steps] == ["+"] * len(wanted)
    assert {call.operation for call in calls(steps)} == {"add_permission"}
    return [dict(call.params) for call in calls(steps)]


def written(wanted: tuple[Permission, ...]) -> dict[str, Any]:
    """Return the policy that a strict AWS makes of the statements, by Sid."""
    with StrictAws() as world:
        account = DoorAccount(world.session())
        account.do(permissions.steps({}, wanted, NAMES))
        return account.statements()


class TestRest:
    def test_api_gateway_may_invoke_the_alias_from_any_route_of_this_stage_alone(self) -> None:
        (params,) = added(REST)

        assert params.pop("StatementId").startswith("portable-")
        assert params == {
            "FunctionName": "meditations-dev",
            "Qualifier": "live",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": f"{GATEWAY_CALLS}abc123/dev/*/*",
        }

    def test_an_api_that_is_still_to_be_made_is_filled_in(self) -> None:
        (params,) = added(permissions.for_rest(NAMES, None))
        (known,) = added(REST)

        assert params["SourceArn"] == Fill(f"{GATEWAY_CALLS}{{api_id}}/dev/*/*")
        assert isinstance(params["StatementId"], Fill)
        assert params["StatementId"].text.format(api_id="abc123") == known["StatementId"]

    def test_the_partition_is_that_of_the_account(self) -> None:
        (permission,) = permissions.for_rest(replace(NAMES, partition="aws-cn", region="cn-north-1"), "abc123")

        assert permission.params["SourceArn"] == "arn:aws-cn:execute-api:cn-north-1:123456789012:abc123/dev/*/*"


class TestHttp:
    def test_api_gateway_may_invoke_the_alias_from_this_api_alone(self) -> None:
        (params,) = added(HTTP)

        assert params.pop("StatementId").startswith("portable-")
        assert params == {
            "FunctionName": "meditations-dev",
            "Qualifier": "live",
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": f"{GATEWAY_CALLS}abc123/*/*",
        }


class TestUrl:
    def test_everybody_needs_two_statements(self) -> None:
        use, call = added(URL)

        assert use.pop("StatementId") != call.pop("StatementId")
        assert use == {
            "FunctionName": "meditations-dev",
            "Qualifier": "live",
            "Action": "lambda:InvokeFunctionUrl",
            "Principal": "*",
            "FunctionUrlAuthType": "NONE",
        }
        assert call == {
            "FunctionName": "meditations-dev",
            "Qualifier": "live",
            "Action": "lambda:InvokeFunction",
            "Principal": "*",
            "InvokedViaFunctionUrl": True,
        }

    def test_callers_with_policies_of_their_own_need_none(self) -> None:
        assert permissions.for_url(make_target(url_auth="AWS_IAM").settings) == ()


@pytest.mark.parametrize("wanted", [REST, HTTP, URL], ids=["rest", "http", "url"])
def test_what_aws_wrote_is_known_again(wanted: tuple[Permission, ...]) -> None:
    statements = written(wanted)

    assert len(statements) == len(wanted)
    assert permissions.steps(statements, wanted, NAMES) == []
    assert permissions.removal(statements, wanted, NAMES) == []


@pytest.mark.parametrize("wanted", [REST, HTTP, URL], ids=["rest", "http", "url"])
def test_a_statement_that_is_there_already_is_not_an_error(wanted: tuple[Permission, ...]) -> None:
    with StrictAws() as world:
        account = DoorAccount(world.session())
        account.do(permissions.steps({}, wanted, NAMES))
        account.do(permissions.steps({}, wanted, NAMES))

        assert len(account.statements()) == len(wanted)


def test_ids_differ_with_the_api_and_the_door() -> None:
    other = permissions.for_rest(NAMES, "def456")

    assert len({one.sid for one in (*REST, *HTTP, *URL, *other)}) == 5


def test_every_id_is_one_that_lambda_takes() -> None:
    for one in (*REST, *HTTP, *URL):
        assert isinstance(one.sid, str)
        assert len(one.sid) <= 100
        assert one.sid.replace("-", "").isalnum()


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "lambda:GetFunction"},
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Condition": {"ArnLike": {"AWS:SourceArn": f"{GATEWAY_CALLS}other/*/*/*"}}},
        {"Condition": {}},
    ],
    ids=["action", "principal", "source", "no-source"],
)
def test_a_statement_that_was_changed_by_hand_is_written_anew(change: dict[str, Any]) -> None:
    ((sid, statement),) = written(REST).items()

    (step,) = permissions.steps({sid: {**statement, **change}}, REST, NAMES)

    assert step.sign == "~"
    assert [action.operation for action in step.actions if isinstance(action, Call)] == [
        "remove_permission",
        "add_permission",
    ]


def test_only_ours_are_removed_and_only_what_no_door_needs() -> None:
    statements = {**written(REST), **written(URL), "mine": {"Sid": "mine"}}

    steps = permissions.removal(statements, REST, NAMES)

    assert removed(steps) == {one.sid for one in URL}
    assert all(call.params["Qualifier"] == "live" for call in calls(steps))
    assert removed(permissions.removal(statements, (), NAMES)) == {one.sid for one in (*REST, *URL)}


def test_the_statement_of_an_api_that_will_be_replaced_goes() -> None:
    statements = written(REST)

    steps = permissions.removal(statements, permissions.for_rest(NAMES, None), NAMES)

    assert removed(steps) == set(statements)


def test_a_statement_that_is_gone_already_is_success() -> None:
    with StrictAws() as world:
        account = DoorAccount(world.session())
        account.do(permissions.steps({}, REST, NAMES))
        steps = permissions.removal(account.statements(), (), NAMES)
        account.do(steps)
        account.do(steps)

        assert account.statements() == {}


def removed(steps: list[Step]) -> set[Any]:
    """Return the ids that the steps remove."""
    assert {call.operation for call in calls(steps)} == {"remove_permission"}
    return {call.params["StatementId"] for call in calls(steps)}
