"""The monthly budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from portable.aws.artifact.target import Target
from portable.aws.aws import Aws
from portable.aws.names import Names
from portable.aws.plan import Call, Plan, Step
from portable.aws.resources import budget
from portable.aws.resources.budget import Budget
from portable.deploying.changes import Difference
from portable.deploying.errors import BadSettings, Refused

from ..moto_account import do, moto_aws, operations, shown
from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

OLD, NEW = "ann@example.org", "bob@example.org"
NAME = "meditations-dev-eu-west-1"
WHICH = {"AccountId": "123456789012", "BudgetName": NAME}
SERVICE = "budgets@us-east-1"
ACTUAL, FORECAST = ("ACTUAL", 80.0), ("FORECASTED", 100.0)
EVERY = {ACTUAL: (OLD,), FORECAST: (OLD,)}


def notification(key: tuple[str, float], **more: str) -> dict[str, Any]:
    kind, percent = key
    return {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent, **more}


def mail(address: str) -> dict[str, str]:
    return {"SubscriptionType": "EMAIL", "Address": address}


def described(amount: str = "5.0", **settings: Any) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    return {"BudgetName": NAME, "TimeUnit": "MONTHLY", "BudgetType": "COST", "BudgetLimit": limit, **settings}


def found_with(
    addresses: Mapping[tuple[str, float], tuple[str, ...]] = EVERY,
    tags: Mapping[str, str] = NAMES.tags,
    **settings: Any,
) -> Budget:
    return Budget(described(**settings), tags, addresses)


def target_with(usd: float | None = 5.0, email: str | None = OLD, **settings: Any) -> Target:
    return make_target(budget_usd=usd, alarm_email=email, **settings)


def calls(steps: list[Step]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(call.operation, call.params) for call in Plan(tuple(steps)).calls()]


class TestRead:
    def test_no_budget_is_none(self) -> None:
        session = StubbedSession()
        session.refuse(SERVICE, "describe_budget", "NotFoundException")

        assert budget.read(Aws(session, REGION), NAMES) is None

    def test_limit_tags_and_addresses_are_read(self) -> None:
        session = StubbedSession()
        session.answer(SERVICE, "describe_budget", {"Budget": described()}, WHICH)
        arn = f"arn:aws:budgets::123456789012:budget/{NAME}"
        tags = {"ResourceTags": [{"Key": "app", "Value": "meditations"}]}
        session.answer(SERVICE, "list_tags_for_resource", tags, {"ResourceARN": arn})
        first = [notification(ACTUAL, NotificationState="ALARM"), notification(("ACTUAL", 50.0))]
        session.answer(SERVICE, "describe_notifications_for_budget", {"Notifications": first, "NextToken": "2"}, WHICH)
        second = [notification(FORECAST, ThresholdType="PERCENTAGE")]
        session.answer(SERVICE, "describe_notifications_for_budget", {"Notifications": second})
        sns = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:x"}
        for key, subscribers in ((ACTUAL, [mail(OLD), sns]), (FORECAST, [mail(NEW)])):
            asked = {**WHICH, "Notification": notification(key, ThresholdType="PERCENTAGE")}
            answer = {"Subscribers": subscribers}
            session.answer(SERVICE, "describe_subscribers_for_notification", answer, asked)

        found = budget.read(Aws(session, REGION), NAMES)

        assert found == Budget(described(), {"app": "meditations"}, {ACTUAL: (OLD,), FORECAST: (NEW,)})
        session.assert_all_called()

    def test_another_partition_has_none_and_is_not_asked(self) -> None:
        assert budget.read(Aws(StubbedSession(), REGION), Names("a", "dev", "1", "cn-north-1", "aws-cn")) is None


class TestChanges:
    def test_from_nothing_it_is_made_with_its_mails_and_tags(self) -> None:
        steps = budget.changes(None, target_with(12.5))

        [(operation, params)] = calls(steps)
        assert operation == "create_budget"
        assert params["Budget"] == {
            "BudgetName": NAME,
            "BudgetLimit": {"Amount": "12.50", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        }
        assert params["NotificationsWithSubscribers"] == [
            {"Notification": notification(key, ThresholdType="PERCENTAGE"), "Subscribers": [mail(OLD)]}
            for key in (ACTUAL, FORECAST)
        ]
        assert {"Key": "managed-by", "Value": "portable"} in params["ResourceTags"]
        assert shown(steps) == [
            Difference("limit", None, "12.50 USD, monthly"),
            Difference("e-mail", None, "a***@example.org"),
        ]

    @pytest.mark.parametrize(("usd", "amount"), [(5.0, "5.0"), (5.0, "5"), (0.5, "0.500"), (1e6, "1000000.0")])
    def test_an_amount_is_the_same_however_aws_writes_it(self, usd: float, amount: str) -> None:
        assert budget.changes(found_with(amount=amount), target_with(usd)) == []

    def test_a_changed_limit_is_all_that_changes(self) -> None:
        steps = budget.changes(found_with(), target_with(6.0))

        [(operation, params)] = calls(steps)
        assert operation == "update_budget"
        assert params["NewBudget"]["BudgetLimit"] == {"Amount": "6.00", "Unit": "USD"}
        assert shown(steps) == [Difference("limit", "5.0 USD, monthly", "6.00 USD, monthly")]

    @pytest.mark.parametrize(
        "settings", [{"TimeUnit": "DAILY"}, {"BudgetLimit": {"Amount": "5.0", "Unit": "EUR"}}, {"BudgetLimit": {}}]
    )
    def test_what_was_changed_by_hand_is_put_back(self, settings: dict[str, Any]) -> None:
        assert operations(budget.changes(found_with(**settings), target_with())) == ["update_budget"]

    def test_a_changed_address_comes_before_the_old_one_goes(self) -> None:
        steps = budget.changes(found_with(), target_with(email=NEW))

        assert [(operation, params["Subscriber"]["Address"]) for operation, params in calls(steps)] == [
            ("create_subscriber", NEW),
            ("delete_subscriber", OLD),
        ] * 2
        assert Difference("e-mail at 80 % actual", None, "b***@example.org") in shown(steps)
        assert Difference("e-mail at 100 % forecasted", "a***@example.org", None) in shown(steps)

    def test_killed_between_the_two_the_next_finishes(self) -> None:
        found = found_with({ACTUAL: (OLD, NEW), FORECAST: (OLD,)})

        assert operations(budget.changes(found, target_with(email=NEW))) == [
            "delete_subscriber",
            "create_subscriber",
            "delete_subscriber",
        ]

    def test_a_notification_that_was_deleted_is_made_again(self) -> None:
        steps = budget.changes(found_with({ACTUAL: (OLD,)}), target_with())

        [(operation, params)] = calls(steps)
        assert operation == "create_notification"
        assert params["Notification"] == notification(FORECAST, ThresholdType="PERCENTAGE")
        assert params["Subscribers"] == [mail(OLD)]

    def test_the_address_in_another_case_is_the_same(self) -> None:
        assert budget.changes(found_with({ACTUAL: ("Ann@example.org",), FORECAST: (OLD,)}), target_with()) == []

    def test_tags_are_brought_up_to_date(self) -> None:
        steps = budget.changes(found_with(tags={**NAMES.tags, "team": "x"}), target_with(tags={"owner": "ann"}))

        arn = f"arn:aws:budgets::123456789012:budget/{NAME}"
        assert calls(steps) == [
            ("tag_resource", {"ResourceARN": arn, "ResourceTags": [{"Key": "owner", "Value": "ann"}]}),
            ("untag_resource", {"ResourceARN": arn, "ResourceTagKeys": ["team"]}),
        ]

    def test_no_difference_shows_the_address(self) -> None:
        for found in (None, found_with(), found_with({ACTUAL: (OLD, NEW)})):
            said = repr(shown(budget.changes(found, target_with(email=NEW))))
            assert OLD not in said
            assert NEW not in said

    @pytest.mark.parametrize(("usd", "email"), [(None, OLD), (None, None)])
    def test_without_an_amount_it_goes(self, usd: float | None, email: str | None) -> None:
        assert budget.changes(None, target_with(usd, email)) == []
        assert operations(budget.changes(found_with(), target_with(usd, email))) == ["delete_budget"]

    def test_one_that_is_not_ours_is_refused_and_not_removed(self) -> None:
        foreign = found_with(tags={})

        with pytest.raises(Refused, match=f"the name is taken: budget {NAME} is there"):
            budget.changes(foreign, target_with())
        assert budget.removal(foreign, NAMES) == []

    def test_another_partition_is_refused_before_any_call(self) -> None:
        names = Names("meditations", "dev", "123456789012", "cn-north-1", "aws-cn")
        target = target_with()

        with pytest.raises(BadSettings, match="budget_usd: there is no AWS Budgets for cn-north-1"):
            budget.changes(None, Target(names, target.settings, target.package, target.spec))


def test_what_was_done_already_is_success() -> None:
    session = StubbedSession()
    target = target_with(email=NEW)
    for _ in range(2):
        session.refuse(SERVICE, "create_subscriber", "DuplicateRecordException")
        session.refuse(SERVICE, "delete_subscriber", "NotFoundException")
    session.refuse(SERVICE, "delete_budget", "NotFoundException")

    do(Aws(session, REGION), [*budget.changes(found_with(), target), *budget.removal(found_with(), NAMES)])

    session.assert_all_called()


def test_made_it_is_found_in_us_east_1_and_goes() -> None:
    with moto_aws() as aws:
        do(aws, budget.changes(None, target_with()))
        made = aws.call(SERVICE, "describe_budget", **WHICH)["Budget"]
        told = aws.call(SERVICE, "describe_notifications_for_budget", **WHICH)["Notifications"]

        assert float(made["BudgetLimit"]["Amount"]) == 5
        assert [(one["NotificationType"], one["Threshold"]) for one in told] == [ACTUAL, FORECAST]
        do(aws, [Step("-", "budget", NAME, (), (Call(SERVICE, "delete_budget", WHICH),))])
        assert budget.read(aws, NAMES) is None
