"""The stage's secrets: set, listed, missed and removed, and their values seen by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from portable.aws import secrets
from portable.aws.aws import Aws, AwsError
from portable.aws.secrets import Secret, Secrets
from portable.deploying.errors import BadSettings, DeployError, Refused

from .moto_account import do, moto_aws, operations
from .stubs import REGION, StubbedSession
from .targets import NAMES

VALUE = "hunter2-and-more"
SECRET_ID = "meditations/dev/api-token"
ARN = f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{SECRET_ID}-AbCdEf"
OURS = [{"Key": name, "Value": value} for name, value in NAMES.tags.items()]


@contextmanager
def recorded() -> Iterator[tuple[Aws, list[tuple[str, dict[str, Any]]]]]:
    """Yield an empty account and, as they are made, the calls with their arguments."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        calls.append((model.name, dict(params)))

    with mock_aws():
        session = boto3.Session(region_name=REGION)
        session.events.register("before-parameter-build", note)
        yield Aws(session, REGION), calls


@pytest.fixture
def aws() -> Iterator[Aws]:
    """Return an account with no secret in it."""
    with moto_aws() as aws:
        yield aws


def client() -> Any:
    """Return a client that is not the deployer's."""
    return boto3.client("secretsmanager", region_name=REGION)


def value_of(name: str = "api-token") -> str:
    """Return the value as the function would get it."""
    value: str = client().get_secret_value(SecretId=f"meditations/dev/{name}")["SecretString"]
    return value


class TestSet:
    def test_a_new_secret_is_made_with_our_tags(self, aws: Aws) -> None:
        assert secrets.set_value(aws, NAMES, "api-token", VALUE) == "set"

        assert value_of() == VALUE
        tags = client().describe_secret(SecretId=SECRET_ID)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == NAMES.tags

    def test_a_secret_that_is_there_gets_the_new_value(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", "old")

        assert secrets.set_value(aws, NAMES, "api-token", VALUE) == "changed"
        assert value_of() == VALUE

    def test_one_that_is_scheduled_for_deletion_is_restored_first(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", "old")
        secrets.remove(aws, NAMES, "api-token")

        assert secrets.set_value(aws, NAMES, "api-token", VALUE) == "restored"
        assert value_of() == VALUE

    def test_one_that_is_not_ours_is_refused_and_keeps_its_value(self, aws: Aws) -> None:
        client().create_secret(Name=SECRET_ID, SecretString="theirs")

        with pytest.raises(Refused, match=f"secret {SECRET_ID} was made by somebody else"):
            secrets.set_value(aws, NAMES, "api-token", VALUE)
        assert value_of() == "theirs"

    def test_bytes_are_stored_as_text(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", "schlüssel".encode())

        assert value_of() == "schlüssel"

    @pytest.mark.parametrize("size", [1, 65_536])
    def test_the_longest_and_the_shortest_are_taken(self, aws: Aws, size: int) -> None:
        secrets.set_value(aws, NAMES, "api-token", "x" * size)

        assert len(value_of()) == size

    def test_a_token_goes_with_each_value_and_tells_nothing_of_it(self) -> None:
        with recorded() as (aws, calls):
            for _ in range(2):
                secrets.set_value(aws, NAMES, "api-token", VALUE)

        tokens = [params["ClientRequestToken"] for name, params in calls if name != "DescribeSecret"]
        assert len(set(tokens)) == 2

    def test_the_value_is_in_its_own_argument_and_no_other(self) -> None:
        with recorded() as (aws, calls):
            for _ in range(2):
                secrets.set_value(aws, NAMES, "api-token", VALUE)

        for _, params in calls:
            assert VALUE not in repr({name: value for name, value in params.items() if name != "SecretString"})
        assert [name for name, params in calls if "SecretString" in params] == ["CreateSecret", "PutSecretValue"]

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (VALUE * 5000, "has 80000 bytes; Secrets Manager takes 1 to 65536"),
            ("ü" * 32_769, "has 65538 bytes"),
            ("", "has 0 bytes"),
            (VALUE + "\udc80", "is no UTF-8 text"),
            (VALUE.encode() + b"\xff", "is no UTF-8 text"),
            ([VALUE], "is a list; a secret is text"),
            ({VALUE: 1}, "is a dict; a secret is text"),
            (None, "is a NoneType; a secret is text"),
        ],
        ids=["long", "long-in-bytes", "empty", "surrogate", "bytes", "list", "dict", "none"],
    )
    def test_a_value_that_cannot_be_is_refused_before_any_call(self, value: Any, said: str) -> None:
        with pytest.raises(BadSettings, match=said) as refused:
            secrets.set_value(Aws(StubbedSession(), REGION), NAMES, "api-token", value)

        assert "api-token" in str(refused.value)
        assert "hunter2" not in str(refused.value)

    @pytest.mark.parametrize("name", ["", "a/b", "../x", ".hidden", "a b", "ümlaut", "x" * 600, "a\n"])
    def test_a_name_that_cannot_be_is_refused_before_any_call(self, name: str) -> None:
        aws = Aws(StubbedSession(), REGION)

        with pytest.raises(BadSettings, match="secret "):
            secrets.set_value(aws, NAMES, name, VALUE)
        with pytest.raises(BadSettings, match="secret "):
            secrets.remove(aws, NAMES, name)

    @pytest.mark.parametrize("code", ["AccessDeniedException", "LimitExceededException", "EncryptionFailure"])
    def test_no_error_of_aws_shows_the_value(self, code: str) -> None:
        session = StubbedSession()
        session.refuse("secretsmanager", "describe_secret", "ResourceNotFoundException")
        session.refuse("secretsmanager", "create_secret", code, "no")

        with pytest.raises(AwsError) as failed:
            secrets.set_value(Aws(session, REGION), NAMES, "api-token", VALUE)

        assert "create_secret" in str(failed.value)
        assert VALUE not in str(failed.value)

    def test_killed_after_the_restore_the_next_sets_it(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", "old")
        secrets.remove(aws, NAMES, "api-token")
        client().restore_secret(SecretId=SECRET_ID)

        assert secrets.set_value(aws, NAMES, "api-token", VALUE) == "changed"
        assert value_of() == VALUE


class TestRead:
    def test_other_stages_and_longer_names_are_not_ours_to_see(self, aws: Aws) -> None:
        for name in ("meditations/dev/a", "meditations/prod/b", "meditations/dev2/c", "other/meditations/dev/d"):
            client().create_secret(Name=name, SecretString=VALUE)

        assert list(secrets.read(aws, NAMES).found) == ["a"]

    def test_every_page_is_read_with_those_that_are_to_be_deleted(self) -> None:
        session = StubbedSession()
        asked = {"Filters": [{"Key": "name", "Values": ["meditations/dev/"]}], "IncludePlannedDeletion": True}
        first = {"SecretList": [{"Name": "meditations/dev/b"}], "NextToken": "2"}
        second = {"SecretList": [{"Name": "meditations/dev/a", "Tags": OURS}, {"Name": "Meditations/dev/c"}]}
        session.answer("secretsmanager", "list_secrets", first, asked)
        session.answer("secretsmanager", "list_secrets", second, {**asked, "NextToken": "2"})

        found = secrets.read(Aws(session, REGION), NAMES)

        assert found == Secrets(NAMES, {"a": Secret(dict(NAMES.tags)), "b": Secret({})})

    def test_a_wanted_one_is_asked_for_because_the_list_may_be_old(self) -> None:
        session = StubbedSession()
        session.answer("secretsmanager", "list_secrets", {"SecretList": [{"Name": "meditations/dev/gone"}]})
        session.answer(
            "secretsmanager", "describe_secret", {"Name": SECRET_ID, "ARN": ARN, "Tags": OURS}, {"SecretId": SECRET_ID}
        )
        session.refuse("secretsmanager", "describe_secret", "ResourceNotFoundException")

        found = secrets.read(Aws(session, REGION), NAMES, ["api-token", "gone"])

        assert found.found == {"api-token": Secret(dict(NAMES.tags))}
        session.assert_all_called()


class TestMissing:
    def test_all_set_is_nothing_missing(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", VALUE)

        assert secrets.missing(secrets.read(aws, NAMES, ["api-token"]), ["api-token"]) == ""

    def test_the_command_is_named_for_each(self, aws: Aws) -> None:
        wanted = ["api-token", "db.password"]

        assert secrets.missing(secrets.read(aws, NAMES, wanted), wanted).splitlines() == [
            f"secret {name!r} of stack.yml is not set: "
            f"run `portable aws secret set {name} --function {NAMES.app} --stage {NAMES.stage}`"
            for name in wanted
        ]

    def test_one_that_is_to_be_deleted_is_missing(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", VALUE)
        secrets.remove(aws, NAMES, "api-token")

        assert "is scheduled for deletion" in secrets.missing(secrets.read(aws, NAMES), ["api-token"])

    def test_one_that_somebody_else_made_can_be_read_and_is_not_missing(self, aws: Aws) -> None:
        client().create_secret(Name=SECRET_ID, SecretString="theirs")

        assert secrets.missing(secrets.read(aws, NAMES), ["api-token"]) == ""


class TestListing:
    def test_a_row_for_what_there_is_and_what_is_declared(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", VALUE)
        secrets.set_value(aws, NAMES, "old", VALUE)
        secrets.remove(aws, NAMES, "old")
        client().create_secret(Name="meditations/dev/theirs", SecretString=VALUE)

        rows = secrets.listing(aws, NAMES, ["api-token", "new"])

        assert [(row.name, row.state, row.declared, row.ours) for row in rows] == [
            ("api-token", "set", True, True),
            ("new", "not set", True, False),
            ("old", "scheduled for deletion", False, True),
            ("theirs", "set", False, False),
        ]
        assert [row.changed is None for row in rows] == [False, True, False, False]
        assert VALUE not in repr(rows)


class TestRemove:
    def test_it_can_be_restored_for_a_week(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", VALUE)

        assert secrets.remove(aws, NAMES, "api-token") is True
        assert secrets.remove(aws, NAMES, "api-token") is False
        client().restore_secret(SecretId=SECRET_ID)
        assert value_of() == VALUE

    def test_what_is_not_there_needs_no_removal(self, aws: Aws) -> None:
        assert secrets.remove(aws, NAMES, "api-token") is False

    def test_one_that_is_not_ours_is_refused(self, aws: Aws) -> None:
        client().create_secret(Name=SECRET_ID, SecretString="theirs")

        with pytest.raises(Refused):
            secrets.remove(aws, NAMES, "api-token")

    def test_destroy_removes_ours_alone_and_twice_is_fine(self, aws: Aws) -> None:
        secrets.set_value(aws, NAMES, "api-token", VALUE)
        client().create_secret(Name="meditations/dev/theirs", SecretString="theirs")
        steps = secrets.removal(secrets.read(aws, NAMES), NAMES)

        assert [(step.sign, step.kind, step.name) for step in steps] == [("-", "secret", SECRET_ID)]
        assert operations(steps) == ["delete_secret"]
        assert steps[0].actions[0].params == {"SecretId": SECRET_ID, "RecoveryWindowInDays": 7}  # type: ignore[union-attr]
        do(aws, steps)
        do(aws, steps)
        assert secrets.removal(secrets.read(aws, NAMES), NAMES) == []
        assert value_of("theirs") == "theirs"


def test_no_refusal_keeps_the_value_for_a_traceback() -> None:
    with pytest.raises(DeployError) as refused:
        secrets.set_value(Aws(StubbedSession(), REGION), NAMES, "api-token", VALUE + "\udc80")

    assert refused.value.__suppress_context__
