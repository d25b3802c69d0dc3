"""The alarm on the account's charges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from portable.aws.artifact.target import Target
from portable.aws.aws import Aws
from portable.aws.names import Names
from portable.aws.plan import Call, Plan
from portable.aws.resources import billing_alarm
from portable.aws.resources.billing_alarm import BillingAlarm
from portable.aws.resources.metric_alarms import Alarm
from portable.aws.resources.topics import Topic
from portable.deploying.changes import Difference
from portable.deploying.errors import Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

EMAIL = "ann@example.org"
NAME = "meditations-dev-eu-west-1-billing"
TOPIC = f"arn:aws:sns:us-east-1:123456789012:{NAME}"


def target_with(usd: float | None = 20.0, **settings: Any) -> Target:
    return make_target(alarm_email=EMAIL, billing_alarm_usd=usd, **settings)


def test_both_are_in_us_east_1_where_the_charges_are() -> None:
    made = list(Plan(tuple(billing_alarm.changes(BillingAlarm(), target_with()))).calls())

    assert [(call.service, call.operation) for call in made] == [
        ("sns@us-east-1", "create_topic"),
        ("sns@us-east-1", "subscribe"),
        ("cloudwatch@us-east-1", "put_metric_alarm"),
    ]
    assert made[1].params["TopicArn"] == TOPIC
    assert made[2].params["AlarmActions"] == made[2].params["OKActions"] == [TOPIC]


def test_it_can_fire() -> None:
    """The article's could not: its namespace has no such metric."""
    [*_, put] = Plan(tuple(billing_alarm.changes(BillingAlarm(), target_with()))).calls()

    assert (put.params["Namespace"], put.params["MetricName"]) == ("AWS/Billing", "EstimatedCharges")
    assert put.params["Dimensions"] == [{"Name": "Currency", "Value": "USD"}]
    assert (put.params["Statistic"], put.params["Period"]) == ("Maximum", 21_600)
    assert (put.params["Threshold"], put.params["ComparisonOperator"]) == (20.0, "GreaterThanThreshold")


def test_stages_of_two_regions_do_not_meet_there() -> None:
    def name(region: str) -> str:
        target = target_with()
        names = replace(NAMES, region=region)
        steps = billing_alarm.changes(BillingAlarm(), Target(names, target.settings, target.package, target.spec))
        return steps[-1].name

    assert name("eu-west-1") != name("us-west-2")


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_made_read_changed_and_removed_leaves_nothing(region: str) -> None:
    names = replace(NAMES, region=region)

    def target(usd: float | None) -> Target:
        made = target_with(usd)
        return Target(names, made.settings, made.package, made.spec)

    with moto_aws() as aws:
        do(aws, billing_alarm.changes(billing_alarm.read(aws, names), target(20.0)))
        found = billing_alarm.read(aws, names)

        assert billing_alarm.changes(found, target(20.0)) == []
        steps = billing_alarm.changes(found, target(30.0))
        assert operations(steps) == ["put_metric_alarm"]
        assert Difference("threshold", "20", "30") in shown(steps)
        gone = billing_alarm.changes(found, target(None))
        assert operations(gone) == ["delete_alarms", "delete_topic"]
        do(aws, gone)
        do(aws, gone)
        assert billing_alarm.read(aws, names) == BillingAlarm()
        assert boto3.client("sns", region_name="us-east-1").list_topics()["Topics"] == []


def test_without_an_amount_there_is_none() -> None:
    assert billing_alarm.changes(BillingAlarm(), target_with(None)) == []


def test_what_is_not_ours_is_refused_and_not_removed() -> None:
    foreign = BillingAlarm(Topic({}), Alarm({"AlarmName": NAME}, {}))

    with pytest.raises(Refused, match=NAME):
        billing_alarm.changes(foreign, target_with())
    assert billing_alarm.removal(foreign, NAMES) == []


def test_another_partition_is_not_asked() -> None:
    names = Names("a", "dev", "1", "cn-north-1", "aws-cn")

    assert billing_alarm.read(Aws(StubbedSession(), REGION), names) == BillingAlarm()


def test_notes_say_what_is_to_be_turned_on_and_confirmed() -> None:
    confirm, alerts = billing_alarm.notes(BillingAlarm(), target_with())

    assert confirm.startswith("a***@example.org has to confirm")
    assert "billing alerts" in alerts
    assert billing_alarm.notes(BillingAlarm(), target_with(None)) == []
    assert billing_alarm.notes(BillingAlarm(alarm=Alarm({}, {})), target_with()) == [confirm]


def test_steps_are_calls_alone() -> None:
    steps = billing_alarm.changes(BillingAlarm(), target_with())

    assert all(isinstance(action, Call) for step in steps for action in step.actions)
