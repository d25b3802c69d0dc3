"""The alarms of a stage: errors, throttled calls, slow calls and the front door's 5xx. Without an address, none.

What is measured: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Fill, Step
from ..settings import FrontDoor, Settings
from . import metric_alarms
from .metric_alarms import Alarm, Wanted

SERVICE = "cloudwatch"
_KINDS = ("errors", "throttles", "duration", "5xx")
_WINDOW_S = 300
_SLOW_SHARE = 0.8


def read(aws: Aws, names: Names) -> dict[str, Alarm]:
    """Return the alarms of this stage's names that there are."""
    return metric_alarms.read(aws, SERVICE, [_name(names, kind) for kind in _KINDS])


def changes(found: Mapping[str, Alarm], target: Target, known: Mapping[str, str]) -> list[Step]:
    """Return the steps that make them what the settings say; `known` has the `api_id`, if there is an API.

    Raises Refused if a name is taken.
    """
    wanted = list(_wanted(target.names, target.settings)) if target.settings.alarm_email else []
    steps = []
    for one in wanted:
        steps += metric_alarms.changes(found.get(one.name), one, target, SERVICE, known)
    names = {one.name for one in wanted}
    return steps + removal({name: alarm for name, alarm in found.items() if name not in names}, target.names)


def removal(found: Mapping[str, Alarm], names: Names) -> list[Step]:
    """Return the steps that delete those that are ours."""
    return [step for name, alarm in found.items() for step in metric_alarms.removal(name, alarm, names, SERVICE)]


def _wanted(names: Names, settings: Settings) -> Iterator[Wanted]:
    function = {"FunctionName": names.base}
    yield _count(names, "errors", "a call ended with an error", "AWS/Lambda", "Errors", function)
    yield _count(names, "throttles", "a call was throttled", "AWS/Lambda", "Throttles", function)
    yield _slow(names, settings.timeout_s)
    metric = _server_errors(names, settings.front_door)
    if metric:
        yield _count(names, "5xx", "a request was answered 5xx", *metric)


def _server_errors(names: Names, door: FrontDoor) -> tuple[str, str, dict[str, str | Fill]] | None:
    """Return namespace, metric and dimensions of what the door counts as 5xx; None if there is no door."""
    match door:
        case "rest":
            return "AWS/ApiGateway", "5XXError", {"ApiName": names.base, "Stage": names.stage}
        case "http":
            return "AWS/ApiGateway", "5xx", {"ApiId": Fill("{api_id}"), "Stage": "$default"}
        case "url":
            return "AWS/Lambda", "Url5xxCount", {"FunctionName": names.base}
    return None


def _count(
    names: Names, kind: str, what: str, namespace: str, metric: str, dimensions: Mapping[str, str | Fill]
) -> Wanted:
    """Return an alarm for the first of something within five minutes."""
    params = {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": _dimensions(dimensions),
        "Statistic": "Sum",
        "Period": _WINDOW_S,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    }
    return _alarm(names, kind, f"when {what}, within 5 minutes", params)


def _slow(names: Names, timeout_s: int) -> Wanted:
    threshold_ms = timeout_s * 1000 * _SLOW_SHARE
    params = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Duration",
        "Dimensions": _dimensions({"FunctionName": names.base}),
        "ExtendedStatistic": "p99",
        # EvaluateLowSampleCountPercentile is left out: "ignore" says nothing below 1000 calls in the window
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
        "Period": 60,
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": threshold_ms,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    fires = (
        f"when one call in 100 takes more than {threshold_ms:g} ms ({_SLOW_SHARE:.0%} of the timeout), 3 minutes of 5"
    )
    return _alarm(names, "duration", fires, params)


def _alarm(names: Names, kind: str, fires: str, params: Mapping[str, Any]) -> Wanted:
    # it is kept at AWS, and must not depend on how the tool was run
    look = f"portable aws logs --function {names.app} --stage {names.stage}"
    common = {
        "AlarmName": _name(names, kind),
        "AlarmDescription": f"{names.base}: fires {fires}. To look: {look}",
        "ActionsEnabled": True,
        "AlarmActions": [names.topic_arn],
        "OKActions": [names.topic_arn],
        "TreatMissingData": "notBreaching",
    }
    return Wanted(fires, {**common, **params})


def _dimensions(dimensions: Mapping[str, str | Fill]) -> list[dict[str, str | Fill]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def _name(names: Names, kind: str) -> str:
    return f"{names.base}-{kind}"
