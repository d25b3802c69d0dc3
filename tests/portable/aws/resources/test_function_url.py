"""The front door `url`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portable.aws.apply import Unhealthy
from portable.aws.resources import function_url
from portable.deploying.changes import Difference

from ..door_account import DoorAccount, calls
from ..strict import StrictAws
from ..targets import NAMES, make_target

OPEN = make_target(front_door="url")
CLOSED = make_target(front_door="url", url_auth="AWS_IAM")
FOUND = {"FunctionUrl": "https://x.lambda-url.eu-west-1.on.aws/", "AuthType": "NONE", "InvokeMode": "BUFFERED"}


@pytest.fixture
def account() -> Iterator[DoorAccount]:
    with StrictAws() as world:
        yield DoorAccount(world.session())


def test_it_is_made_for_the_alias_and_answers_whole() -> None:
    (call,) = calls(function_url.changes(None, OPEN))

    assert call.operation == "create_function_url_config"
    assert call.params == {
        "FunctionName": "meditations-dev",
        "Qualifier": "live",
        "AuthType": "NONE",
        "InvokeMode": "BUFFERED",
    }
    assert call.keeps == {"url": "FunctionUrl"}


def test_what_is_so_is_left_alone() -> None:
    assert function_url.changes(FOUND, OPEN) == []


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        ({**FOUND, "AuthType": "AWS_IAM"}, Difference("AuthType", "AWS_IAM", "NONE")),
        ({**FOUND, "InvokeMode": "RESPONSE_STREAM"}, Difference("InvokeMode", "RESPONSE_STREAM", "BUFFERED")),
    ],
)
def test_what_differs_is_changed_and_can_be_taken_back(found: dict[str, str], difference: Difference) -> None:
    (step,) = function_url.changes(found, OPEN)

    assert step.differences == (difference,)
    (back,) = step.undo
    assert back.params == {"FunctionName": "meditations-dev", "Qualifier": "live", difference.name: difference.before}


def test_callers_rights_come_before_the_url_and_go_after_it(account: DoorAccount) -> None:
    operations = [call.operation for call in calls(account.steps(OPEN))]
    account.deploy(OPEN)

    assert operations == ["add_permission", "add_permission", "create_function_url_config"]
    assert len(account.statements()) == 2
    assert account.steps(OPEN) == []

    operations = [call.operation for call in calls(account.steps(CLOSED))]
    account.deploy(CLOSED)

    assert operations == ["update_function_url_config", "remove_permission", "remove_permission"]
    assert account.statements() == {}
    assert account.steps(CLOSED) == []


def test_its_address_is_known_as_soon_as_it_is_made(account: DoorAccount) -> None:
    first = account.deploy(OPEN)
    found = account.read()

    assert found.url
    assert first["url"] == found.url["FunctionUrl"]
    assert account.checks.asked == [(first["url"], None)]
    assert account.deploy(CLOSED)["url"] == first["url"]


def test_who_is_let_in_is_taken_back_if_the_url_does_not_answer(account: DoorAccount) -> None:
    account.deploy(CLOSED)
    account.checks.fails = True

    with pytest.raises(Unhealthy):
        account.deploy(OPEN)

    found = account.read().url
    assert found
    assert found["AuthType"] == "AWS_IAM"


def test_removing_it_twice_is_success(account: DoorAccount) -> None:
    account.deploy(OPEN)
    steps = function_url.removal(account.read().url, NAMES)
    account.do(steps)
    account.do(steps)

    assert account.read().url is None
    assert function_url.removal(None, NAMES) == []
