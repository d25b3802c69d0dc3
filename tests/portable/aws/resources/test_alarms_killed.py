"""Topic, alarms, budget and billing alarm, with the process killed at any call: the next deploy finishes."""

from __future__ import annotations

from contextlib import suppress

import pytest

from portable.aws.artifact.target import Target
from portable.aws.aws import Aws
from portable.aws.plan import Step
from portable.aws.resources import alarms, billing_alarm, budget, topic

from ..leftovers import leftovers
from ..moto_account import do
from ..strict import Killed, StrictAws
from ..stubs import REGION
from ..targets import NAMES, make_target

KNOWN = {"api_id": "abc"}
FIRST = make_target(alarm_email="a@example.org", budget_usd=5.0, billing_alarm_usd=7.0, front_door="http")
SECOND = make_target(
    alarm_email="b@example.org", budget_usd=6.0, billing_alarm_usd=8.0, timeout_s=9, tags={"owner": "b"}
)


def changes(aws: Aws, target: Target) -> list[Step]:
    return [
        *topic.changes(topic.read(aws, NAMES), target),
        *alarms.changes(alarms.read(aws, NAMES), target, KNOWN),
        *budget.changes(budget.read(aws, NAMES), target),
        *billing_alarm.changes(billing_alarm.read(aws, NAMES), target),
    ]


def removal(aws: Aws) -> list[Step]:
    return [
        *alarms.removal(alarms.read(aws, NAMES), NAMES),
        *billing_alarm.removal(billing_alarm.read(aws, NAMES), NAMES),
        *budget.removal(budget.read(aws, NAMES), NAMES),
        *topic.removal(topic.read(aws, NAMES), NAMES),
    ]


def assert_finished(world: StrictAws, aws: Aws, target: Target) -> None:
    """Fail unless the next deploy does the rest, a click the last of it, and destroy leaves nothing."""
    do(aws, changes(aws, target), KNOWN)
    assert changes(aws, target) == []
    world.confirm(str(target.settings.alarm_email))
    do(aws, changes(aws, target), KNOWN)
    assert changes(aws, target) == []
    do(aws, removal(aws))
    assert leftovers(world) == []


@pytest.mark.slow
@pytest.mark.parametrize("target", [FIRST, SECOND], ids=["first", "update"])
def test_killed_after_any_call(target: Target) -> None:
    number, killed = 0, True
    while killed:
        number, killed = number + 1, False
        with StrictAws() as world:
            aws = Aws(world.session(), REGION)
            if target is SECOND:
                do(aws, changes(aws, FIRST), KNOWN)
                world.confirm("a@example.org")
            world.kill_after(number)
            with suppress(Killed):
                killed = True
                do(aws, changes(aws, target), KNOWN)
                killed = False
            world.calm()
            assert_finished(world, aws, target)
    assert number > 10
