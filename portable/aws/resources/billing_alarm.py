"""The alarm on the account's estimated charges, and its topic: both in us-east-1, where alone AWS measures them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html
"""

from __future__ import annotations

from dataclasses import dataclass

from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Step
from . import metric_alarms, topics
from .metric_alarms import Alarm, Wanted
from .topics import Place, Topic

_REGION = "us-east-1"
_PARTITION = "aws"  # China and GovCloud have no such region
_SERVICE = f"cloudwatch@{_REGION}"


@dataclass(frozen=True)
class BillingAlarm:
    """What there is of the two."""

    topic: Topic | None = None
    alarm: Alarm | None = None


def read(aws: Aws, names: Names) -> BillingAlarm:
    """Return what there is."""
    if names.partition != _PARTITION:
        return BillingAlarm()
    alarms = metric_alarms.read(aws, _SERVICE, [_name(names)])
    return BillingAlarm(topics.read(aws, _place(names)), alarms.get(_name(names)))


def changes(found: BillingAlarm, target: Target) -> list[Step]:
    """Return the steps that make them what the settings say. Raises Refused if a name is taken."""
    settings = target.settings
    if settings.billing_alarm_usd is None or settings.alarm_email is None:
        return removal(found, target.names)
    wanted = _wanted(target.names, settings.billing_alarm_usd)
    return [
        *topics.changes(found.topic, target, _place(target.names), settings.alarm_email),
        *metric_alarms.changes(found.alarm, wanted, target, _SERVICE, {}),
    ]


def removal(found: BillingAlarm, names: Names) -> list[Step]:
    """Return the steps that delete what is ours, the alarm first."""
    return [
        *metric_alarms.removal(_name(names), found.alarm, names, _SERVICE),
        *topics.removal(found.topic, names, _place(names)),
    ]


def notes(found: BillingAlarm, target: Target) -> list[str]:
    """Return what is left to do by hand."""
    settings = target.settings
    if settings.billing_alarm_usd is None or settings.alarm_email is None:
        return []
    left = list(topics.notes(found.topic, settings.alarm_email, "billing alarms"))
    if found.alarm is None:
        left.append(
            "the billing alarm sees charges only if the account has CloudWatch billing alerts turned on "
            "(console: Billing, Billing preferences, Alert preferences)"
        )
    return left


def _wanted(names: Names, usd: float) -> Wanted:
    fires = f"when the whole account's charges of the month are more than {usd:g} USD"
    topic = _place(names).arn
    return Wanted(
        fires,
        {
            "AlarmName": _name(names),
            "AlarmDescription": f"{names.base}: fires {fires}",
            "ActionsEnabled": True,
            "AlarmActions": [topic],
            "OKActions": [topic],
            "TreatMissingData": "notBreaching",
            "Namespace": "AWS/Billing",
            "MetricName": "EstimatedCharges",
            "Dimensions": [{"Name": "Currency", "Value": "USD"}],
            "Statistic": "Maximum",
            "Period": 21_600,
            "EvaluationPeriods": 1,
            "Threshold": usd,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    )


def _name(names: Names) -> str:
    """Return the name of both. The region is in it, because stages of all regions have theirs in this one."""
    return f"{names.global_base}-billing"


def _place(names: Names) -> Place:
    return Place(f"sns@{_REGION}", f"arn:{names.partition}:sns:{_REGION}:{names.account}:{_name(names)}")
