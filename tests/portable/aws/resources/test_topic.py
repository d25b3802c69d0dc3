"""The topic of alarms and who gets them."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from portable.aws.aws import Aws
from portable.aws.resources import topic
from portable.aws.resources.topics import Subscription, Topic
from portable.deploying.changes import Difference
from portable.deploying.errors import Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

OLD, NEW = "ann@example.org", "bob@example.org"
ARN = "arn:aws:sns:eu-west-1:123456789012:meditations-dev-alarms"
OURS = dict(NAMES.tags)


def subscription(address: str, *, confirmed: bool = True) -> Subscription:
    return Subscription(address, f"{ARN}:{address}" if confirmed else None)


def topic_with(*subscriptions: Subscription, tags: dict[str, str] | None = None) -> Topic:
    return Topic(OURS if tags is None else tags, subscriptions)


def listed(**subscription: str) -> dict[str, Any]:
    return {"TopicArn": ARN, "Owner": NAMES.account, "Protocol": "email", **subscription}


def read_stubbed(*pages: list[dict[str, Any]]) -> Topic | None:
    session = StubbedSession()
    session.answer(
        "sns", "list_tags_for_resource", {"Tags": [{"Key": "app", "Value": "meditations"}]}, {"ResourceArn": ARN}
    )
    for number, page in enumerate(pages, 1):
        more = {"NextToken": str(number)} if number < len(pages) else {}
        session.answer("sns", "list_subscriptions_by_topic", {"Subscriptions": page, **more})
    found = topic.read(Aws(session, REGION), NAMES)
    session.assert_all_called()
    return found


class TestRead:
    def test_no_topic_is_none(self) -> None:
        session = StubbedSession()
        session.refuse("sns", "list_tags_for_resource", "ResourceNotFound")

        assert topic.read(Aws(session, REGION), NAMES) is None

    def test_every_page_of_subscriptions_is_read(self) -> None:
        found = read_stubbed(
            [listed(Endpoint=OLD, SubscriptionArn=f"{ARN}:1")],
            [listed(Endpoint=NEW, SubscriptionArn="PendingConfirmation")],
        )

        assert found == Topic({"app": "meditations"}, (Subscription(OLD, f"{ARN}:1"), Subscription(NEW, None)))

    def test_what_is_no_mail_and_what_was_ended_is_left_out(self) -> None:
        found = read_stubbed(
            [
                listed(Endpoint="arn:aws:lambda:f", SubscriptionArn=f"{ARN}:1", Protocol="lambda"),
                listed(Endpoint=OLD, SubscriptionArn="Deleted"),
            ]
        )

        assert found is not None
        assert found.subscriptions == ()


class TestChanges:
    def test_from_nothing_it_is_made_with_its_tags_and_subscribed_to(self) -> None:
        steps = topic.changes(None, make_target(alarm_email=OLD, tags={"owner": "ann"}))

        create, subscribe = steps[0].actions
        assert create.params == {  # type: ignore[union-attr]
            "Name": "meditations-dev-alarms",
            "Tags": [{"Key": name, "Value": value} for name, value in sorted({**OURS, "owner": "ann"}.items())],
        }
        assert subscribe.params == {"TopicArn": ARN, "Protocol": "email", "Endpoint": OLD}  # type: ignore[union-attr]

    def test_without_an_address_there_is_none(self) -> None:
        assert topic.changes(None, make_target()) == []
        assert operations(topic.changes(topic_with(subscription(OLD)), make_target())) == ["delete_topic"]

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_an_address_that_is_there_is_not_asked_again(self, *, confirmed: bool) -> None:
        found = topic_with(subscription("Ann@Example.org", confirmed=confirmed))

        assert topic.changes(found, make_target(alarm_email=OLD)) == []

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_a_changed_address_is_asked_and_the_old_one_stays(self, *, confirmed: bool) -> None:
        steps = topic.changes(topic_with(subscription(OLD, confirmed=confirmed)), make_target(alarm_email=NEW))

        assert operations(steps) == ["subscribe"]
        assert shown(steps) == [Difference("e-mail", None, "b***@example.org")]

    def test_the_old_address_goes_when_the_new_one_has_confirmed(self) -> None:
        waiting = topic_with(subscription(OLD), subscription(NEW, confirmed=False))
        confirmed = topic_with(subscription(OLD), subscription(NEW))

        assert topic.changes(waiting, make_target(alarm_email=NEW)) == []
        steps = topic.changes(confirmed, make_target(alarm_email=NEW))
        assert operations(steps) == ["unsubscribe"]
        assert shown(steps) == [Difference("e-mail", "a***@example.org", None)]

    def test_an_old_address_that_never_confirmed_cannot_be_unsubscribed(self) -> None:
        found = topic_with(subscription(OLD, confirmed=False), subscription(NEW))

        assert topic.changes(found, make_target(alarm_email=NEW)) == []

    def test_a_topic_left_without_its_subscription_gets_it(self) -> None:
        assert operations(topic.changes(topic_with(), make_target(alarm_email=OLD))) == ["subscribe"]

    def test_tags_are_brought_up_to_date(self) -> None:
        found = topic_with(subscription(OLD), tags={**OURS, "owner": "ann", "team": "x", "aws:cloud": "y"})

        steps = topic.changes(found, make_target(alarm_email=OLD, tags={"owner": "bob"}))

        assert operations(steps) == ["tag_resource", "untag_resource"]
        assert shown(steps) == [Difference("tag owner", "ann", "bob"), Difference("tag team", "x", None)]

    def test_one_that_is_not_ours_is_refused_and_not_removed(self) -> None:
        found = topic_with(tags={"app": "another"})

        with pytest.raises(Refused, match=r"the name is taken: SNS topic arn:aws:sns:.*-alarms is there"):
            topic.changes(found, make_target(alarm_email=OLD))
        assert topic.removal(found, NAMES) == []
        assert topic.changes(found, make_target()) == []

    def test_no_difference_and_no_note_shows_the_address(self) -> None:
        target = make_target(alarm_email=NEW)
        for found in (None, topic_with(subscription(OLD)), topic_with(subscription(OLD, confirmed=False))):
            said = repr(shown(topic.changes(found, target))) + repr(topic.notes(found, target))
            assert OLD not in said
            assert NEW not in said


class TestNotes:
    def test_without_an_address_there_is_nothing_to_note(self) -> None:
        assert topic.notes(topic_with(subscription(OLD)), make_target()) == []

    def test_a_new_address_has_to_confirm(self) -> None:
        assert topic.notes(None, make_target(alarm_email=OLD)) == [
            "a***@example.org has to confirm: the link will be in a mail from AWS; it gets no alarms before that"
        ]

    def test_an_address_that_was_asked_has_not_confirmed(self) -> None:
        found = topic_with(subscription(OLD, confirmed=False))

        assert topic.notes(found, make_target(alarm_email=OLD)) == [
            "a***@example.org has not confirmed yet: the link is in a mail from AWS; it gets no alarms before that"
        ]

    def test_an_address_that_has_confirmed_needs_no_note(self) -> None:
        assert topic.notes(topic_with(subscription(OLD)), make_target(alarm_email=OLD)) == []

    def test_an_old_address_that_goes_in_this_very_plan_needs_no_note(self) -> None:
        assert topic.notes(topic_with(subscription(OLD), subscription(NEW)), make_target(alarm_email=NEW)) == []

    def test_what_becomes_of_the_old_address_is_said(self) -> None:
        new = make_target(alarm_email=NEW)

        assert topic.notes(topic_with(subscription(OLD)), new)[1] == (
            "a***@example.org gets the alarms until the new address has confirmed; then deploy again"
        )
        assert topic.notes(topic_with(subscription(OLD, confirmed=False), subscription(NEW)), new) == [
            "a***@example.org never confirmed: nobody can unsubscribe it, AWS does after 48 hours"
        ]


@pytest.mark.parametrize(
    ("found", "email", "pending"),
    [
        (None, OLD, True),
        (topic_with(), OLD, True),
        (topic_with(subscription(OLD)), OLD, False),
        (topic_with(subscription(OLD, confirmed=False)), OLD, True),
        (topic_with(subscription(OLD, confirmed=False), subscription(NEW)), NEW, False),
        (topic_with(subscription(OLD)), NEW, True),
        (topic_with(subscription(OLD, confirmed=False)), None, False),
    ],
)
def test_pending_is_the_address_that_has_not_confirmed(
    *, found: Topic | None, email: str | None, pending: bool
) -> None:
    assert topic.pending(found, email) is pending


def test_made_read_and_removed_leaves_nothing() -> None:
    with moto_aws() as aws:
        target = make_target(alarm_email=OLD)
        do(aws, topic.changes(topic.read(aws, NAMES), target))
        found = topic.read(aws, NAMES)

        assert found is not None
        assert NAMES.is_ours(found.tags)
        assert topic.changes(found, target) == []
        client = boto3.client("sns", region_name=REGION)
        assert "KmsMasterKeyId" not in client.get_topic_attributes(TopicArn=ARN)["Attributes"]
        do(aws, topic.changes(found, make_target(alarm_email=NEW)))
        do(aws, topic.changes(topic.read(aws, NAMES), make_target(alarm_email=NEW)))
        addresses = aws.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=ARN)
        assert [one["Endpoint"] for one in addresses] == [NEW]
        do(aws, topic.removal(topic.read(aws, NAMES), NAMES))
        assert topic.read(aws, NAMES) is None


def test_removing_it_twice_is_fine() -> None:
    with moto_aws() as aws:
        do(aws, topic.changes(None, make_target(alarm_email=OLD)))
        steps = topic.removal(topic.read(aws, NAMES), NAMES)
        do(aws, steps)
        do(aws, steps)
        assert topic.read(aws, NAMES) is None
