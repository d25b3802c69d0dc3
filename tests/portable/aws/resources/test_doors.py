"""The front doors together: one takes another's place, and a process may be killed at any call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from portable.aws.apply import Unhealthy
from portable.aws.artifact.target import Target
from portable.aws.plan import CheckUrl, Fill
from portable.aws.resources import doors
from portable.aws.resources.doors import Doors

from ..door_account import DoorAccount, calls
from ..strict import Killed, StrictAws
from ..targets import NAMES, SPEC, make_target

REST = make_target()
WITH_KEY = make_target(api_key=True, quota_per_day=10)
HTTP = make_target(front_door="http")
URL = make_target(front_door="url")
NONE = make_target(front_door="none")
CHANGED = make_target(spec={**SPEC, "paths": {**SPEC["paths"], "/more": SPEC["paths"]["/"]}}, throttle_rate=50.0)
EVERY = {"rest": REST, "key": WITH_KEY, "http": HTTP, "url": URL}


@pytest.fixture
def account() -> Iterator[DoorAccount]:
    with StrictAws() as world:
        yield DoorAccount(world.session())


def there_is(account: DoorAccount) -> dict[str, int]:
    """Return how many of each thing there are, of those that there are."""
    rest, http = account.client("apigateway"), account.client("apigatewayv2")
    apis = rest.get_rest_apis()["items"]
    counts = {
        "REST APIs": len(apis),
        "deployments": sum(len(rest.get_deployments(restApiId=api["id"])["items"]) for api in apis),
        "stages": sum(len(rest.get_stages(restApiId=api["id"])["item"]) for api in apis),
        "keys": len(rest.get_api_keys()["items"]),
        "plans": len(rest.get_usage_plans()["items"]),
        "HTTP APIs": len(http.get_apis()["Items"]),
        "integrations": sum(
            len(http.get_integrations(ApiId=api["ApiId"])["Items"]) for api in http.get_apis()["Items"]
        ),
        "URLs": 1 if account.read().url else 0,
        "statements": len(account.statements()),
    }
    return {name: count for name, count in counts.items() if count}


class TestChoice:
    @pytest.mark.parametrize(
        ("target", "expected"),
        [
            (REST, {"REST APIs": 1, "deployments": 1, "stages": 1, "statements": 1}),
            (WITH_KEY, {"REST APIs": 1, "deployments": 1, "stages": 1, "keys": 1, "plans": 1, "statements": 1}),
            (HTTP, {"HTTP APIs": 1, "integrations": 1, "statements": 1}),
            (URL, {"URLs": 1, "statements": 2}),
            (NONE, {}),
        ],
        ids=["rest", "key", "http", "url", "none"],
    )
    def test_a_door_is_all_that_there_is(self, account: DoorAccount, target: Target, expected: dict[str, int]) -> None:
        account.deploy(target)

        assert there_is(account) == expected
        assert account.steps(target) == []

    @pytest.mark.parametrize("target", EVERY.values(), ids=EVERY)
    def test_removal_leaves_nothing_but_what_goes_with_the_function(self, account: DoorAccount, target: Target) -> None:
        account.deploy(target)
        steps = doors.removal(account.read(), NAMES)
        account.do(steps)

        assert there_is(account).keys() <= {"statements"}
        assert doors.removal(account.read(), NAMES) == []
        account.do(steps)


class TestCheck:
    @pytest.mark.parametrize("target", [REST, HTTP, URL], ids=["rest", "http", "url"])
    def test_the_url_is_checked_whichever_door_it_is(self, target: Target) -> None:
        (check,) = (step for step in doors.changes(Doors(), None, target) if step.sign == "?")

        assert (check.kind, check.name) == ("check", "url")
        assert check.actions == (CheckUrl(Fill("{url}")),)

    @pytest.mark.parametrize("target", [NONE, replace(REST, smoke=False)], ids=["none", "no-smoke"])
    def test_what_is_not_to_be_checked_is_not(self, target: Target) -> None:
        assert all(step.sign != "?" for step in doors.changes(Doors(), None, target))

    @pytest.mark.parametrize("after", [HTTP, URL], ids=["http", "url"])
    def test_the_old_door_stays_until_the_new_one_answers(self, account: DoorAccount, after: Target) -> None:
        account.deploy(REST)
        account.checks.fails = True

        with pytest.raises(Unhealthy):
            account.deploy(after)

        found = account.read()
        assert found.rest
        assert any(f"-{found.rest.id}" in sid for sid in account.statements())
        account.checks.fails = False
        account.deploy(after)
        assert account.read().rest is None
        assert account.steps(after) == []


class TestKnown:
    @pytest.mark.parametrize("target", [REST, HTTP, URL], ids=["rest", "http", "url"])
    def test_what_exists_is_known_before_the_first_call(self, account: DoorAccount, target: Target) -> None:
        assert doors.known(account.read(), target) == {}
        made = account.deploy(target)

        known = doors.known(account.read(), target)

        assert known["url"] == made["url"] == doors.url_of(account.read(), NAMES)
        assert known.get("api_id") == made.get("api_id")

    def test_another_door_is_not_taken_for_the_wanted_one(self, account: DoorAccount) -> None:
        account.deploy(HTTP)

        for target in (REST, URL, NONE):
            assert doors.known(account.read(), target) == {}

    def test_without_a_door_there_is_no_url(self, account: DoorAccount) -> None:
        account.deploy(NONE)

        assert doors.url_of(account.read(), NAMES) is None
        assert doors.url_of(Doors(), NAMES) is None


def from_nothing(account: DoorAccount) -> None:
    """Leave the account as it is."""


def from_(target: Target) -> Callable[[DoorAccount], None]:
    """Return what deploys a target."""

    def before(account: DoorAccount) -> None:
        account.deploy(target)

    return before


SCENARIOS: dict[str, tuple[Callable[[DoorAccount], None], Target]] = {
    "first-rest": (from_nothing, REST),
    "first-key": (from_nothing, WITH_KEY),
    "first-http": (from_nothing, HTTP),
    "first-url": (from_nothing, URL),
    "changed-spec": (from_(REST), CHANGED),
    "key-to-http": (from_(WITH_KEY), HTTP),
    "http-to-url": (from_(HTTP), URL),
    "url-to-key": (from_(URL), WITH_KEY),
    "key-to-none": (from_(WITH_KEY), NONE),
}


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_call_the_next_deploy_ends_where_an_unbroken_one_does(scenario: str, when: str) -> None:
    before, target = SCENARIOS[scenario]
    with StrictAws() as world:
        account = DoorAccount(world.session())
        count, expected = unbroken(world, account, before, target)
        assert count > 2
        for number in range(1, count + 1):
            account.deploy(NONE)
            assert there_is(account) == {}, number
            before(account)
            (world.kill_before if when == "before" else world.kill_after)(number)
            with pytest.raises(Killed):
                account.deploy(target)

            account.deploy(target)

            assert without_spares(account) == {**expected, "deployments": 0}, number
            assert account.steps(target) == [], number


def without_spares(account: DoorAccount) -> dict[str, int]:
    """Return what there is, but for deployments: one that was made and never shown is left for pruning."""
    return {**there_is(account), "deployments": 0}


def unbroken(
    world: StrictAws, account: DoorAccount, before: Callable[[DoorAccount], None], target: Target
) -> tuple[int, dict[str, int]]:
    """Return how many changing calls a deploy makes if nothing happens, and what there is after it."""
    before(account)
    world.forget_calls()
    account.deploy(target)
    return len(world.mutating_calls), there_is(account)


@pytest.mark.parametrize("target", EVERY.values(), ids=EVERY)
def test_removal_killed_at_any_call_can_be_repeated(target: Target) -> None:
    with StrictAws() as world:
        account = DoorAccount(world.session())
        account.deploy(target)
        count = len(calls(doors.removal(account.read(), NAMES)))
        assert count > 0
        for number in range(1, count + 1):
            account.deploy(target)
            world.kill_after(number)
            with pytest.raises(Killed):
                account.do(doors.removal(account.read(), NAMES))

            account.do(doors.removal(account.read(), NAMES))

            assert there_is(account).keys() <= {"statements"}, number


def test_reading_changes_nothing() -> None:
    with StrictAws() as world:
        account = DoorAccount(world.session())
        for target in EVERY.values():
            account.deploy(target)
            world.forget_calls()
            account.read()
            read: list[Any] = list(world.mutating_calls)
            assert read == []
