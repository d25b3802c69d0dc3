"""The API key and its usage plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portable.aws.plan import CheckUrl, Fill
from portable.aws.resources import doors, usage_plan
from portable.aws.resources.usage_plan import Usage

from ..door_account import DoorAccount, calls
from ..strict import StrictAws
from ..targets import NAMES, make_target

WITH_KEY = make_target(api_key=True, quota_per_day=1000)
WITHOUT = make_target()


@pytest.fixture
def world() -> Iterator[StrictAws]:
    with StrictAws() as world:
        yield world


@pytest.fixture
def account(world: StrictAws) -> DoorAccount:
    return DoorAccount(world.session())


def only(account: DoorAccount) -> tuple[Any, Any]:
    """Return the only key and the only plan."""
    (key,) = account.client("apigateway").get_api_keys()["items"]
    (plan,) = account.client("apigateway").get_usage_plans()["items"]
    return key, plan


def test_a_key_is_made_enabled_and_let_into_a_plan_for_the_stage(account: DoorAccount) -> None:
    known = account.deploy(WITH_KEY)
    key, plan = only(account)

    assert (key["name"], key["enabled"]) == ("meditations-dev", True)
    assert key["tags"] == plan["tags"] == {"app": "meditations", "stage": "dev", "managed-by": "portable"}
    assert plan["apiStages"] == [{"apiId": known["api_id"], "stage": "dev"}]
    assert plan["throttle"] == {"rateLimit": 10.0, "burstLimit": 20}
    assert {name: plan["quota"][name] for name in ("limit", "period")} == {"limit": 1000, "period": "DAY"}
    (in_plan,) = account.client("apigateway").get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert in_plan["id"] == key["id"]


def test_the_check_of_the_url_is_told_which_key_and_no_plan_shows_its_value(account: DoorAccount) -> None:
    known = account.deploy(WITH_KEY)
    key, _ = only(account)
    value = account.client("apigateway").get_api_key(apiKey=key["id"], includeValue=True)["value"]

    assert account.checks.asked == [(known["url"], key["id"])]
    assert value not in str(known)
    assert value not in str(account.read().usage)


def test_before_it_is_made_the_check_has_its_name() -> None:
    (check,) = (step for step in doors.changes(doors.Doors(), None, WITH_KEY) if step.sign == "?")

    assert check.actions == (CheckUrl(Fill("{url}"), Fill("{api_key_id}")),)


def test_a_second_deploy_has_nothing_to_do(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)

    assert account.steps(WITH_KEY) == []


def test_without_a_key_there_is_no_plan(account: DoorAccount) -> None:
    account.deploy(WITHOUT)

    assert account.client("apigateway").get_api_keys()["items"] == []
    assert account.client("apigateway").get_usage_plans()["items"] == []


@pytest.mark.parametrize(
    ("settings", "operations", "differences"),
    [
        (
            {"quota_per_day": 5},
            [("replace", "/quota/limit", "5")],
            [("requests a day", "1000", "5")],
        ),
        (
            {"quota_per_day": None},
            [("remove", "/quota", None)],
            [("requests a day", "1000", None), ("quota's period", "DAY", None)],
        ),
        (
            {"throttle_rate": 50.0, "throttle_burst": 100},
            [("replace", "/throttle/rateLimit", "50"), ("replace", "/throttle/burstLimit", "100")],
            [("requests per second", "10", "50"), ("requests at once", "20", "100")],
        ),
    ],
)
def test_a_changed_setting_changes_just_that(
    account: DoorAccount, settings: dict[str, Any], operations: list[Any], differences: list[Any]
) -> None:
    account.deploy(WITH_KEY)
    target = make_target(**{"api_key": True, "quota_per_day": 1000, **settings})

    (step,) = (step for step in account.steps(target) if step.kind == "usage plan")

    (call,) = calls([step])
    patches = [(one["op"], one["path"], one.get("value")) for one in call.params["patchOperations"]]
    assert patches == operations
    assert [(one.name, one.before, one.after) for one in step.differences] == differences
    account.deploy(target)
    assert account.steps(target) == []


def test_a_quota_can_come_later(account: DoorAccount) -> None:
    account.deploy(make_target(api_key=True))
    account.deploy(WITH_KEY)

    assert account.steps(WITH_KEY) == []
    assert only(account)[1]["quota"]["limit"] == 1000


def test_a_key_that_was_disabled_by_hand_is_enabled(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)
    client = account.client("apigateway")
    patch = [{"op": "replace", "path": "/enabled", "value": "false"}]
    client.update_api_key(apiKey=only(account)[0]["id"], patchOperations=patch)

    assert [call.operation for call in calls(account.steps(WITH_KEY))] == ["update_api_key"]
    account.deploy(WITH_KEY)

    assert only(account)[0]["enabled"] is True


def test_a_key_that_was_taken_from_the_plan_is_let_in_again(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)
    key, plan = only(account)
    account.client("apigateway").delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])

    assert [call.operation for call in calls(account.steps(WITH_KEY))] == ["create_usage_plan_key"]
    account.deploy(WITH_KEY)

    assert account.steps(WITH_KEY) == []


def test_a_plan_moves_to_an_api_that_was_made_anew(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)
    key, plan = only(account)
    client = account.client("apigateway")
    old = plan["apiStages"][0]["apiId"]
    without = [{"op": "remove", "path": "/apiStages", "value": f"{old}:dev"}]
    client.update_usage_plan(usagePlanId=plan["id"], patchOperations=without)
    client.delete_rest_api(restApiId=old)

    known = account.deploy(WITH_KEY)

    assert only(account)[1]["apiStages"] == [{"apiId": known["api_id"], "stage": "dev"}]
    assert only(account)[0]["id"] == key["id"]
    assert account.steps(WITH_KEY) == []


def test_tags_follow_the_settings(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)
    target = make_target(api_key=True, quota_per_day=1000, tags={"team": "a"})

    account.deploy(target)

    assert [one["tags"]["team"] for one in only(account)] == ["a", "a"]
    assert account.steps(target) == []


def test_a_key_whose_name_only_begins_so_or_that_is_not_ours_is_left_alone(account: DoorAccount) -> None:
    client = account.client("apigateway")
    longer = client.create_api_key(name="meditations-dev-2", tags=dict(NAMES.tags), enabled=True)
    foreign = client.create_api_key(name="meditations-dev", enabled=True)
    other_plan = client.create_usage_plan(name="meditations-dev")

    account.deploy(WITH_KEY)

    assert account.steps(WITH_KEY) == []
    account.do(usage_plan.removal(account.read().usage, NAMES))
    assert {key["id"] for key in client.get_api_keys()["items"]} == {longer["id"], foreign["id"]}
    assert [plan["id"] for plan in client.get_usage_plans()["items"]] == [other_plan["id"]]


def test_what_a_lost_answer_left_twice_goes_and_what_is_in_use_stays(world: StrictAws, account: DoorAccount) -> None:
    world.lose_answer("apigateway", "create_usage_plan")
    account.deploy(WITH_KEY)
    client = account.client("apigateway")
    assert len(client.get_usage_plans()["items"]) == 2
    (key,) = client.get_api_keys()["items"]
    (used,) = client.get_usage_plans(keyId=key["id"])["items"]

    account.deploy(WITH_KEY)

    assert only(account)[1]["id"] == used["id"]
    assert account.steps(WITH_KEY) == []


def test_the_second_key_of_a_lost_answer_goes(world: StrictAws, account: DoorAccount) -> None:
    world.lose_answer("apigateway", "create_api_key")
    account.deploy(WITH_KEY)
    account.deploy(WITH_KEY)
    key, plan = only(account)

    (in_plan,) = account.client("apigateway").get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert in_plan["id"] == key["id"]
    assert account.steps(WITH_KEY) == []


def test_when_callers_need_no_key_any_more_it_goes_after_the_spec_that_wants_none_is_served(
    account: DoorAccount,
) -> None:
    account.deploy(WITH_KEY)

    operations = [call.operation for call in calls(account.steps(WITHOUT))]
    account.deploy(WITHOUT)

    assert operations == [
        *("put_rest_api", "create_deployment", "update_stage"),
        *("update_usage_plan", "delete_usage_plan", "delete_api_key"),
    ]
    assert account.steps(WITHOUT) == []


def test_removal_detaches_the_plan_first_and_can_be_repeated(account: DoorAccount) -> None:
    account.deploy(WITH_KEY)
    steps = usage_plan.removal(account.read().usage, NAMES)

    assert [call.operation for call in calls(steps)] == ["update_usage_plan", "delete_usage_plan", "delete_api_key"]
    account.do(steps)
    account.do(steps)
    assert account.read().usage == Usage()
    assert usage_plan.removal(Usage(), NAMES) == []
