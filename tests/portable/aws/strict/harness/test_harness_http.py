"""The world's own tests: HTTP APIs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..plain import LIVE, make_live, refused, zipped
from ..strict_aws import ACCOUNT, REGION, StrictAws
from .test_harness_rest import ECHO

PLACE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}"


def http(world: StrictAws) -> Any:
    """Return the client."""
    return world.session().client("apigatewayv2")


def make_api(world: StrictAws, *, key: str = "$default", stage: str = "dev", version: str = "2.0") -> str:
    """Make an API with one route and a stage; return its id."""
    client = http(world)
    api: str = client.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    made = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=LIVE, PayloadFormatVersion=version
    )
    client.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{made['IntegrationId']}")
    client.create_stage(ApiId=api, StageName=stage, AutoDeploy=True)
    return api


def let_in(world: StrictAws, source_arn: str) -> None:
    """Let the API call the alias."""
    world.session().client("lambda").add_permission(
        FunctionName="app-dev",
        Qualifier="live",
        StatementId="a",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"{PLACE}:{source_arn}",
    )


def url(api: str, path: str) -> str:
    """Return the URL of a path."""
    return f"https://{api}.execute-api.{REGION}.amazonaws.com{path}"


def test_without_permission_500_and_with_it_200(world: StrictAws) -> None:
    make_live(world)
    api = make_api(world)

    status, _, body = world.fetch("GET", url(api, "/dev/x"))
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})

    let_in(world, f"{api}/dev/*")
    assert world.fetch("GET", url(api, "/dev/x"))[0] == 200


@pytest.mark.parametrize(
    ("key", "source_arn", "is_allowed"),
    [
        ("$default", "{api}/*/$default", True),
        ("$default", "{api}/dev/GET/a/b", False),
        ("GET /a/{id}", "{api}/dev/GET/a/*", True),
        ("GET /a/{id}", "{api}/dev/POST/a/*", False),
        ("ANY /a/{id}", "{api}/*/*/a/{{id}}", False),
        ("ANY /a/{id}", "{api}/*/*/a/*", True),
        ("GET /a/{id}", "{api}/prod/*", False),
    ],
)
def test_the_source_arn_is_that_of_the_route(world: StrictAws, key: str, source_arn: str, *, is_allowed: bool) -> None:
    make_live(world)
    api = make_api(world, key=key)
    let_in(world, source_arn.format(api=api))

    assert world.fetch("GET", url(api, "/dev/a/b"))[0] == (200 if is_allowed else 500)


@pytest.mark.parametrize(
    ("stage", "version", "begin", "path"),
    [("dev", "2.0", "/dev", "/dev/a b"), ("$default", "2.0", "", "/a b"), ("dev", "1.0", "/dev", "/dev/a b")],
)
def test_the_event_is_of_the_payload_version(world: StrictAws, stage: str, version: str, begin: str, path: str) -> None:
    make_live(world, code=zipped(ECHO))
    api = make_api(world, stage=stage, version=version)
    let_in(world, f"{api}/{stage}/*")

    event = json.loads(world.fetch("GET", url(api, f"{begin}/a%20b?c=d"))[2])

    assert event["version"] == version
    assert event["rawPath" if version == "2.0" else "path"] == path
    assert event["requestContext"]["stage"] == stage


def test_what_has_no_route_is_not_found(world: StrictAws) -> None:
    make_live(world)
    api = make_api(world, key="GET /a")
    let_in(world, f"{api}/*")

    assert world.fetch("GET", url(api, "/dev/a"))[0] == 200
    assert [world.fetch(*one)[0] for one in (("POST", url(api, "/dev/a")), ("GET", url(api, "/a")))] == [404, 404]


def test_a_stage_without_auto_deploy_shows_its_deployment(world: StrictAws) -> None:
    make_live(world)
    api, client = make_api(world), http(world)
    let_in(world, f"{api}/*")
    client.create_stage(ApiId=api, StageName="slow")
    assert world.fetch("GET", url(api, "/slow/"))[0] == 404

    client.create_deployment(ApiId=api, StageName="slow")

    assert world.fetch("GET", url(api, "/slow/"))[0] == 200


def test_quick_create_makes_everything_and_its_stage_cannot_be_modified(world: StrictAws) -> None:
    make_live(world)
    client = http(world)
    api = client.create_api(Name="a", ProtocolType="HTTP", Target=LIVE)["ApiId"]
    let_in(world, f"{api}/*/$default")

    assert world.fetch("GET", url(api, "/"))[0] == 200
    (stage,), (made,) = client.get_stages(ApiId=api)["Items"], client.get_integrations(ApiId=api)["Items"]
    assert (stage["StageName"], stage["ApiGatewayManaged"], stage["AutoDeploy"]) == ("$default", True, True)
    with refused("BadRequestException", says="can't modify the $default stage"):
        limits = {"ThrottlingRateLimit": 10.0, "ThrottlingBurstLimit": 20}
        client.update_stage(ApiId=api, StageName="$default", DefaultRouteSettings=limits)
    with refused("BadRequestException"):
        client.delete_integration(ApiId=api, IntegrationId=made["IntegrationId"])


def test_parts_that_are_refused(world: StrictAws) -> None:
    api, client = make_api(world), http(world)
    proxy = {"ApiId": api, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0"}

    for change in (
        {"IntegrationUri": "arn:aws:lambda:us-east-1:123456789012:function:x"},
        {"IntegrationUri": LIVE, "PayloadFormatVersion": "3.0"},
        {"IntegrationUri": LIVE, "TimeoutInMillis": 30_001},
    ):
        with refused("BadRequestException"):
            client.create_integration(**{**proxy, **change})
    for params in ({"RouteKey": "FETCH /a"}, {"RouteKey": "/a"}, {"RouteKey": "GET /a", "Target": "integrations/none"}):
        with refused("BadRequestException"):
            client.create_route(ApiId=api, **params)
    with refused("ConflictException", 409):
        client.create_route(ApiId=api, RouteKey="$default")
    with refused("ConflictException", 409):
        client.create_stage(ApiId=api, StageName="dev")
    with refused("BadRequestException"):
        client.update_stage(ApiId=api, StageName="dev", DefaultRouteSettings={"ThrottlingRateLimit": 1.0})


def test_an_integration_in_use_is_not_deleted(world: StrictAws) -> None:
    api, client = make_api(world), http(world)
    (made,), (route,) = client.get_integrations(ApiId=api)["Items"], client.get_routes(ApiId=api)["Items"]

    with refused("ConflictException", 409):
        client.delete_integration(ApiId=api, IntegrationId=made["IntegrationId"])
    client.delete_route(ApiId=api, RouteId=route["RouteId"])
    client.delete_integration(ApiId=api, IntegrationId=made["IntegrationId"])


def test_tags_and_the_end_of_an_api(world: StrictAws) -> None:
    client = http(world)
    api = client.create_api(Name="a", ProtocolType="HTTP", Tags={"a": "1"})["ApiId"]
    arn = f"arn:aws:apigateway:{REGION}::/apis/{api}"
    client.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])

    assert client.get_apis()["Items"][0]["Tags"] == client.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    client.delete_api(ApiId=api)
    with refused("NotFoundException", 404):
        client.delete_api(ApiId=api)
