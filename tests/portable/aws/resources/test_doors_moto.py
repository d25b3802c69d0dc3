"""The front doors on moto, which knows nothing of our own model of AWS."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from portable.aws.artifact.spec import EVERYTHING
from portable.aws.artifact.target import Target
from portable.aws.resources import doors

from ..door_account import DoorAccount
from ..stubs import REGION
from ..targets import NAMES, make_target

DOORS = {
    "rest": make_target(),
    "rest without openapi.json": make_target(spec=EVERYTHING),
    "key": make_target(api_key=True, quota_per_day=10),
    "http": make_target(front_door="http"),
    "url": make_target(front_door="url"),
}


@pytest.fixture
def account() -> Iterator[DoorAccount]:
    with mock_aws(config={"lambda": {"use_docker": False}}):
        yield DoorAccount(boto3.Session(region_name=REGION))


@pytest.mark.parametrize("target", DOORS.values(), ids=DOORS)
def test_what_was_made_is_found_again_and_can_be_removed(account: DoorAccount, target: Target) -> None:
    known = account.deploy(target)

    assert account.steps(target) == []
    assert doors.url_of(account.read(), NAMES) == known["url"]
    account.do(doors.removal(account.read(), NAMES))
    assert doors.removal(account.read(), NAMES) == []


@pytest.mark.parametrize(("before", "after"), [("rest", "http"), ("http", "url"), ("url", "key"), ("key", "rest")])
def test_one_takes_the_place_of_another(account: DoorAccount, before: str, after: str) -> None:
    account.deploy(DOORS[before])
    account.deploy(DOORS[after])

    assert account.steps(DOORS[after]) == []
