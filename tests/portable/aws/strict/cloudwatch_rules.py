"""CloudWatch, over moto: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from .exchange import Exchange, Refusal

_DAY_S = 86_400
_ENUMS = {
    "Statistic": ("SampleCount", "Average", "Sum", "Minimum", "Maximum"),
    "TreatMissingData": ("breaching", "notBreaching", "ignore", "missing"),
    "EvaluateLowSampleCountPercentile": ("evaluate", "ignore"),
}


class CloudWatchRules:
    """The operations that are checked."""

    def __init__(self, account: str) -> None:
        self._account = account

    def put_metric_alarm(self, exchange: Exchange) -> dict[str, Any] | None:
        """Refuse what could never fire; the tags of an alarm that is there stay as they are."""
        _check(exchange.params, exchange.region)
        backend = cloudwatch_backends[self._account][exchange.region]
        before = backend.alarms.get(exchange.params["AlarmName"])
        if before is None:
            return None
        tags = dict(backend.tagger.get_tag_dict_for_resource(before.alarm_arn))
        answer = exchange.ask_moto()
        backend.tagger.delete_all_tags_for_resource(before.alarm_arn)
        backend.tagger.tag_resource(before.alarm_arn, backend.tagger.convert_dict_to_tags_input(tags))
        return answer


def _check(params: Mapping[str, Any], region: str) -> None:
    if "Metrics" not in params and not {"MetricName", "Namespace"} <= params.keys():
        raise _invalid("Either MetricName and Namespace or Metrics must be given")
    if "Metrics" not in params and ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise _invalid("Exactly one of Statistic and ExtendedStatistic must be given")
    for name, values in _ENUMS.items():
        if params.get(name, values[0]) not in values:
            raise _invalid(f"The value {params[name]} for parameter {name} is not supported.")
    if "EvaluateLowSampleCountPercentile" in params and "ExtendedStatistic" not in params:
        raise _invalid("EvaluateLowSampleCountPercentile is for percentiles alone")
    period, windows = params.get("Period", 60), params["EvaluationPeriods"]
    if period not in (10, 20, 30) and (period % 60 or not period):
        raise _invalid(f"Period must be 10, 20, 30 or a multiple of 60: {period}")
    if period * windows > (_DAY_S if period < 3600 else 7 * _DAY_S):
        raise _invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)")
    if not 1 <= params.get("DatapointsToAlarm", 1) <= windows:
        raise _invalid("DatapointsToAlarm must be at most EvaluationPeriods")
    if params.get("MetricName") == "EstimatedCharges":
        _check_billing(params, region)


def _check_billing(params: Mapping[str, Any], region: str) -> None:
    """Raise Refusal where AWS would take an alarm that can never fire.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html
    """
    if region != "us-east-1" or params["Namespace"] != "AWS/Billing":
        raise _invalid("EstimatedCharges is in AWS/Billing and in us-east-1 alone")
    if {"Name": "Currency", "Value": "USD"} not in params.get("Dimensions", ()):
        raise _invalid("EstimatedCharges has the dimension Currency")


def _invalid(message: str) -> Refusal:
    return Refusal("ValidationError", message)
