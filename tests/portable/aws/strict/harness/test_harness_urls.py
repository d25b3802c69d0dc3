"""The world's own tests: Function URLs need two permissions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..plain import LIVE, NAME, make_live, refused, zipped
from ..strict_aws import StrictAws

ECHO = """
import json


def handler(event, context):
    return {"statusCode": 201, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""
BOTH: list[dict[str, Any]] = [
    {"StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    {"StatementId": "call", "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
]


def make_url(world: StrictAws, auth_type: str = "NONE") -> tuple[Any, str]:
    """Make the function with a URL; return the client and the URL."""
    client = make_live(world, code=zipped(ECHO))
    made = client.create_function_url_config(FunctionName=NAME, Qualifier="live", AuthType=auth_type)
    assert made["FunctionArn"] == LIVE
    return client, made["FunctionUrl"]


def allow(client: Any, statements: list[dict[str, Any]]) -> None:
    """Let anyone do what the statements say."""
    for statement in statements:
        client.add_permission(FunctionName=NAME, Qualifier="live", Principal="*", **statement)


def test_with_both_permissions_the_zip_answers(world: StrictAws) -> None:
    client, url = make_url(world)
    allow(client, BOTH)

    status, headers, body = world.fetch("PUT", f"{url}a%20b?c=d", {"X-Own": "1"}, b"{}")

    event = json.loads(body)
    assert (status, headers["content-type"]) == (201, "application/json")
    assert (event["rawPath"], event["rawQueryString"]) == ("/a%20b", "c=d")
    assert event["requestContext"]["http"]["method"] == "PUT"
    assert url == f"https://{event['requestContext']['domainName']}/"
    assert event["headers"]["x-own"] == "1"


@pytest.mark.parametrize(
    "statements",
    [
        [],
        BOTH[:1],
        BOTH[1:],
        [{**BOTH[0], "FunctionUrlAuthType": "AWS_IAM"}, BOTH[1]],
        [BOTH[0], {**BOTH[1], "InvokedViaFunctionUrl": False}],
    ],
    ids=["none", "url alone", "call alone", "another type", "not by URL"],
)
def test_with_less_it_is_forbidden(world: StrictAws, statements: list[dict[str, Any]]) -> None:
    client, url = make_url(world)
    allow(client, statements)

    status, _, body = world.fetch("GET", url)

    assert status == 403
    assert json.loads(body)["Message"].startswith("Forbidden. For troubleshooting")


def test_a_permission_of_the_function_is_none_of_the_alias(world: StrictAws) -> None:
    client, url = make_url(world)
    for statement in BOTH:
        client.add_permission(FunctionName=NAME, Principal="*", **statement)

    assert world.fetch("GET", url)[0] == 403


def test_with_aws_iam_a_signed_request_of_the_account_is_let_in(world: StrictAws) -> None:
    _, url = make_url(world, "AWS_IAM")

    assert world.fetch("GET", url)[0] == 403
    assert world.fetch("GET", url, {"Authorization": "AWS4-HMAC-SHA256 Credential=..."})[0] == 201


def test_one_url_for_each_alias(world: StrictAws) -> None:
    client, url = make_url(world)

    with refused("ResourceConflictException", 409):
        client.create_function_url_config(FunctionName=NAME, Qualifier="live", AuthType="NONE")
    with refused("ResourceNotFoundException", 404):
        client.create_function_url_config(FunctionName=NAME, Qualifier="other", AuthType="NONE")
    with refused("ResourceNotFoundException", 404):
        client.get_function_url_config(FunctionName=NAME)
    client.update_function_url_config(FunctionName=NAME, Qualifier="live", AuthType="AWS_IAM")
    assert client.get_function_url_config(FunctionName=NAME, Qualifier="live")["AuthType"] == "AWS_IAM"
    assert [
        one["FunctionUrl"] for one in client.list_function_url_configs(FunctionName=NAME)["FunctionUrlConfigs"]
    ] == [url]
    client.delete_function_url_config(FunctionName=NAME, Qualifier="live")
    with refused("ResourceNotFoundException", 404):
        client.delete_function_url_config(FunctionName=NAME, Qualifier="live")
    with pytest.raises(OSError, match="no such host"):
        world.fetch("GET", url)


def test_a_function_that_fails_is_a_bad_gateway(world: StrictAws) -> None:
    client = make_live(world, code=zipped("def handler(event, context):\n    raise ValueError"))
    url = client.create_function_url_config(FunctionName=NAME, Qualifier="live", AuthType="NONE")["FunctionUrl"]
    allow(client, BOTH)

    assert world.fetch("GET", url)[0] == 502
