"""The world's own tests: API keys and usage plans."""

from __future__ import annotations

from typing import Any

import pytest

from ..plain import document, let_in, make_live, make_rest_api, refused, rest_url
from ..strict_aws import ACCOUNT, REGION, StrictAws
from .test_harness_rest import KEYED, gateway

VALUE = "a-value-of-20-letters"


def make_plan(world: StrictAws, **key: Any) -> tuple[str, str, str]:
    """Make a keyed API that may be called, a plan with its stage, and a key in it; return their ids."""
    make_live(world)
    api = make_rest_api(world, document(**KEYED))
    let_in(world, f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/dev/*/*")
    client = gateway(world)
    plan = client.create_usage_plan(name="a", apiStages=[{"apiId": api, "stage": "dev"}])["id"]
    made = client.create_api_key(**{"name": "a", "value": VALUE, "enabled": True, **key})["id"]
    client.create_usage_plan_key(usagePlanId=plan, keyId=made, keyType="API_KEY")
    return api, plan, made


def status(world: StrictAws, api: str, **headers: str) -> int:
    """Return the status of a POST."""
    return world.fetch("POST", rest_url(api), headers)[0]


def test_the_key_of_the_plan_is_wanted(world: StrictAws) -> None:
    api, _, _ = make_plan(world)

    assert status(world, api) == 403
    assert status(world, api, **{"x-api-key": "another"}) == 403
    assert status(world, api, **{"x-api-key": VALUE}) == 200


def test_a_key_is_not_enabled_unless_it_is_said(world: StrictAws) -> None:
    api, _, key = make_plan(world, enabled=False)
    assert status(world, api, **{"x-api-key": VALUE}) == 403

    gateway(world).update_api_key(apiKey=key, patchOperations=[{"op": "replace", "path": "/enabled", "value": "true"}])

    assert status(world, api, **{"x-api-key": VALUE}) == 200


def test_a_plan_without_the_stage_lets_nobody_in(world: StrictAws) -> None:
    api, plan, _ = make_plan(world)
    operations = [{"op": "remove", "path": "/apiStages", "value": f"{api}:dev"}]
    gateway(world).update_usage_plan(usagePlanId=plan, patchOperations=operations)

    assert status(world, api, **{"x-api-key": VALUE}) == 403


def test_a_plan_with_stages_is_not_deleted(world: StrictAws) -> None:
    api, plan, _ = make_plan(world)
    client = gateway(world)

    with refused("BadRequestException", says="Please remove all API Stages"):
        client.delete_usage_plan(usagePlanId=plan)
    operations = [{"op": "remove", "path": "/apiStages", "value": f"{api}:dev"}]
    client.update_usage_plan(usagePlanId=plan, patchOperations=operations)
    client.delete_usage_plan(usagePlanId=plan)
    with refused("NotFoundException", 404):
        client.delete_usage_plan(usagePlanId=plan)


def test_what_is_there_already(world: StrictAws) -> None:
    api, plan, key = make_plan(world)
    client = gateway(world)

    with refused("ConflictException", 409):
        client.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    with refused("ConflictException", 409):
        client.create_api_key(name="b", value=VALUE)
    with refused("ConflictException", 409):
        operations = [{"op": "add", "path": "/apiStages", "value": f"{api}:dev"}]
        client.update_usage_plan(usagePlanId=plan, patchOperations=operations)


def test_what_is_not_there(world: StrictAws) -> None:
    _, plan, _ = make_plan(world)
    client = gateway(world)

    with refused("BadRequestException", says="API Stage not found"):
        client.create_usage_plan(name="b", apiStages=[{"apiId": "none", "stage": "dev"}])
    with refused("NotFoundException", 404):
        client.create_usage_plan_key(usagePlanId=plan, keyId="none", keyType="API_KEY")
    with refused("NotFoundException", 404):
        client.delete_usage_plan_key(usagePlanId=plan, keyId="none")
    with refused("NotFoundException", 404):
        client.get_api_key(apiKey="none")
    with refused("NotFoundException", 404):
        client.tag_resource(resourceArn=f"arn:aws:apigateway:{REGION}::/usageplans/none", tags={"a": "b"})


@pytest.mark.parametrize("value", ["short", "x" * 129])
def test_a_value_has_20_to_128_letters(world: StrictAws, value: str) -> None:
    with refused("BadRequestException"):
        gateway(world).create_api_key(name="a", value=value)


def test_a_value_is_shown_only_when_it_is_asked_for(world: StrictAws) -> None:
    _, plan, key = make_plan(world)
    client = gateway(world)

    assert "value" not in client.get_api_key(apiKey=key)
    assert client.get_api_key(apiKey=key, includeValue=True)["value"] == VALUE
    assert [one["id"] for one in client.get_api_keys(nameQuery="a")["items"]] == [key]
    assert client.get_api_keys(nameQuery="b")["items"] == []
    assert [one["id"] for one in client.get_usage_plan_keys(usagePlanId=plan)["items"]] == [key]


def test_limits_of_a_plan(world: StrictAws) -> None:
    client = gateway(world)
    plan = client.create_usage_plan(name="a", quota={"limit": 10, "period": "DAY"})["id"]
    operations = [
        {"op": "replace", "path": "/throttle/rateLimit", "value": "1.5"},
        {"op": "replace", "path": "/throttle/burstLimit", "value": "3"},
        {"op": "remove", "path": "/quota"},
    ]
    client.update_usage_plan(usagePlanId=plan, patchOperations=operations)

    found = client.get_usage_plan(usagePlanId=plan)
    assert found["throttle"] == {"rateLimit": 1.5, "burstLimit": 3}
    assert "quota" not in found
    with refused("BadRequestException", says="Invalid patch path"):
        operations = [{"op": "replace", "path": "/quota/per", "value": "DAY"}]
        client.update_usage_plan(usagePlanId=plan, patchOperations=operations)
