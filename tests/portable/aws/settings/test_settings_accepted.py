"""What AWS takes is taken: every setting can be set, up to its limits, and the limits are those of AWS's own models."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from portable.aws.settings import Settings, Smoke, Statement, checks, region
from portable.project.settings.aws import KEYS

from .settings_files import read

FULL = """
[defaults]
region = "eu-central-1"
account = "012345678901"
profile = "work"
runtime = "python3.14"
architecture = "x86_64"
bytecode = true
memory_mb = 512
timeout_s = 29
ephemeral_storage_mb = 1024
retention_days = 30
log_level = "DEBUG"
tracing = true
reserved_concurrency = 5
front_door = "rest"
throttle_rate = 2
throttle_burst = 4
api_key = true
quota_per_day = 1000
alarm_email = "ops+aws@mail.example.org"
budget_usd = 5
billing_alarm_usd = 7.5
keep_versions = 3
smoke = "POST /a?x=1"
smoke_statuses = [200, 204]
environment = {LEVEL = "high"}
tags = {team = "Bücher + co"}
[[defaults.statements]]
actions = ["dynamodb:*", "s3:Get*"]
resources = ["arn:aws:s3:::bucket/*", "arn:aws:dynamodb:eu-central-1:012345678901:table/t", "*"]
"""
GIVEN = Settings(
    app="meditations",
    stage="prod",
    region="eu-central-1",
    folder=Path("elsewhere"),
    account="012345678901",
    profile="work",
    runtime="python3.14",
    architecture="x86_64",
    bytecode=True,
    memory_mb=512,
    timeout_s=29,
    ephemeral_storage_mb=1024,
    retention_days=30,
    log_level="DEBUG",
    tracing=True,
    reserved_concurrency=5,
    throttle_rate=2.0,
    throttle_burst=4,
    api_key=True,
    quota_per_day=1000,
    alarm_email="ops+aws@mail.example.org",
    budget_usd=5.0,
    billing_alarm_usd=7.5,
    keep_versions=3,
    smoke=Smoke("POST", "/a?x=1", (200, 204)),
    statements=(
        Statement(
            ("dynamodb:*", "s3:Get*"),
            ("arn:aws:s3:::bucket/*", "arn:aws:dynamodb:eu-central-1:012345678901:table/t", "*"),
        ),
    ),
    environment={"LEVEL": "high"},
    secrets=("token",),
    tags={"team": "Bücher + co"},
)


def test_every_setting_is_read(tmp_path: Path) -> None:
    settings = read(tmp_path, FULL, stage="prod", environ={}, function="secrets: [token]")

    assert settings == replace(GIVEN, folder=tmp_path / "function")


def test_every_setting_is_another_than_its_default_but_the_front_doors(tmp_path: Path) -> None:
    """So that the test above would show one that is not read."""
    default = Settings(app="", stage="", region="")
    same = {one.name for one in fields(Settings) if getattr(GIVEN, one.name) == getattr(default, one.name)}

    assert same == {"front_door", "url_auth"}
    url = read(tmp_path, '[defaults]\nfront_door = "url"\nurl_auth = "AWS_IAM"\n')
    assert (url.front_door, url.url_auth) == ("url", "AWS_IAM")


def test_keys_are_the_settings_but_those_of_stack_yml_and_the_command_line() -> None:
    keys = {*KEYS.single, *KEYS.tables} - {"smoke_statuses"}

    assert keys == {one.name for one in fields(Settings)} - {"app", "stage", "folder", "secrets"}


@pytest.mark.parametrize(
    "lines",
    [
        "memory_mb = 128",
        "memory_mb = 10240",
        "timeout_s = 1",
        'front_door = "http"\ntimeout_s = 30',
        'front_door = "url"\ntimeout_s = 900',
        'front_door = "none"\ntimeout_s = 900',
        "ephemeral_storage_mb = 10240",
        "reserved_concurrency = 0",
        "throttle_rate = 0.1",
        "throttle_burst = 1",
        'front_door = "http"\nthrottle_rate = 5',
        "api_key = true\nquota_per_day = 1",
        "keep_versions = 1",
        "smoke_statuses = []",
        'smoke = "GET /a%20b?x=1&y=/"',
        'environment = {TZ = "Europe/Berlin", exec_timeout = "30s", a1 = ""}',
        'tags = {"a:b/c=d+e-f@g_h.i j" = ""}',
        "tags = {" + ", ".join(f't{n} = "x"' for n in range(44)) + "}",
        'environment = {AA = "' + "x" * 4087 + '"}',  # {"AA":"..."} is 4096
        "statements = [{actions = ['sqs:SendMessage'], resources = ['arn:aws-cn:sqs:cn-north-1:123456789012:q']}]",
    ],
)
def test_what_aws_takes_is_taken(tmp_path: Path, lines: str) -> None:
    assert read(tmp_path, f"[defaults]\n{lines}\n").app == "meditations"


def test_longest_name_that_a_role_takes_is_taken(tmp_path: Path) -> None:
    stage = "s" * (64 - len("meditations--eu-west-1"))

    assert read(tmp_path, "", stage=stage).stage == stage


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12", "python3.13", "python3.14"])
def test_runtime_is_one_of_aws(tmp_path: Path, runtime: str) -> None:
    assert read(tmp_path, f'[defaults]\nruntime = "{runtime}"\n').runtime == runtime
    assert runtime in shape("lambda", "Runtime").enum


def test_log_levels_are_those_of_aws() -> None:
    assert list(checks.CHOICES["log_level"]) == shape("lambda", "ApplicationLogLevel").enum


def test_retentions_are_those_of_aws(tmp_path: Path) -> None:
    documentation = shape("logs", "PutRetentionPolicyRequest").members["retentionInDays"].documentation
    allowed = {int(number) for number in re.findall(r"[0-9]+", documentation.partition("Possible values are")[2])}

    assert allowed
    assert set(checks.RETENTIONS) == allowed
    assert read(tmp_path, "[defaults]\nretention_days = 3653\n").retention_days == 3653


def test_every_region_of_lambda_is_known() -> None:
    session = botocore.session.get_session()
    regions = {
        region: partition
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("lambda", partition)
    }

    assert regions
    assert regions.items() <= region.partitions().items()


def shape(service: str, name: str) -> Any:
    """Return a shape of botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service).shape_for(name)
