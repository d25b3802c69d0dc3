"""SNS, over moto: an e-mail subscription is pending until the link in its mail is clicked.

https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.sns.models import sns_backends

from .exchange import Exchange, Refusal

PENDING = "PendingConfirmation"


class SnsRules:
    """The operations that are checked, or answered better."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._pending: set[tuple[str, str]] = set()

    def confirm(self, email: str) -> None:
        """Confirm every subscription of an address."""
        self._pending = {one for one in self._pending if one[1] != email}

    def create_topic(self, exchange: Exchange) -> None:
        """Refuse other tags than the topic of that name has."""
        topic = sns_backends[self._account][exchange.region].topics.get(self._arn(exchange))
        wanted = {tag["Key"]: tag["Value"] for tag in exchange.params.get("Tags", ())}
        if topic and wanted and wanted != topic._tags:
            raise _invalid("Invalid parameter: Tags Reason: Topic already exists with different tags")

    def subscribe(self, exchange: Exchange) -> dict[str, Any] | None:
        """Send the mail; another time for the same address sends it again and changes nothing."""
        if exchange.params["Protocol"] != "email":
            return None
        address = exchange.params["Endpoint"]
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            raise _invalid("Invalid parameter: Email address")
        topic = exchange.params["TopicArn"]
        known = sns_backends[self._account][exchange.region].subscriptions.values()
        is_new = not any((one.topic.arn, one.endpoint) == (topic, address) for one in known)
        answer = exchange.ask_moto()
        if is_new:
            self._pending.add((topic, address))
        if (topic, address) in self._pending and not exchange.params.get("ReturnSubscriptionArn"):
            answer["SubscriptionArn"] = "pending confirmation"
        return answer

    def unsubscribe(self, exchange: Exchange) -> None:
        """Refuse what is no ARN, as a pending subscription's is none."""
        if not exchange.params["SubscriptionArn"].startswith("arn:"):
            raise _invalid("Invalid parameter: SubscriptionId")

    def list_subscriptions_by_topic(self, exchange: Exchange) -> dict[str, Any]:
        """Return the subscriptions; a pending one has no ARN."""
        answer = exchange.ask_moto()
        for one in answer["Subscriptions"]:
            if (one["TopicArn"], one["Endpoint"]) in self._pending:
                one["SubscriptionArn"] = PENDING
        return answer

    def get_topic_attributes(self, exchange: Exchange) -> dict[str, Any]:
        """Return the attributes with the true number of pending subscriptions."""
        answer = exchange.ask_moto()
        pending = sum(topic == exchange.params["TopicArn"] for topic, _ in self._pending)
        answer["Attributes"] |= {"SubscriptionsPending": str(pending)}
        return answer

    def delete_topic(self, exchange: Exchange) -> None:
        """Forget its subscriptions with it."""
        self._pending = {one for one in self._pending if one[0] != exchange.params["TopicArn"]}

    def _arn(self, exchange: Exchange) -> str:
        return f"arn:aws:sns:{exchange.region}:{self._account}:{exchange.params['Name']}"


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameter", message)
