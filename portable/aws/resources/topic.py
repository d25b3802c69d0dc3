"""The SNS topic that the alarms are sent to, and the address that gets them. Without an address there is none.

It is not encrypted: with AWS's own key CloudWatch could not publish to it.
https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
"""

from __future__ import annotations

from ..artifact.target import Target
from ..aws import Aws
from ..names import Names
from ..plan import Step
from . import topics
from .topics import Place, Topic


def read(aws: Aws, names: Names) -> Topic | None:
    """Return what there is; None if there is no topic."""
    return topics.read(aws, _place(names))


def changes(found: Topic | None, target: Target) -> list[Step]:
    """Return the step that makes it what the settings say. Raises Refused if the name is taken."""
    if target.settings.alarm_email is None:
        return removal(found, target.names)
    return topics.changes(found, target, _place(target.names), target.settings.alarm_email)


def removal(found: Topic | None, names: Names) -> list[Step]:
    """Return the step that deletes it; none if it is not ours."""
    return topics.removal(found, names, _place(names))


def pending(found: Topic | None, email: str | None) -> bool:
    """Tell whether the address gets no alarm yet: it has not confirmed, or not been asked."""
    if email is None:
        return False
    current = found.of(email) if found else None
    return current is None or current.arn is None


def notes(found: Topic | None, target: Target) -> list[str]:
    """Return what is left to do by hand."""
    email = target.settings.alarm_email
    return list(topics.notes(found, email, "alarms")) if email else []


def _place(names: Names) -> Place:
    return Place("sns", names.topic_arn)
