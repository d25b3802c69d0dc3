"""The world's own tests: versions, aliases and what runs."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ..plain import ARN, NAME, make_function, make_live, make_role, publish, refused, zipped
from ..strict_aws import StrictAws


def invoked(client: Any, qualifier: str, event: dict[str, Any] | None = None) -> Any:
    """Return the payload of an invocation."""
    answer = client.invoke(FunctionName=NAME, Qualifier=qualifier, Payload=json.dumps(event or {}).encode())
    return json.loads(answer["Payload"].read())


def test_a_version_is_a_copy_of_what_was_latest(world: StrictAws) -> None:
    client = make_function(world, TracingConfig={"Mode": "Active"})
    one, two = publish(world, "first"), publish(world, "second")

    assert (one, two) == ("1", "2")
    assert invoked(client, "1")["body"] == "first"
    assert invoked(client, "2")["body"] == "second"
    first = client.get_function_configuration(FunctionName=NAME, Qualifier="1")
    assert first["TracingConfig"] == {"Mode": "Active"}
    assert first["FunctionArn"] == f"{ARN}:1"


def test_what_has_not_changed_is_not_published_again(world: StrictAws) -> None:
    client = make_function(world)
    assert publish(world) == "1"
    assert publish(world) == "1"

    client.update_function_configuration(FunctionName=NAME, Description="another")
    world.settle()
    assert client.publish_version(FunctionName=NAME, Description="yet another")["Version"] == "1"
    client.update_function_code(FunctionName=NAME, ZipFile=zipped("handler = 1"))
    world.settle()
    assert client.publish_version(FunctionName=NAME, Description="new code")["Description"] == "new code"


def test_other_code_than_expected_is_not_published(world: StrictAws) -> None:
    client = make_function(world)

    with refused("InvalidParameterValueException", says="is different from current CodeSHA256"):
        client.publish_version(FunctionName=NAME, CodeSha256="c2hh")


def test_a_version_that_was_just_published_cannot_be_invoked_yet(world: StrictAws) -> None:
    client = make_function(world)
    client.publish_version(FunctionName=NAME)

    with refused("ResourceConflictException", 409, "following state: Pending"):
        invoked(client, "1")
    assert invoked(client, "1")["statusCode"] == 200


def test_versions_come_in_pages(world: StrictAws) -> None:
    client = make_function(world)
    for number in range(3):
        publish(world, str(number))

    pages = list(client.get_paginator("list_versions_by_function").paginate(FunctionName=NAME, MaxItems=3))

    assert [[one["Version"] for one in page["Versions"]] for page in pages] == [["$LATEST", "1", "2"], ["3"]]


def test_a_version_that_an_alias_uses_is_not_deleted(world: StrictAws) -> None:
    client = make_live(world)
    publish(world, "second")
    client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})

    for version in ("1", "2"):
        with refused("ResourceConflictException", 409, "[live]"):
            client.delete_function(FunctionName=NAME, Qualifier=version)
    client.delete_alias(FunctionName=NAME, Name="live")
    client.delete_function(FunctionName=NAME, Qualifier="1")
    with refused("ResourceNotFoundException", 404):
        client.get_function(FunctionName=NAME, Qualifier="1")


def test_latest_is_not_deleted_alone(world: StrictAws) -> None:
    with refused("InvalidParameterValueException"):
        make_function(world).delete_function(FunctionName=NAME, Qualifier="$LATEST")


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ({"2": 1.5}, "InvalidParameterValueException"),
        ({"1": 0.5}, "InvalidParameterValueException"),
        ({"2": 0.1, "3": 0.1}, "InvalidParameterValueException"),
        ({"$LATEST": 0.1}, "InvalidParameterValueException"),
        ({"9": 0.1}, "ResourceNotFoundException"),
    ],
    ids=str,
)
def test_weights_that_are_refused(world: StrictAws, weights: dict[str, float], code: str) -> None:
    client = make_live(world)
    publish(world, "second")
    publish(world, "third")

    with refused(code, 404 if code == "ResourceNotFoundException" else 400):
        client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": weights})


def test_both_versions_of_an_alias_have_the_same_role(world: StrictAws) -> None:
    client = make_live(world)
    client.update_function_configuration(FunctionName=NAME, Role=make_role(world, "other"))
    world.settle()
    publish(world)

    with refused("InvalidParameterValueException", says="same execution role"):
        client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})


def test_weights_stay_until_they_are_taken_away(world: StrictAws) -> None:
    client = make_live(world)
    publish(world, "second")
    publish(world, "third")
    client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})

    with refused("InvalidParameterValueException"):
        client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="2")
    client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="3")
    kept = client.get_alias(FunctionName=NAME, Name="live")
    assert kept["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.5}}

    client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {}})
    assert "RoutingConfig" not in client.get_alias(FunctionName=NAME, Name="live")


def test_a_canary_gets_its_very_share(world: StrictAws) -> None:
    client = make_live(world)
    publish(world, "second")
    client.update_alias(FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})

    said = [invoked(client, "live")["body"] for _ in range(8)]

    assert said == ["one", "one", "one", "second"] * 2


def test_an_alias_of_another_revision_is_not_moved(world: StrictAws) -> None:
    client = make_live(world)
    before = client.get_alias(FunctionName=NAME, Name="live")["RevisionId"]
    client.update_alias(FunctionName=NAME, Name="live", Description="moved", RevisionId=before)

    with refused("PreconditionFailedException", 412):
        client.update_alias(FunctionName=NAME, Name="live", Description="again", RevisionId=before)


def test_aliases_that_are_refused(world: StrictAws) -> None:
    client = make_live(world)

    with refused("ResourceConflictException", 409, "Alias already exists"):
        client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    with refused("ResourceNotFoundException", 404):
        client.create_alias(FunctionName=NAME, Name="other", FunctionVersion="7")
    with refused("ValidationException"):
        client.create_alias(FunctionName=NAME, Name="7", FunctionVersion="1")
    with refused("ResourceNotFoundException", 404):
        client.update_alias(FunctionName=NAME, Name="other", FunctionVersion="1")
    client.delete_alias(FunctionName=NAME, Name="other")


def test_an_error_of_the_function_has_its_log(world: StrictAws) -> None:
    client = make_live(world)

    answer = client.invoke(FunctionName=NAME, Qualifier="live", Payload=b'{"fail": true}', LogType="Tail")

    assert answer["FunctionError"] == "Unhandled"
    assert answer["ExecutedVersion"] == "1"
    assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"
    assert "asked" in base64.b64decode(answer["LogResult"]).decode()
    assert invoked(client, "live")["statusCode"] == 200


def test_code_that_cannot_be_imported(world: StrictAws) -> None:
    client = make_live(world, code=zipped("import nothing_of_this_name"))

    for _ in range(2):
        assert invoked(client, "live")["errorType"] == "Runtime.ImportModuleError"
