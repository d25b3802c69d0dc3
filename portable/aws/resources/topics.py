"""An SNS topic and its e-mail subscriptions, in any region.

A subscription exists from when it is made, and works from when its owner clicks the link in AWS's mail. So a changed
address is subscribed at once, and the old one unsubscribed by the deploy that finds the new one confirmed: at every
moment there is someone to tell. What is not e-mail is somebody else's and stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..emails import is_same, masked
from ..names import Names
from ..plan import Call, Step
from . import tagging

_NO_ARN_YET = "PendingConfirmation"
_GONE = "Deleted"


@dataclass(frozen=True)
class Place:
    """Which topic: its ARN, and the service `sns` in its region."""

    service: str
    arn: str

    @property
    def name(self) -> str:
        """Return the topic's name."""
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True)
class Subscription:
    """Who gets the mails; without an ARN, once it is confirmed."""

    address: str
    arn: str | None


@dataclass(frozen=True)
class Topic:
    """What there is of a topic."""

    tags: dict[str, str]
    subscriptions: tuple[Subscription, ...] = ()
    """Those by e-mail."""

    def of(self, address: str) -> Subscription | None:
        """Return the address's subscription."""
        return next((one for one in self.subscriptions if is_same(one.address, address)), None)


def read(aws: Aws, place: Place) -> Topic | None:
    """Return what there is; None if there is no such topic."""
    found = aws.find(place.service, "list_tags_for_resource", ResourceArn=place.arn)
    if found is None:
        return None
    listed = aws.pages(place.service, "list_subscriptions_by_topic", "Subscriptions", TopicArn=place.arn)
    # one that was ended is listed for some days: https://repost.aws/knowledge-center/sns-cross-account-subscription
    subscriptions = (
        Subscription(one["Endpoint"], None if one["SubscriptionArn"] == _NO_ARN_YET else one["SubscriptionArn"])
        for one in listed
        if one["Protocol"] == "email" and one["SubscriptionArn"] != _GONE
    )
    return Topic(tagging.of_pairs(found["Tags"]), tuple(subscriptions))


def changes(found: Topic | None, target: Target, place: Place, email: str) -> list[Step]:
    """Return the step that makes the topic and subscribes the address. Raises Refused if the name is taken."""
    subscribe = Call(place.service, "subscribe", {"TopicArn": place.arn, "Protocol": "email", "Endpoint": email})
    asked = Difference("e-mail", None, masked(email))
    if found is None:
        create = Call(place.service, "create_topic", {"Name": place.name, "Tags": tagging.to_pairs(target.tags)})
        return [Step("+", "topic", place.name, (asked,), (create, subscribe))]
    tagging.check_ours(found.tags, target.names, f"SNS topic {place.arn}")
    differences = list(tagging.differences(found.tags, target.tags))
    actions = list(tagging.calls(place.service, {"ResourceArn": place.arn}, found.tags, target.tags))
    if found.of(email) is None:
        differences.append(asked)
        actions.append(subscribe)
    for old in _replaced(found, email):
        differences.append(Difference("e-mail", masked(old.address), None))
        params = {"SubscriptionArn": old.arn}
        actions.append(Call(place.service, "unsubscribe", params, done_if=tuple(sorted(NOT_FOUND))))
    return [Step("~", "topic", place.name, tuple(differences), tuple(actions))] if actions else []


def removal(found: Topic | None, names: Names, place: Place) -> list[Step]:
    """Return the step that deletes the topic with its subscriptions; none if it is not ours."""
    if found is None or not names.is_ours(found.tags):
        return []
    delete = Call(place.service, "delete_topic", {"TopicArn": place.arn}, done_if=tuple(sorted(NOT_FOUND)))
    return [Step("-", "topic", place.name, (), (delete,))]


def notes(found: Topic | None, email: str, what: str) -> Iterator[str]:
    """Yield what is left to do by hand, with who gets `what` meanwhile."""
    current = found.of(email) if found else None
    others = [one for one in found.subscriptions if not is_same(one.address, email)] if found else []
    confirmed = bool(current and current.arn)
    if not confirmed:
        mail = "has not confirmed yet: the link is" if current else "has to confirm: the link will be"
        yield f"{masked(email)} {mail} in a mail from AWS; it gets no {what} before that"
    for old in others:
        # https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
        if old.arn is None:
            yield f"{masked(old.address)} never confirmed: nobody can unsubscribe it, AWS does after 48 hours"
        elif not confirmed:
            yield f"{masked(old.address)} gets the {what} until the new address has confirmed; then deploy again"


def _replaced(found: Topic, email: str) -> list[Subscription]:
    """Return who is to be unsubscribed: nobody before the new address has confirmed."""
    current = found.of(email)
    if current is None or current.arn is None:
        return []
    return [one for one in found.subscriptions if one.arn and not is_same(one.address, email)]
