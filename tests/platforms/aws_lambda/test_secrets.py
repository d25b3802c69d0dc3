"""Secrets from Secrets Manager, as a handler gets them: a real boto3 client, and moto in AWS's place."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from platforms import Context, Event, contract
from platforms.aws_lambda import secrets
from platforms.aws_lambda.secrets import SecretUnreadable
from platforms.aws_lambda.shim import make_lambda_handler
from platforms.contract import SecretNotFound
from tests.platforms.aws_lambda.front_doors import Invocation
from tests.sample import HANDLER

PATH, REGION = "meditations/dev/", "eu-west-1"
ENVIRON = {"SECRETS_PATH": PATH, "AWS_REGION": REGION}
VALUE = "hunter2-and-more"
ROOT = Path(__file__).parents[3]


class Faulty:
    """Answers every call of a client with an error of AWS's."""

    def __init__(self, code: str, message: str) -> None:
        self.error = {"Error": {"Code": code, "Message": message}}

    def __call__(self, **_: Any) -> Any:
        """Return botocore's pair of HTTP answer and parsed body."""
        return type("Answer", (), {"status_code": 400, "headers": {}})(), {**self.error, "ResponseMetadata": {}}


@pytest.fixture(autouse=True)
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of an account with no secret in it; nothing is kept of an earlier test."""
    monkeypatch.setattr(contract, "_secrets", {})
    secrets._client.cache_clear()
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


def handle(event: Event, context: Context) -> str:
    """Answer with a secret."""
    return context.secret("api-token")


def get(**environ: str) -> Any:
    """Return what the handler answers with these variables."""
    return make_lambda_handler(handle, environ)({}, Invocation())


def refuse(code: str, message: str) -> None:
    """Let the next calls be refused."""
    secrets._client(REGION).meta.events.register("before-call", Faulty(code, message))


class TestFetch:
    def test_the_handler_gets_the_value(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)

        assert get(**ENVIRON) == VALUE

    def test_every_kind_of_event_has_it(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)
        seen: list[str] = []

        def keep(event: Event, context: Context) -> None:
            contract._secrets.clear()
            seen.append(context.secret("api-token"))

        http = {"version": "2.0", "rawPath": "/", "rawQueryString": "", "headers": {}, "isBase64Encoded": False}
        http |= {"requestContext": {"http": {"method": "GET", "path": "/"}}}
        record = {"messageId": "1", "body": "x", "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}
        record |= {"eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q"}
        run = make_lambda_handler(keep, ENVIRON)
        for event in ({}, http, {"Records": [record]}):
            run(event, Invocation())

        assert seen == [VALUE] * 3

    def test_bytes_are_text(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretBinary="schlüssel".encode())

        assert get(**ENVIRON) == "schlüssel"

    def test_bytes_that_are_no_text_are_refused_and_not_shown(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretBinary=b"hunter2\xff")

        with pytest.raises(SecretUnreadable, match="holds bytes that are no UTF-8 text") as refused:
            secrets.fetch_secret(PATH, "api-token", REGION)
        assert "hunter2" not in str(refused.value)
        assert refused.value.__suppress_context__

    @pytest.mark.parametrize(("stored", "value"), [("a\n", "a"), ("a\n\n", "a\n"), ("a", "a")])
    def test_one_newline_after_it_is_left_out(self, manager: Any, stored: str, value: str) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=stored)

        assert secrets.fetch_secret(PATH, "api-token", REGION) == value

    def test_it_is_fetched_once_in_a_process(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)
        get(**ENVIRON)
        manager.put_secret_value(SecretId=PATH + "api-token", SecretString="new")

        assert get(**ENVIRON) == VALUE

    def test_the_region_is_the_functions(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)

        assert secrets.fetch_secret(PATH, "api-token", "us-east-1") is None

    def test_a_variable_goes_before_it(self, manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)
        monkeypatch.setenv("API_TOKEN", "from the environment")

        assert get(**ENVIRON) == "from the environment"


class TestMissing:
    def test_one_that_is_not_there_is_not_found_at_the_platform_either(self) -> None:
        with pytest.raises(SecretNotFound, match=r"and the platform$"):
            get(**ENVIRON)

    @pytest.mark.parametrize("environ", [{}, {"SECRETS_PATH": ""}, {"AWS_REGION": REGION}])
    def test_without_a_path_nothing_is_fetched(self, manager: Any, environ: dict[str, str]) -> None:
        manager.create_secret(Name="api-token", SecretString=VALUE)

        with pytest.raises(SecretNotFound) as missing:
            get(**environ)
        assert "the platform" not in str(missing.value)


class TestErrors:
    def test_a_denial_names_the_secret_the_action_and_what_to_do(self) -> None:
        refuse("AccessDeniedException", "User: role is not authorized")

        with pytest.raises(SecretUnreadable) as refused:
            secrets.fetch_secret(PATH, "api-token", REGION)

        assert str(refused.value) == (
            "secret 'meditations/dev/api-token': secretsmanager:GetSecretValue failed: User: role is not authorized "
            "(AccessDeniedException); list 'api-token' under `secrets:` in stack.yml and deploy, and the function may "
            "read it"
        )

    def test_one_that_is_to_be_deleted_says_so(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)
        manager.delete_secret(SecretId=PATH + "api-token", RecoveryWindowInDays=7)

        with pytest.raises(SecretUnreadable, match=r"marked deleted.*\(InvalidRequestException\)"):
            secrets.fetch_secret(PATH, "api-token", REGION)

    def test_aws_out_of_reach_is_named(self) -> None:
        def unreachable(**_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="https://secretsmanager")

        secrets._client(REGION).meta.events.register("before-call", unreachable)

        with pytest.raises(SecretUnreadable, match=r"api-token.*GetSecretValue failed: Could not connect"):
            secrets.fetch_secret(PATH, "api-token", REGION)

    def test_it_gives_up_within_the_default_timeout(self) -> None:
        config = secrets._client(REGION).meta.config

        assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 6
        assert config.connect_timeout * config.retries["total_max_attempts"] < 5

    def test_without_boto3_another_way_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "botocore.exceptions", None)

        with pytest.raises(SecretUnreadable, match=r"boto3, .* is not here; .* such as a variable API_TOKEN"):
            secrets.fetch_secret(PATH, "api-token", REGION)

    def test_what_was_refused_is_tried_again_by_the_next_call(self, manager: Any) -> None:
        manager.create_secret(Name=PATH + "api-token", SecretString=VALUE)
        faulty = Faulty("AccessDeniedException", "not yet")
        events = secrets._client(REGION).meta.events
        events.register("before-call", faulty)
        with pytest.raises(SecretUnreadable):
            get(**ENVIRON)
        events.unregister("before-call", faulty)

        assert get(**ENVIRON) == VALUE


def test_the_shim_imports_neither_this_nor_boto3() -> None:
    program = (
        "import os, sys\n"
        f"os.environ |= {{'SECRETS_PATH': 'meditations/dev/', 'AWS_REGION': 'eu-west-1', 'HANDLER': '{HANDLER}'}}\n"
        "import platforms.aws_lambda.shim\n"
        "print(sorted({'boto3', 'botocore', 'platforms.aws_lambda.secrets'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"
