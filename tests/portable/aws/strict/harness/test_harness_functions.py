"""The world's own tests: functions are refused what Lambda refuses, and take their time."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import WaiterError

from ..plain import ARN, NAME, TRUST, make_function, make_role, refused, zipped
from ..strict_aws import StrictAws

FUNCTION = {"FunctionName": NAME, "Runtime": "python3.13", "Handler": "main.handler"}


def test_a_new_role_cannot_be_assumed_at_once(world: StrictAws) -> None:
    role = make_role(world)
    world.session().client("iam").delete_role(RoleName="role")
    world.session().client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=str(TRUST).replace("'", '"'))
    client = world.session().client("lambda")

    with refused("InvalidParameterValueException", says="cannot be assumed by Lambda"):
        client.create_function(**FUNCTION, Role=role, Code={"ZipFile": zipped()})
    assert client.create_function(**FUNCTION, Role=role, Code={"ZipFile": zipped()})["State"] == "Pending"


def test_a_role_that_trusts_another_service_can_never_be_assumed(world: StrictAws) -> None:
    trust = str(TRUST).replace("lambda.", "apigateway.").replace("'", '"')
    world.session().client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust)

    for _ in range(5):
        with refused("InvalidParameterValueException", says="cannot be assumed by Lambda"):
            make_function(world, Role="arn:aws:iam::123456789012:role/role")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Runtime": "python3.9"}, "ValidationException"),
        ({"Runtime": "python9.9"}, "ValidationException"),
        ({"MemorySize": 100_000}, "ValidationException"),
        ({"Timeout": 901}, "ValidationException"),
        ({"Description": "x" * 257}, "ValidationException"),
        ({"FunctionName": "a b"}, "ValidationException"),
        ({"FunctionName": "x" * 65}, "ValidationException"),
        ({"Architectures": ["arm64", "x86_64"]}, "ValidationException"),
        ({"EphemeralStorage": {"Size": 20_000}}, "ValidationException"),
        ({"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "LOUD"}}, "ValidationException"),
        ({"LoggingConfig": {"ApplicationLogLevel": "INFO"}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException"),
        ({"Environment": {"Variables": {"A-B": "x"}}}, "ValidationException"),
        ({"Environment": {"Variables": {"BIG": "x" * 4096}}}, "InvalidParameterValueException"),
        ({"code": b"no zip"}, "InvalidParameterValueException"),
    ],
    ids=str,
)
def test_what_moto_would_take(world: StrictAws, params: dict[str, Any], code: str) -> None:
    with refused(code):
        make_function(world, **params)


def test_a_zip_over_50_mb_is_refused(world: StrictAws) -> None:
    with refused("RequestEntityTooLargeException", 413):
        make_function(world, code=bytes(52_428_801))


def test_a_function_is_pending_until_it_is_looked_at(world: StrictAws) -> None:
    world.updates_take = 2
    client = world.session().client("lambda")
    client.create_function(**FUNCTION, Role=make_role(world), Code={"ZipFile": zipped()})

    with refused("ResourceConflictException", 409, "following state: Pending"):
        client.update_function_configuration(FunctionName=NAME, Timeout=5)
    assert client.get_function(FunctionName=NAME)["Configuration"]["State"] == "Pending"
    assert client.get_function(FunctionName=NAME)["Configuration"]["State"] == "Active"


def test_nothing_else_is_changed_while_an_update_is_in_progress(world: StrictAws) -> None:
    client = make_function(world)
    client.update_function_configuration(FunctionName=NAME, Timeout=5)

    with refused("ResourceConflictException", 409, f"An update is in progress for resource: {ARN}"):
        client.update_function_code(FunctionName=NAME, ZipFile=zipped("handler = 1"))
    client.update_function_code(FunctionName=NAME, ZipFile=zipped("handler = 1"))
    with refused("ResourceConflictException", 409):
        client.publish_version(FunctionName=NAME)


def test_a_waiter_ends_when_the_update_does(world: StrictAws) -> None:
    world.updates_take = 3
    client = make_function(world)
    client.update_function_configuration(FunctionName=NAME, Timeout=5)

    waiter = client.get_waiter("function_updated_v2")
    with pytest.raises(WaiterError):
        waiter.wait(FunctionName=NAME, WaiterConfig={"Delay": 0, "MaxAttempts": 2})
    waiter.wait(FunctionName=NAME, WaiterConfig={"Delay": 0, "MaxAttempts": 2})


def test_another_revision_is_refused(world: StrictAws) -> None:
    client = make_function(world)
    before = client.get_function_configuration(FunctionName=NAME)["RevisionId"]
    client.update_function_configuration(FunctionName=NAME, Timeout=5, RevisionId=before)
    world.settle()

    with refused("PreconditionFailedException", 412):
        client.update_function_code(FunctionName=NAME, ZipFile=zipped(), RevisionId=before)


def test_what_moto_drops_is_kept(world: StrictAws) -> None:
    wanted: dict[str, Any] = {
        "TracingConfig": {"Mode": "Active"},
        "EphemeralStorage": {"Size": 1024},
        "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"},
    }
    client = make_function(world, Tags={"app": "a"}, **wanted)
    found = client.get_function(FunctionName=NAME)

    assert found["Configuration"]["TracingConfig"] == {"Mode": "Active"}
    assert found["Configuration"]["EphemeralStorage"] == {"Size": 1024}
    assert found["Configuration"]["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "WARN",
        "SystemLogLevel": "INFO",
        "LogGroup": f"/aws/lambda/{NAME}",
    }
    assert found["Configuration"]["SnapStart"]["ApplyOn"] == "None"
    assert found["Tags"] == {"app": "a"}


def test_an_environment_without_variables_is_none(world: StrictAws) -> None:
    client = make_function(world, Environment={"Variables": {"AB": "1"}})
    client.update_function_configuration(FunctionName=NAME, Environment={"Variables": {}})

    assert "Environment" not in client.get_function_configuration(FunctionName=NAME)


def test_a_name_that_is_taken(world: StrictAws) -> None:
    make_function(world)

    with refused("ResourceConflictException", 409, "Function already exist"):
        make_function(world, Role="arn:aws:iam::123456789012:role/role")


def test_a_function_that_is_not_there(world: StrictAws) -> None:
    client = world.session().client("lambda")

    for operation in ("get_function", "delete_function", "publish_version", "get_policy"):
        with refused("ResourceNotFoundException", 404):
            getattr(client, operation)(FunctionName=NAME)


def test_reserved_concurrency_leaves_100_to_the_others(world: StrictAws) -> None:
    client = make_function(world)

    with refused("InvalidParameterValueException", says="below its minimum value of [100]"):
        client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=901)
    client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=900)

    assert client.get_function(FunctionName=NAME)["Concurrency"] == {"ReservedConcurrentExecutions": 900}
    assert client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 100
    client.delete_function_concurrency(FunctionName=NAME)
    assert "Concurrency" not in client.get_function(FunctionName=NAME)


def test_a_new_account_can_reserve_nothing(world: StrictAws) -> None:
    world.concurrency_limit = 10
    client = make_function(world)

    with refused("InvalidParameterValueException"):
        client.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=1)


def test_tags_belong_to_the_function_and_not_to_a_qualifier(world: StrictAws) -> None:
    client = make_function(world)
    client.tag_resource(Resource=ARN, Tags={"a": "1", "b": "2"})
    client.untag_resource(Resource=ARN, TagKeys=["a", "c"])

    assert client.list_tags(Resource=ARN)["Tags"] == {"b": "2"}
    with refused("ResourceNotFoundException", 404):
        client.list_tags(Resource=f"{ARN}:live")
