"""The front door `http`: an API of four parts, each of which is found and mended by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portable.aws.plan import Fill
from portable.aws.resources import http_api

from ..door_account import DoorAccount, calls
from ..strict import StrictAws
from ..targets import NAMES, make_target

TARGET = make_target(front_door="http")


@pytest.fixture
def world() -> Iterator[StrictAws]:
    with StrictAws() as world:
        yield world


@pytest.fixture
def account(world: StrictAws) -> DoorAccount:
    return DoorAccount(world.session())


def parts(account: DoorAccount) -> tuple[Any, Any, Any, Any]:
    """Return the client, and the only API's only integration, route and stage."""
    client = account.client("apigatewayv2")
    (api,) = client.get_apis()["Items"]
    (integration,) = client.get_integrations(ApiId=api["ApiId"])["Items"]
    (route,) = client.get_routes(ApiId=api["ApiId"])["Items"]
    (stage,) = client.get_stages(ApiId=api["ApiId"])["Items"]
    return api, integration, route, stage


def test_everything_goes_to_the_alias_in_the_format_that_keeps_the_request(account: DoorAccount) -> None:
    known = account.deploy(TARGET)
    api, integration, route, stage = parts(account)

    assert (api["Name"], api["ProtocolType"]) == ("meditations-dev", "HTTP")
    assert api["Tags"] == {"app": "meditations", "stage": "dev", "managed-by": "portable"}
    assert (integration["IntegrationType"], integration["IntegrationMethod"]) == ("AWS_PROXY", "POST")
    assert integration["IntegrationUri"] == "arn:aws:lambda:eu-west-1:123456789012:function:meditations-dev:live"
    assert integration["PayloadFormatVersion"] == "2.0"
    assert (route["RouteKey"], route["Target"]) == ("$default", f"integrations/{integration['IntegrationId']}")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": 10.0, "ThrottlingBurstLimit": 20}
    assert known["url"] == f"https://{api['ApiId']}.execute-api.eu-west-1.amazonaws.com/"
    assert account.checks.asked == [(known["url"], None)]


def test_a_second_deploy_has_nothing_to_do(account: DoorAccount) -> None:
    account.deploy(TARGET)

    assert account.steps(TARGET) == []
    assert http_api.changes(account.read().http, TARGET) == []


def other_function(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Let the integration call something else."""
    uri = integration["IntegrationUri"].replace(":live", ":previous")
    client.update_integration(ApiId=api["ApiId"], IntegrationId=integration["IntegrationId"], IntegrationUri=uri)


def older_format(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Let the integration send the older payload."""
    place = {"ApiId": api["ApiId"], "IntegrationId": integration["IntegrationId"]}
    client.update_integration(**place, PayloadFormatVersion="1.0")


def no_route(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Delete the route."""
    client.delete_route(ApiId=api["ApiId"], RouteId=route["RouteId"])


def idle_route(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Delete the integration too."""
    no_route(client, api, integration, route)
    client.delete_integration(ApiId=api["ApiId"], IntegrationId=integration["IntegrationId"])


def route_to_nowhere(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Put a route without a target in the route's place."""
    no_route(client, api, integration, route)
    client.create_route(ApiId=api["ApiId"], RouteKey="$default")


def no_stage(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Delete the stage."""
    client.delete_stage(ApiId=api["ApiId"], StageName="$default")


def still_stage(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Let the stage deploy by hand."""
    client.update_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=False)


def unthrottled(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Set other limits."""
    limits = {"ThrottlingRateLimit": 999.0, "ThrottlingBurstLimit": 999}
    client.update_stage(ApiId=api["ApiId"], StageName="$default", DefaultRouteSettings=limits)


def other_tag(client: Any, api: Any, integration: Any, route: Any) -> None:
    """Add a tag that nobody asked for."""
    arn = f"arn:aws:apigateway:eu-west-1::/apis/{api['ApiId']}"
    client.tag_resource(ResourceArn=arn, Tags={"left": "over"})


@pytest.mark.parametrize(
    ("meddle", "operations"),
    [
        (other_function, ["update_integration"]),
        (older_format, ["update_integration"]),
        (no_route, ["create_route"]),
        (idle_route, ["create_integration", "create_route"]),
        (route_to_nowhere, ["update_route"]),
        (no_stage, ["create_stage"]),
        (still_stage, ["update_stage"]),
        (unthrottled, ["update_stage"]),
        (other_tag, ["untag_resource"]),
    ],
)
def test_what_was_changed_by_hand_is_mended(
    account: DoorAccount, meddle: Callable[..., None], operations: list[str]
) -> None:
    account.deploy(TARGET)
    before = parts(account)
    meddle(account.client("apigatewayv2"), *before[:3])

    steps = account.steps(TARGET)

    assert [call.operation for call in calls(steps)] == operations
    assert [step.sign for step in steps] == ["~"]
    assert steps[0].differences
    account.deploy(TARGET)
    assert account.steps(TARGET) == []
    assert parts(account)[0]["ApiId"] == before[0]["ApiId"]


def test_a_route_that_leads_elsewhere_is_led_back(account: DoorAccount) -> None:
    account.deploy(TARGET)
    api, integration, route, _ = parts(account)
    client = account.client("apigatewayv2")
    other = client.create_integration(
        ApiId=api["ApiId"],
        IntegrationType="AWS_PROXY",
        IntegrationUri=integration["IntegrationUri"].replace(":live", ":previous"),
        PayloadFormatVersion="2.0",
    )
    client.update_route(ApiId=api["ApiId"], RouteId=route["RouteId"], Target=f"integrations/{other['IntegrationId']}")

    (call,) = calls(account.steps(TARGET))

    assert call.operation == "update_integration"
    assert call.params["IntegrationId"] == other["IntegrationId"]
    account.deploy(TARGET)
    assert account.steps(TARGET) == []


def test_other_limits_and_tags_are_set(account: DoorAccount) -> None:
    account.deploy(TARGET)
    target = make_target(front_door="http", throttle_rate=2.5, throttle_burst=5, tags={"team": "a"})

    steps = account.steps(target)

    assert [call.operation for call in calls(steps)] == ["tag_resource", "tag_resource", "update_stage"]
    (step,) = steps
    shown = {one.name: (one.before, one.after) for one in step.differences}
    assert shown == {
        "tag team": (None, "a"),
        "throttling": ("10 a second, 20 at once", "2.5 a second, 5 at once"),
    }
    account.deploy(target)
    assert account.steps(target) == []


def test_an_api_of_that_name_which_is_not_ours_is_left_alone(account: DoorAccount) -> None:
    foreign = account.client("apigatewayv2").create_api(Name="meditations-dev", ProtocolType="HTTP")

    account.deploy(TARGET)

    found = account.read().http
    assert found
    assert found.id != foreign["ApiId"]
    assert len(account.client("apigatewayv2").get_apis()["Items"]) == 2


def test_the_second_api_of_a_lost_answer_goes_and_the_first_stays(world: StrictAws, account: DoorAccount) -> None:
    world.lose_answer("apigatewayv2", "create_api")
    account.deploy(TARGET)
    found = account.read().http
    assert found
    assert len(found.duplicates) == 1

    account.deploy(TARGET)

    api, *_ = parts(account)
    assert api["ApiId"] == found.id
    assert account.steps(TARGET) == []


def test_ours_is_found_behind_a_page_of_others(account: DoorAccount) -> None:
    client = account.client("apigatewayv2")
    for number in range(30):
        client.create_api(Name=f"other-{number}", ProtocolType="HTTP")
    account.deploy(TARGET)

    assert account.steps(TARGET) == []


def test_what_is_not_known_yet_is_filled_in() -> None:
    create, integration, route, stage = calls(http_api.changes(None, TARGET))

    assert create.keeps["api_id"] == "ApiId"
    assert integration.params["ApiId"] == route.params["ApiId"] == stage.params["ApiId"] == Fill("{api_id}")
    assert route.params["Target"] == Fill("integrations/{integration_id}")


def test_removing_it_twice_is_success(account: DoorAccount) -> None:
    account.deploy(TARGET)
    steps = http_api.removal(account.read().http, NAMES)
    account.do(steps)
    account.do(steps)

    assert account.client("apigatewayv2").get_apis()["Items"] == []
    assert http_api.removal(None, NAMES) == []
