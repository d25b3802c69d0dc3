"""CloudWatch alarms on one metric each, in any region: compared field by field, because a put replaces all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..names import Names
from ..plan import Call, Fill, Step
from . import tagging

_NOT_KNOWN_YET = "not known yet"


@dataclass(frozen=True)
class Alarm:
    """An alarm as describe_alarms answers, with its tags."""

    settings: Mapping[str, Any]
    tags: Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """An alarm as it should be: put_metric_alarm's arguments but for the tags; `fires` says when, for people."""

    fires: str
    params: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the alarm's name."""
        name: str = self.params["AlarmName"]
        return name


def read(aws: Aws, service: str, alarm_names: Sequence[str]) -> dict[str, Alarm]:
    """Return the alarms of these names that there are, in their order."""
    listed = list(aws.pages(service, "describe_alarms", "MetricAlarms", AlarmNames=list(alarm_names)))
    alarms = {one["AlarmName"]: Alarm(one, _tags(aws, service, one["AlarmArn"])) for one in listed}
    return {name: alarms[name] for name in alarm_names if name in alarms}


def changes(found: Alarm | None, wanted: Wanted, target: Target, service: str, known: Mapping[str, str]) -> list[Step]:
    """Return the step that makes the alarm; `known` fills what stands open in it.

    Raises Refused if the name is taken.
    """
    if found is None:
        put = Call(service, "put_metric_alarm", {**wanted.params, "Tags": tagging.to_pairs(target.tags)})
        return [Step("+", "alarm", wanted.name, (Difference("fires", None, wanted.fires),), (put,))]
    tagging.check_ours(found.tags, target.names, f"CloudWatch alarm {wanted.name}")
    differences = list(_differences(found.settings, wanted.params, known))
    actions = [Call(service, "put_metric_alarm", wanted.params)] if differences else []
    # a put ignores the tags of an alarm that is there
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    actions += tagging.calls(service, {"ResourceARN": found.settings["AlarmArn"]}, found.tags, target.tags)
    differences += tagging.differences(found.tags, target.tags)
    return [Step("~", "alarm", wanted.name, tuple(differences), tuple(actions))] if actions else []


def removal(name: str, found: Alarm | None, names: Names, service: str) -> list[Step]:
    """Return the step that deletes an alarm; none if it is not ours."""
    if found is None or not names.is_ours(found.tags):
        return []
    delete = Call(service, "delete_alarms", {"AlarmNames": [name]}, done_if=tuple(sorted(NOT_FOUND)))
    return [Step("-", "alarm", name, (), (delete,))]


def _tags(aws: Aws, service: str, arn: str) -> dict[str, str]:
    return tagging.of_pairs((aws.find(service, "list_tags_for_resource", ResourceARN=arn) or {}).get("Tags", ()))


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[Difference]:
    for field, value in wanted.items():
        before, after = _text(found.get(field), known), _text(value, known)
        if before != after:
            yield Difference(_words(field), before, after)


def _text(value: Any, known: Mapping[str, str]) -> str | None:
    """Return a field's value as a text that is the same for equal values only."""
    match value:
        case None:
            return None
        case Fill():
            try:
                return value.text.format_map(known)
            except KeyError:
                return _NOT_KNOWN_YET
        case list():
            return ", ".join(sorted(str(_text(one, known)) for one in value))
        case {"Name": name, "Value": filled}:
            return f"{name} {_text(filled, known)}"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:.15g}"
        case _:
            return str(value)


def _words(field: str) -> str:
    return re.sub("(?<=[a-zA-Z])(?=[A-Z][a-z])", " ", field).lower()
