"""The monthly budget, with its mails at 80 % spent and 100 % forecast.

It is the whole account's: a filter by tag would count nothing before the tag is activated for cost allocation.
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...deploying.changes import Difference
from ...deploying.errors import BadSettings
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..emails import is_same, masked
from ..names import Names
from ..plan import Call, Step
from . import tagging

_SERVICE = "budgets@us-east-1"
_PARTITION = "aws"  # other partitions have another endpoint or none
_DONE = tuple(sorted(NOT_FOUND))
_THERE = ("DuplicateRecordException",)
_KIND = {"TimeUnit": "MONTHLY", "BudgetType": "COST"}
_NOTIFICATIONS = (("ACTUAL", 80.0), ("FORECASTED", 100.0))


@dataclass(frozen=True)
class Budget:
    """What there is of it."""

    settings: Mapping[str, Any]
    """As describe_budget answers."""
    tags: Mapping[str, str]
    addresses: Mapping[tuple[str, float], tuple[str, ...]] = field(default_factory=dict)
    """Who is told by e-mail, of each of our notifications that there is."""


def read(aws: Aws, names: Names) -> Budget | None:
    """Return what there is; None if there is no budget."""
    if names.partition != _PARTITION:
        return None
    found = aws.find(_SERVICE, "describe_budget", **_ids(names))
    if found is None:
        return None
    tags = aws.find(_SERVICE, "list_tags_for_resource", ResourceARN=_arn(names)) or {}
    notifications = list(aws.pages(_SERVICE, "describe_notifications_for_budget", "Notifications", **_ids(names)))
    addresses = {_key(one): tuple(_addresses(aws, names, one)) for one in notifications if _is_ours(one)}
    return Budget(found["Budget"], tagging.of_pairs(tags.get("ResourceTags", ())), addresses)


def changes(found: Budget | None, target: Target) -> list[Step]:
    """Return the step that makes it what the settings say. Raises Refused if the name is taken."""
    usd, email, names = target.settings.budget_usd, target.settings.alarm_email, target.names
    if usd is None or email is None:
        return removal(found, names)
    if names.partition != _PARTITION:
        raise BadSettings(f"budget_usd: there is no AWS Budgets for {names.region}; leave it out")
    if found is None:
        return [_creation(target, usd, email)]
    tagging.check_ours(found.tags, names, f"budget {names.global_base}")
    differences = [*_limit(found, usd), *_people(found, email), *tagging.differences(found.tags, target.tags)]
    actions = [*_updates(found, names, usd), *_subscriptions(found, names, email), *_tagging(found, target)]
    return [Step("~", "budget", names.global_base, tuple(differences), tuple(actions))] if actions else []


def removal(found: Budget | None, names: Names) -> list[Step]:
    """Return the step that deletes it; none if it is not ours."""
    if found is None or not names.is_ours(found.tags):
        return []
    return [Step("-", "budget", names.global_base, (), (Call(_SERVICE, "delete_budget", _ids(names), done_if=_DONE),))]


def _creation(target: Target, usd: float, email: str) -> Step:
    notifications = [
        {"Notification": _notification(*key), "Subscribers": [_subscriber(email)]} for key in _NOTIFICATIONS
    ]
    params = {
        "AccountId": target.names.account,
        "Budget": _budget(target.names, usd),
        "NotificationsWithSubscribers": notifications,
        "ResourceTags": tagging.to_pairs(target.tags),
    }
    differences = Difference("limit", None, _monthly(usd)), Difference("e-mail", None, masked(email))
    return Step("+", "budget", target.names.global_base, differences, (Call(_SERVICE, "create_budget", params),))


def _limit(found: Budget, usd: float) -> Iterator[Difference]:
    if not _is_up_to_date(found, usd):
        limit = found.settings.get("BudgetLimit", {})
        before = f"{limit.get('Amount', 'no')} {limit.get('Unit', 'limit')}, {found.settings['TimeUnit'].lower()}"
        yield Difference("limit", before, _monthly(usd))


def _updates(found: Budget, names: Names, usd: float) -> Iterator[Call]:
    if not _is_up_to_date(found, usd):
        yield Call(_SERVICE, "update_budget", {"AccountId": names.account, "NewBudget": _budget(names, usd)})


def _people(found: Budget, email: str) -> Iterator[Difference]:
    for kind, percent in _NOTIFICATIONS:
        addresses = found.addresses.get((kind, percent), ())
        name = f"e-mail at {percent:g} % {kind.lower()}"
        if not any(is_same(one, email) for one in addresses):
            yield Difference(name, None, masked(email))
        yield from (Difference(name, masked(one), None) for one in addresses if not is_same(one, email))


def _subscriptions(found: Budget, names: Names, email: str) -> Iterator[Call]:
    """Yield what makes the address the only one: it comes before another goes, for a notification is never without."""
    for key in _NOTIFICATIONS:
        which = {**_ids(names), "Notification": _notification(*key)}
        addresses = found.addresses.get(key)
        if addresses is None:
            params = {**which, "Subscribers": [_subscriber(email)]}
            yield Call(_SERVICE, "create_notification", params, done_if=_THERE)
            continue
        if not any(is_same(one, email) for one in addresses):
            yield Call(_SERVICE, "create_subscriber", {**which, "Subscriber": _subscriber(email)}, done_if=_THERE)
        for one in addresses:
            if not is_same(one, email):
                yield Call(_SERVICE, "delete_subscriber", {**which, "Subscriber": _subscriber(one)}, done_if=_DONE)


def _tagging(found: Budget, target: Target) -> Iterator[Call]:
    arn = {"ResourceARN": _arn(target.names)}
    yield from tagging.calls(
        _SERVICE, arn, found.tags, target.tags, tags_name="ResourceTags", keys_name="ResourceTagKeys"
    )


def _addresses(aws: Aws, names: Names, notification: Mapping[str, Any]) -> Iterator[str]:
    which = {**_ids(names), "Notification": _notification(*_key(notification))}
    for one in aws.pages(_SERVICE, "describe_subscribers_for_notification", "Subscribers", **which):
        if one["SubscriptionType"] == "EMAIL":
            yield one["Address"]


def _is_up_to_date(found: Budget, usd: float) -> bool:
    limit = found.settings.get("BudgetLimit") or {"Amount": "nan", "Unit": ""}
    kind = {name: found.settings.get(name) for name in _KIND}
    return kind == _KIND and (float(limit["Amount"]), limit["Unit"]) == (float(_amount(usd)), "USD")


def _budget(names: Names, usd: float) -> dict[str, Any]:
    return {"BudgetName": names.global_base, "BudgetLimit": {"Amount": _amount(usd), "Unit": "USD"}, **_KIND}


def _amount(usd: float) -> str:
    return f"{usd:.2f}"


def _notification(kind: str, percent: float) -> dict[str, Any]:
    return {
        "NotificationType": kind,
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": percent,
        "ThresholdType": "PERCENTAGE",
    }


def _is_ours(notification: Mapping[str, Any]) -> bool:
    """Tell whether a notification is one that we make; its state and a type left to its default do not matter."""
    usual = {"ThresholdType": "PERCENTAGE"} | {
        name: value for name, value in notification.items() if name != "NotificationState"
    }
    return any(usual == _notification(*key) for key in _NOTIFICATIONS)


def _key(notification: Mapping[str, Any]) -> tuple[str, float]:
    return notification["NotificationType"], notification["Threshold"]


def _subscriber(address: str) -> dict[str, str]:
    return {"SubscriptionType": "EMAIL", "Address": address}


def _monthly(usd: float) -> str:
    return f"{_amount(usd)} USD, monthly"


def _ids(names: Names) -> dict[str, str]:
    return {"AccountId": names.account, "BudgetName": names.global_base}


def _arn(names: Names) -> str:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
    return f"arn:{names.partition}:budgets::{names.account}:budget/{names.global_base}"
