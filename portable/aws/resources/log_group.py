"""The log group. It is made before the function: one that Lambda makes keeps everything for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..names import Names
from ..plan import Call, Step
from . import tagging

_KIND = "log group"


@dataclass(frozen=True)
class LogGroup:
    """What there is of it; without `retention_days` it keeps everything for ever."""

    retention_days: int | None
    tags: Mapping[str, str]


def read(aws: Aws, names: Names) -> LogGroup | None:
    """Return what there is; None if there is no such group."""
    listed = aws.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=names.log_group)
    found = next((one for one in listed if one["logGroupName"] == names.log_group), None)
    if found is None:
        return None
    tags = aws.find("logs", "list_tags_for_resource", resourceArn=names.log_group_arn) or {}
    return LogGroup(found.get("retentionInDays"), tags.get("tags", {}))


def changes(found: LogGroup | None, target: Target) -> list[Step]:
    """Return the step that makes it what the settings say. Raises Refused if the name is taken.

    A group without any tags is what Lambda made: it is taken over, with what it holds.
    """
    names, days = target.names, target.settings.retention_days
    retention = Call("logs", "put_retention_policy", {"logGroupName": names.log_group, "retentionInDays": days})
    if found is None:
        kept = Difference("kept", None, _days(days))
        return [Step("+", _KIND, names.log_group, (kept,), (_creation(target), retention))]
    if found.tags:
        tagging.check_ours(found.tags, names, f"log group {names.log_group}")
    is_kept = found.retention_days == days
    differences = [] if is_kept else [Difference("kept", _days(found.retention_days), _days(days))]
    differences += tagging.differences(found.tags, target.tags)
    actions = [*([] if is_kept else [retention]), *_tagging(found, target)]
    return [Step("~", _KIND, names.log_group, tuple(differences), tuple(actions))] if actions else []


def removal(found: LogGroup | None, names: Names) -> list[Step]:
    """Return the step that deletes it with all that was logged; none if it is not ours."""
    if found is None or not names.is_ours(found.tags):
        return []
    delete = Call("logs", "delete_log_group", {"logGroupName": names.log_group}, done_if=tuple(sorted(NOT_FOUND)))
    return [Step("-", _KIND, names.log_group, (), (delete,))]


def _creation(target: Target) -> Call:
    params = {"logGroupName": target.names.log_group, "tags": dict(target.tags)}
    return Call("logs", "create_log_group", params, done_if=("ResourceAlreadyExistsException",))


def _tagging(found: LogGroup, target: Target) -> list[Call]:
    arn = {"resourceArn": target.names.log_group_arn}
    return list(tagging.calls("logs", arn, found.tags, target.tags, tags_name="tags", keys_name="tagKeys", pairs=False))


def _days(days: int | None) -> str:
    if days is None:
        return "for ever"
    return "1 day" if days == 1 else f"{days} days"
