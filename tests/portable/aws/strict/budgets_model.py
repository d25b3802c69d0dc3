"""AWS Budgets: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .exchange import Exchange, Refusal

_MOST_NOTIFICATIONS = 5
_MOST_EMAILS = 10


@dataclass
class _Budget:
    settings: dict[str, Any]
    tags: dict[str, str]
    notifications: list[tuple[dict[str, Any], list[dict[str, str]]]] = field(default_factory=list)


class Budgets:
    """The operations on budgets, their notifications and who gets them."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._all: dict[str, _Budget] = {}

    def create_budget(self, exchange: Exchange) -> dict[str, Any]:
        """Make a budget."""
        params, name = exchange.params, exchange.params["Budget"]["BudgetName"]
        if name in self._all:
            raise _duplicate(f"Error creating budget: {name} - the budget already exists.")
        made = _Budget(_checked(params["Budget"]), {tag["Key"]: tag["Value"] for tag in params.get("ResourceTags", ())})
        for one in params.get("NotificationsWithSubscribers", ()):
            _notify(made, one["Notification"], one["Subscribers"])
        self._all[name] = made
        return {}

    def update_budget(self, exchange: Exchange) -> dict[str, Any]:
        """Replace a budget's settings."""
        found = self._find(exchange.params["NewBudget"]["BudgetName"])
        found.settings = _checked(exchange.params["NewBudget"])
        return {}

    def describe_budget(self, exchange: Exchange) -> dict[str, Any]:
        """Return a budget."""
        return {"Budget": self._of(exchange).settings}

    def describe_budgets(self, exchange: Exchange) -> dict[str, Any]:
        """Return every budget; AWS leaves the key out where there is none."""
        return {"Budgets": [one.settings for one in self._all.values()]} if self._all else {}

    def delete_budget(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a budget."""
        self._of(exchange)
        del self._all[exchange.params["BudgetName"]]
        return {}

    def create_notification(self, exchange: Exchange) -> dict[str, Any]:
        """Add a notification, with at least one subscriber."""
        _notify(self._of(exchange), exchange.params["Notification"], exchange.params["Subscribers"])
        return {}

    def delete_notification(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a notification."""
        self._subscribers(exchange)
        found = self._of(exchange)
        found.notifications = [one for one in found.notifications if one[0] != _usual(exchange.params["Notification"])]
        return {}

    def describe_notifications_for_budget(self, exchange: Exchange) -> dict[str, Any]:
        """Return a budget's notifications."""
        found = [{**notification, "NotificationState": "OK"} for notification, _ in self._of(exchange).notifications]
        return {"Notifications": found}

    def create_subscriber(self, exchange: Exchange) -> dict[str, Any]:
        """Add a subscriber to a notification."""
        subscribers, subscriber = self._subscribers(exchange), exchange.params["Subscriber"]
        _check_subscribers([*subscribers, subscriber])
        if subscriber in subscribers:
            raise _duplicate("Error creating subscriber: it already exists.")
        subscribers.append(subscriber)
        return {}

    def delete_subscriber(self, exchange: Exchange) -> dict[str, Any]:
        """Take a subscriber from a notification; with the last one the notification goes.

        https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DeleteSubscriber.html
        """
        subscribers = self._subscribers(exchange)
        if exchange.params["Subscriber"] not in subscribers:
            raise _missing("Unable to delete subscriber - the subscriber doesn't exist.")
        subscribers.remove(exchange.params["Subscriber"])
        if not subscribers:
            self.delete_notification(exchange)
        return {}

    def describe_subscribers_for_notification(self, exchange: Exchange) -> dict[str, Any]:
        """Return who gets a notification."""
        return {"Subscribers": self._subscribers(exchange)}

    def list_tags_for_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Return a budget's tags."""
        tags = self._of_arn(exchange).tags
        return {"ResourceTags": [{"Key": name, "Value": value} for name, value in tags.items()]}

    def tag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Add tags to a budget."""
        self._of_arn(exchange).tags |= {tag["Key"]: tag["Value"] for tag in exchange.params["ResourceTags"]}
        return {}

    def untag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Take tags from a budget."""
        for name in exchange.params["ResourceTagKeys"]:
            self._of_arn(exchange).tags.pop(name, None)
        return {}

    def _of(self, exchange: Exchange) -> _Budget:
        return self._find(exchange.params["BudgetName"])

    def _of_arn(self, exchange: Exchange) -> _Budget:
        return self._find(exchange.params["ResourceARN"].removeprefix(f"arn:aws:budgets::{self._account}:budget/"))

    def _find(self, name: str) -> _Budget:
        if name not in self._all:
            raise _missing(f"Unable to get budget: {name} - the budget doesn't exist.")
        return self._all[name]

    def _subscribers(self, exchange: Exchange) -> list[dict[str, str]]:
        wanted = _usual(exchange.params["Notification"])
        for notification, subscribers in self._of(exchange).notifications:
            if notification == wanted:
                return subscribers
        raise _missing("Unable to find the notification - it doesn't exist.")


def _checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    amount = settings.get("BudgetLimit", {}).get("Amount", "")
    if not re.fullmatch(r"([1-9]\d{0,12}|0)(\.\d{1,2})?", amount) or float(amount) <= 0:
        raise _invalid(f"Invalid budget limit: {amount!r}")
    if not re.fullmatch(r"[^:\\]{1,100}", settings["BudgetName"]):
        raise _invalid("A budget's name has no : and no \\")
    return dict(settings)


def _notify(budget: _Budget, notification: Mapping[str, Any], subscribers: list[dict[str, str]]) -> None:
    wanted = _usual(notification)
    _check_subscribers(subscribers)
    if any(one == wanted for one, _ in budget.notifications):
        raise _duplicate("Error creating notification: it already exists.")
    if len(budget.notifications) >= _MOST_NOTIFICATIONS:
        raise Refusal("CreationLimitExceededException", "A budget has at most 5 notifications")
    budget.notifications.append((wanted, [dict(one) for one in subscribers]))


def _check_subscribers(subscribers: list[dict[str, str]]) -> None:
    emails = [one["Address"] for one in subscribers if one["SubscriptionType"] == "EMAIL"]
    if not subscribers or len(emails) > _MOST_EMAILS:
        raise _invalid("A notification has 1 to 10 e-mail addresses")
    for address in emails:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise _invalid(f"Invalid e-mail address: {address}")


def _usual(notification: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in notification.items() if name != "NotificationState"}
    return {**kept, "ThresholdType": notification.get("ThresholdType", "PERCENTAGE")}


def _duplicate(message: str) -> Refusal:
    return Refusal("DuplicateRecordException", message)


def _missing(message: str) -> Refusal:
    return Refusal("NotFoundException", message)


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterException", message)
