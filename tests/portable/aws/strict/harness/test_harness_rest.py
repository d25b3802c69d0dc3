"""The world's own tests: REST APIs, their stages, keys and plans."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..plain import LIVE, document, integration, let_in, make_live, make_rest_api, publish, refused, rest_url
from ..plain import zipped as zipped_code
from ..strict_aws import ACCOUNT, REGION, StrictAws

KEYED: dict[str, Any] = {
    "components": {"securitySchemes": {"key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}},
    "security": [{"key": []}],
}
ECHO = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
PAGED = 26


def gateway(world: StrictAws) -> Any:
    """Return the client."""
    return world.session().client("apigateway")


def serve(world: StrictAws, body: bytes | None = None, code: str | None = None) -> str:
    """Make the function and an API that may call it; return the API's id."""
    make_live(world, **({"code": zipped_code(code)} if code else {}))
    api = make_rest_api(world, body)
    let_in(world, f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/dev/*/*")
    return api


def test_what_is_put_is_not_served_before_it_is_deployed_and_shown(world: StrictAws) -> None:
    api, client = serve(world), gateway(world)
    client.put_rest_api(restApiId=api, mode="overwrite", body=document({"/new": {"get": integration()}}))
    assert world.fetch("GET", rest_url(api, "/new"))[0] == 403
    made = client.create_deployment(restApiId=api)["id"]
    assert world.fetch("GET", rest_url(api, "/new"))[0] == 403

    patch = [{"op": "replace", "path": "/deploymentId", "value": made}]
    client.update_stage(restApiId=api, stageName="dev", patchOperations=patch)

    assert world.fetch("GET", rest_url(api, "/new"))[0] == 200
    assert world.fetch("POST", rest_url(api))[0] == 403


def test_merge_keeps_the_other_paths(world: StrictAws) -> None:
    api, client = serve(world), gateway(world)
    client.put_rest_api(restApiId=api, body=document({"/new": {"get": integration()}}))
    client.create_deployment(restApiId=api, stageName="dev")

    assert [world.fetch(*one)[0] for one in (("POST", rest_url(api)), ("GET", rest_url(api, "/new")))] == [200, 200]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/other"), ("POST", "/a/b/c")])
def test_what_is_not_in_the_document_is_a_missing_token(world: StrictAws, method: str, path: str) -> None:
    api = serve(world)

    status, _, body = world.fetch(method, rest_url(api, path))

    assert (status, json.loads(body)) == (403, {"message": "Missing Authentication Token"})


def test_a_stage_that_is_not_there_is_forbidden(world: StrictAws) -> None:
    api = serve(world)

    assert json.loads(world.fetch("GET", rest_url(api).replace("/dev/", "/prod/"))[2]) == {"message": "Forbidden"}


def test_the_more_literal_path_is_taken(world: StrictAws) -> None:
    every = {"x-amazon-apigateway-any-method": integration()}
    api = serve(world, document({"/{proxy+}": every, "/a/{id}": every, "/a/b": every}), ECHO)

    events = [json.loads(world.fetch("GET", rest_url(api, path))[2]) for path in ("/a/b", "/a/7", "/a/b/c?x=1&x=2")]

    assert [event["resource"] for event in events] == ["/a/b", "/a/{id}", "/{proxy+}"]
    assert [event["pathParameters"] for event in events] == [None, {"id": "7"}, {"proxy": "a/b/c"}]
    assert events[2]["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert events[2]["requestContext"]["path"] == "/dev/a/b/c"


@pytest.mark.parametrize(
    ("more", "is_base64"), [({}, False), ({"x-amazon-apigateway-binary-media-types": ["*/*"]}, True)]
)
def test_only_a_binary_media_type_is_base64(world: StrictAws, more: dict[str, Any], *, is_base64: bool) -> None:
    api = serve(world, document(**more), ECHO)

    event = json.loads(world.fetch("POST", rest_url(api), {"Content-Type": "application/json"}, b"{}")[2])

    assert (event["isBase64Encoded"], event["body"]) == (is_base64, "e30=" if is_base64 else "{}")


@pytest.mark.parametrize("change", [{"httpMethod": "GET"}, {"type": "aws"}], ids=str)
def test_an_integration_that_never_works(world: StrictAws, change: dict[str, str]) -> None:
    api = serve(world, document({"/": {"post": integration(LIVE, **change)}}))

    assert world.fetch("POST", rest_url(api))[0] == 500


@pytest.mark.parametrize("last", ["return 1", "return {'status': 200}", "1 / 0"])
def test_a_reply_that_is_none_is_a_bad_gateway(world: StrictAws, last: str) -> None:
    api = serve(world, code=f"def handler(event, context):\n    {last}")

    assert world.fetch("POST", rest_url(api))[0] == 502


def test_traffic_follows_the_alias(world: StrictAws) -> None:
    api = serve(world)
    version = publish(world, "second")
    client = world.session().client("lambda")
    client.update_alias(FunctionName="app-dev", Name="live", RoutingConfig={"AdditionalVersionWeights": {version: 0.5}})

    assert [world.fetch("POST", rest_url(api))[2] for _ in range(4)] == [b"one", b"second"] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"no document",
        document().replace(b"3.0.3", b"3.1.0"),
        b'{"openapi": "3.0.3", "paths": {}}',
        document({"a": {"get": integration()}}),
        document({"/": {"get": integration("arn:aws:lambda:eu-west-1:1:function:x")}}),
        document({"/": {"get": integration(LIVE.replace(REGION, "us-east-1"))}}),
        document({"/": {"get": integration(type="lambda")}}),
        document({"/": {"get": integration(httpMethod="")}}),
        document({"/": {"get": {"$ref": "#/components/x"}}}),
        document({"/{id}": {"get": {**integration(), "parameters": [{"in": "path", "name": "other"}]}}}),
        document(components={"schemas": {"not-a-name": {}}}),
    ],
)
def test_documents_that_are_refused(world: StrictAws, body: bytes) -> None:
    with refused("BadRequestException"):
        gateway(world).import_rest_api(body=body)


def test_deployments_that_are_refused(world: StrictAws) -> None:
    client = gateway(world)
    api = client.create_rest_api(name="a")["id"]

    with refused("BadRequestException", says="doesn't contain any methods"):
        client.create_deployment(restApiId=api)
    client.put_rest_api(restApiId=api, body=document({"/": {"get": {}}}))
    with refused("BadRequestException", says="No integration defined"):
        client.create_deployment(restApiId=api)


def test_a_deployment_that_is_shown_is_not_deleted(world: StrictAws) -> None:
    client, api = gateway(world), make_rest_api(world)
    (made,) = client.get_deployments(restApiId=api)["items"]

    with refused("BadRequestException", says="Active stages"):
        client.delete_deployment(restApiId=api, deploymentId=made["id"])
    client.delete_stage(restApiId=api, stageName="dev")
    client.delete_deployment(restApiId=api, deploymentId=made["id"])
    with refused("NotFoundException", 404):
        client.delete_deployment(restApiId=api, deploymentId=made["id"])


def test_stages_that_are_refused(world: StrictAws) -> None:
    client, api = gateway(world), make_rest_api(world)
    (made,) = client.get_deployments(restApiId=api)["items"]

    with refused("ConflictException", 409):
        client.create_stage(restApiId=api, stageName="dev", deploymentId=made["id"])
    with refused("BadRequestException"):
        client.create_stage(restApiId=api, stageName="a b", deploymentId=made["id"])
    for operations in (
        [{"op": "replace", "path": "/nothing", "value": "1"}],
        [{"op": "replace", "path": "/*/*/throttling/rate", "value": "1"}],
        [{"op": "add", "path": "/deploymentId", "value": made["id"]}],
    ):
        with refused("BadRequestException"):
            client.update_stage(restApiId=api, stageName="dev", patchOperations=operations)
    with refused("NotFoundException", 404):
        operations = [{"op": "replace", "path": "/deploymentId", "value": "none"}]
        client.update_stage(restApiId=api, stageName="dev", patchOperations=operations)


def test_throttling_of_every_method(world: StrictAws) -> None:
    client, api = gateway(world), make_rest_api(world)
    rate = {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": "10.5"}
    burst = {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": "20"}
    client.update_stage(restApiId=api, stageName="dev", patchOperations=[rate, burst])

    found = client.get_stage(restApiId=api, stageName="dev")["methodSettings"]["*/*"]
    assert (found["throttlingRateLimit"], found["throttlingBurstLimit"]) == (10.5, 20)


def test_an_imported_api_is_at_the_edge_unless_it_is_said(world: StrictAws) -> None:
    client = gateway(world)
    edge = client.import_rest_api(body=document())
    regional = client.import_rest_api(body=document(), parameters={"endpointConfigurationTypes": "REGIONAL"})

    assert [one["endpointConfiguration"]["types"] for one in (edge, regional)] == [["EDGE"], ["REGIONAL"]]


def test_apis_come_25_at_a_time_with_their_tags(world: StrictAws) -> None:
    client = gateway(world)
    made = [client.create_rest_api(name="same", tags={"number": str(number)})["id"] for number in range(PAGED)]
    client.tag_resource(resourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{made[0]}", tags={"b": "1"})
    client.untag_resource(resourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{made[0]}", tagKeys=["number"])

    pages = list(client.get_paginator("get_rest_apis").paginate())

    assert [len(page["items"]) for page in pages] == [25, 1]
    assert [page["items"][0]["tags"] for page in pages] == [{"b": "1"}, {"number": "25"}]


def test_an_api_is_deleted_once(world: StrictAws) -> None:
    client, api = gateway(world), make_rest_api(world)
    client.delete_rest_api(restApiId=api)

    with refused("NotFoundException", 404):
        client.delete_rest_api(restApiId=api)
    with pytest.raises(OSError, match="no such host"):
        world.fetch("POST", rest_url(api))
