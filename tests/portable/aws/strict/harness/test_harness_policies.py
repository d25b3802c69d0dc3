"""The world's own tests: who may call a function. The article's failure is here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..functions.lambda_policies import arn_like
from ..plain import ARN, LIVE, NAME, document, integration, let_in, make_live, make_rest_api, publish, refused, rest_url
from ..strict_aws import ACCOUNT, REGION, StrictAws

PLACE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}"
ERROR = (500, {"message": "Internal server error"})


def posted(world: StrictAws, api: str, path: str = "/") -> tuple[int, Any]:
    """Return status and body of a POST."""
    status, headers, body = world.fetch("POST", rest_url(api, path))
    return status, json.loads(body) if headers["content-type"] == "application/json" else body.decode()


def test_the_article_without_permission_500_and_with_it_200(world: StrictAws) -> None:
    make_live(world)
    api = make_rest_api(world)

    assert posted(world, api) == ERROR

    let_in(world, f"{PLACE}:{api}/*/POST/")
    assert posted(world, api) == (200, "one")


@pytest.mark.parametrize(
    ("source_arn", "more"),
    [
        ("{api}/dev/GET/", {}),
        ("{api}/prod/*/*", {}),
        ("other/dev/*/*", {}),
        ("{api}/dev/POST/*/*", {}),
        ("{api}/dev", {}),
        ("{api}/dev/*/*", {"qualifier": None}),
        ("{api}/dev/*/*", {"qualifier": "1"}),
        ("{api}/dev/*/*", {"SourceAccount": "999999999999"}),
    ],
    ids=str,
)
def test_a_permission_that_is_not_for_this_lets_nothing_in(
    world: StrictAws, source_arn: str, more: dict[str, Any]
) -> None:
    make_live(world)
    api = make_rest_api(world)
    let_in(world, f"{PLACE}:{source_arn.format(api=api)}", **more)

    assert posted(world, api) == ERROR


@pytest.mark.parametrize("change", [{"Action": "lambda:GetFunction"}, {"Principal": "events.amazonaws.com"}], ids=str)
def test_a_permission_for_something_else_lets_nothing_in(world: StrictAws, change: dict[str, str]) -> None:
    client = make_live(world)
    api = make_rest_api(world)
    usual = {"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    client.add_permission(FunctionName=NAME, Qualifier="live", **{**usual, **change})

    assert posted(world, api) == ERROR


@pytest.mark.parametrize("source_arn", ["{api}/dev/POST/a/*/b", "{api}/dev/*/*", "{api}/*", "{api}/dev/POST/a/?/b"])
def test_a_path_parameter_is_a_star_in_the_source_arn(world: StrictAws, source_arn: str) -> None:
    make_live(world)
    api = make_rest_api(world, document({"/a/{id}/b": {"post": integration()}}))
    let_in(world, f"{PLACE}:{source_arn.format(api=api)}")

    assert posted(world, api, "/a/7/b") == (200, "one")


def test_a_permission_taken_away(world: StrictAws) -> None:
    client = make_live(world)
    api = make_rest_api(world)
    let_in(world, f"{PLACE}:{api}/dev/*/*")
    client.remove_permission(FunctionName=NAME, Qualifier="live", StatementId="gateway")

    assert posted(world, api) == ERROR
    with refused("ResourceNotFoundException", 404):
        client.remove_permission(FunctionName=NAME, Qualifier="live", StatementId="gateway")
    with refused("ResourceNotFoundException", 404):
        client.get_policy(FunctionName=NAME, Qualifier="live")


def test_a_policy_is_of_one_qualifier_and_stays_when_the_alias_moves(world: StrictAws) -> None:
    client = make_live(world)
    api = make_rest_api(world)
    let_in(world, f"{PLACE}:{api}/dev/*/*")

    for params in ({}, {"Qualifier": "1"}):
        with refused("ResourceNotFoundException", 404):
            client.get_policy(FunctionName=NAME, **params)
    client.update_alias(FunctionName=NAME, Name="live", FunctionVersion=publish(world, "second"))
    assert posted(world, api) == (200, "second")


def test_a_statement_is_shown_as_lambda_shows_it(world: StrictAws) -> None:
    client = make_live(world)
    let_in(world, f"{PLACE}:x/dev/*/*", SourceAccount=ACCOUNT)
    anyone = {"FunctionName": NAME, "Qualifier": "live", "Principal": "*"}
    client.add_permission(**anyone, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")
    client.add_permission(**anyone, StatementId="call", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True)

    gateway, url, call = json.loads(client.get_policy(FunctionName=NAME, Qualifier="live")["Policy"])["Statement"]

    assert gateway == {
        "Sid": "gateway",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": LIVE,
        "Condition": {
            "ArnLike": {"AWS:SourceArn": f"{PLACE}:x/dev/*/*"},
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
        },
    }
    assert (url["Principal"], url["Condition"]) == ("*", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})
    assert call["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


def test_statements_that_are_refused(world: StrictAws) -> None:
    client = make_live(world)
    let_in(world, f"{PLACE}:x/dev/*/*")
    usual = {"StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "*", "FunctionName": NAME}

    with refused("ResourceConflictException", 409, "already exists"):
        let_in(world, f"{PLACE}:x/dev/*/*")
    with refused("ResourceNotFoundException", 404):
        client.add_permission(**usual, Qualifier="other")
    with refused("InvalidParameterValueException"):
        client.add_permission(**usual, Qualifier="$LATEST")
    with refused("InvalidParameterValueException", says="FunctionUrlAuthType"):
        client.add_permission(**usual, FunctionUrlAuthType="NONE")
    with refused("InvalidParameterValueException", says="InvokedViaFunctionUrl"):
        client.add_permission(**{**usual, "Action": "lambda:InvokeFunctionUrl"}, InvokedViaFunctionUrl=True)
    with refused("PreconditionFailedException", 412):
        client.add_permission(**usual, Qualifier="live", RevisionId="old")


def test_a_policy_has_20_kb(world: StrictAws) -> None:
    client = make_live(world)
    usual = {"FunctionName": NAME, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}

    with refused("PolicyLengthExceededException"):
        for number in range(100):
            arn = f"{PLACE}:x/dev/GET/{number}"
            client.add_permission(**usual, Qualifier="live", StatementId=f"{number}-{'x' * 60}", SourceArn=arn)


def test_a_deleted_alias_takes_its_policy_along(world: StrictAws) -> None:
    client = make_live(world)
    let_in(world, f"{PLACE}:x/dev/*/*")
    client.delete_alias(FunctionName=NAME, Name="live")
    client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")

    with refused("ResourceNotFoundException", 404):
        client.get_policy(FunctionName=NAME, Qualifier="live")


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        (f"{ARN}*", True),
        (f"{ARN}:live", True),
        (f"{ARN}:l?ve", True),
        (ARN, False),
        ("*", False),
        (f"arn:aws:lambda:*:{ACCOUNT}:*", True),
        ("arn:aws:lambda:*", False),
        (f"arn:*:function:{NAME}:live", False),
    ],
)
def test_an_arn_is_matched_part_by_part(pattern: str, *, matches: bool) -> None:
    assert arn_like(pattern, LIVE) == matches
