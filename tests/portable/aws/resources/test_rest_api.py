"""The front door `rest`: the API itself, as a spec makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portable.aws.artifact import spec
from portable.aws.aws import AwsError
from portable.aws.plan import Call, Fill
from portable.aws.resources import rest_api
from portable.aws.resources.rest_api import RestApi

from ..door_account import DoorAccount, calls
from ..strict import StrictAws
from ..targets import NAMES, SPEC, make_target

TARGET = make_target()
MORE = make_target(spec={**SPEC, "paths": {**SPEC["paths"], "/more": SPEC["paths"]["/"]}})


@pytest.fixture
def world() -> Iterator[StrictAws]:
    with StrictAws() as world:
        yield world


@pytest.fixture
def account(world: StrictAws) -> DoorAccount:
    return DoorAccount(world.session())


def apis(account: DoorAccount) -> list[Any]:
    return list(account.aws.pages("apigateway", "get_rest_apis", "items"))


def digest(target: Any) -> str:
    return spec.digest(spec.rendered(target.spec, target))


def test_it_is_made_regional_and_with_tags_and_then_gets_its_spec() -> None:
    create, put = calls(rest_api.changes(None, TARGET))

    assert create.operation == "create_rest_api"
    assert create.params == {
        "name": "meditations-dev",
        "endpointConfiguration": {"types": ["REGIONAL"]},
        "tags": {"app": "meditations", "stage": "dev", "managed-by": "portable"},
    }
    assert (put.operation, put.params["restApiId"]) == ("put_rest_api", Fill("{api_id}"))
    assert (put.params["mode"], put.params["failOnWarnings"]) == ("overwrite", True)
    assert json.loads(put.params["body"]) == spec.rendered(SPEC, TARGET)


def test_its_id_and_its_url_are_known_as_soon_as_it_is_made(account: DoorAccount) -> None:
    known = account.deploy(TARGET)
    (api,) = apis(account)

    assert known["api_id"] == api["id"]
    assert known["url"] == f"https://{api['id']}.execute-api.eu-west-1.amazonaws.com/dev/"
    assert account.checks.asked == [(known["url"], None)]


def test_callers_are_let_in_before_anything_is_deployed(account: DoorAccount) -> None:
    operations = [call.operation for call in calls(account.steps(TARGET))]

    assert operations == [
        *("create_rest_api", "put_rest_api", "add_permission"),
        *("create_deployment", "create_stage", "update_stage"),
    ]


def test_a_second_deploy_has_nothing_to_do(account: DoorAccount) -> None:
    account.deploy(TARGET)

    assert account.steps(TARGET) == []


def test_another_spec_is_put_and_shown_as_a_difference(account: DoorAccount) -> None:
    account.deploy(TARGET)

    (step,) = rest_api.changes(account.read().rest, MORE)

    assert [call.operation for call in calls([step])] == ["put_rest_api"]
    (difference,) = step.differences
    assert (difference.name, difference.before, difference.after) == ("spec", digest(TARGET), digest(MORE))


def test_a_spec_that_aws_refuses_leaves_what_is_served(world: StrictAws, account: DoorAccount) -> None:
    account.deploy(TARGET)
    served = account.read().rest
    world.fail_next("apigateway", "put_rest_api", "BadRequestException", "Errors found during import")

    with pytest.raises(AwsError, match="Errors found during import"):
        account.deploy(MORE)

    assert account.read().rest == served


def test_tags_follow_the_settings(account: DoorAccount) -> None:
    account.deploy(make_target(tags={"team": "a", "cost": "1"}))
    target = make_target(tags={"team": "b"})

    api_step, stage_step = account.steps(target)

    for step, path in ((api_step, ""), (stage_step, "/stages/dev")):
        tag, untag = (action for action in step.actions if isinstance(action, Call))
        assert tag.params["resourceArn"] == f"arn:aws:apigateway:eu-west-1::/restapis/{apis(account)[0]['id']}{path}"
        assert (tag.params["tags"], untag.params["tagKeys"]) == ({"team": "b"}, ["cost"])
        assert [difference.name for difference in step.differences] == ["tag cost", "tag team"]
    account.deploy(target)
    assert account.steps(target) == []


def test_an_api_of_that_name_which_is_not_ours_is_left_alone(account: DoorAccount) -> None:
    foreign = account.client("apigateway").create_rest_api(name="meditations-dev", tags={"app": "meditations"})

    account.deploy(TARGET)

    assert {api["id"] for api in apis(account)} > {foreign["id"]}
    assert account.steps(TARGET) == []
    account.do(rest_api.removal(account.read().rest, NAMES))
    assert [api["id"] for api in apis(account)] == [foreign["id"]]


def test_ours_is_found_behind_a_page_of_others(account: DoorAccount) -> None:
    for number in range(30):
        account.client("apigateway").create_rest_api(name=f"other-{number}")
    account.deploy(TARGET)

    assert account.steps(TARGET) == []


def test_the_second_api_of_a_lost_answer_goes_and_the_first_stays(world: StrictAws, account: DoorAccount) -> None:
    world.lose_answer("apigateway", "create_rest_api")
    account.deploy(TARGET)
    assert len(apis(account)) == 2
    first = min(api["id"] for api in apis(account))

    account.deploy(TARGET)

    assert [api["id"] for api in apis(account)] == [first]
    assert account.steps(TARGET) == []


def test_what_aws_is_still_busy_with_is_asked_again(world: StrictAws, account: DoorAccount) -> None:
    for operation in ("put_rest_api", "create_deployment", "update_stage"):
        message = "Unable to complete operation due to concurrent modification. Please try again later."
        world.fail_next("apigateway", operation, "ConflictException", message, status=409)
    account.deploy(TARGET)

    assert account.steps(TARGET) == []


def test_removal_takes_duplicates_too_and_can_be_repeated(world: StrictAws, account: DoorAccount) -> None:
    world.lose_answer("apigateway", "create_rest_api")
    account.deploy(TARGET)
    steps = rest_api.removal(account.read().rest, NAMES)
    account.do(steps)
    account.do(steps)

    assert apis(account) == []
    assert rest_api.removal(None, NAMES) == []


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "execute-api.eu-west-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "execute-api.us-gov-west-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "execute-api.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_host_is_that_of_the_partition(partition: str, region: str, host: str) -> None:
    names = type(NAMES)(NAMES.app, NAMES.stage, NAMES.account, region, partition)

    assert rest_api.url(names, "abc") == f"https://abc.{host}/dev/"


def test_a_description_that_is_not_ours_says_nothing(account: DoorAccount) -> None:
    account.deploy(TARGET)
    (api,) = apis(account)
    by_hand = account.client("apigateway").create_deployment(restApiId=api["id"], description="version 1")

    found = account.read().rest

    assert isinstance(found, RestApi)
    assert [(one.version, one.digest) for one in found.deployments] == [(1, digest(TARGET)), (None, None)]
    assert found.deployments[-1].id == by_hand["id"]
