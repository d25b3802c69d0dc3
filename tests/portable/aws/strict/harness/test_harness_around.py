"""The world's own tests: logs, SNS, CloudWatch, Budgets, IAM and secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..plain import TRUST, make_live, refused, zipped
from ..strict_aws import ACCOUNT, REGION, StrictAws

EMAIL = "a@example.org"
ALARM = {
    "AlarmName": "a",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
BILLING = {"Namespace": "AWS/Billing", "MetricName": "EstimatedCharges", "Period": 21_600}
CURRENCY = {"Dimensions": [{"Name": "Currency", "Value": "USD"}]}
BUDGET = {
    "BudgetName": "b",
    "BudgetLimit": {"Amount": "5", "Unit": "USD"},
    "TimeUnit": "MONTHLY",
    "BudgetType": "COST",
}
NOTIFICATION = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
SUBSCRIBER = {"SubscriptionType": "EMAIL", "Address": EMAIL}
READER = """
import boto3


def handler(event, context):
    return boto3.client("secretsmanager").get_secret_value(SecretId=event["id"])["SecretString"]
"""


def test_a_retention_is_one_of_those_that_there_are(world: StrictAws) -> None:
    logs = world.session().client("logs")
    logs.create_log_group(logGroupName="/a", tags={"a": "1"})

    with refused("InvalidParameterException"):
        logs.put_retention_policy(logGroupName="/a", retentionInDays=13)
    logs.put_retention_policy(logGroupName="/a", retentionInDays=14)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/a"
    logs.tag_resource(resourceArn=arn, tags={"b": "2"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    with refused("InvalidParameterException"):
        logs.tag_resource(resourceArn=f"{arn}:*", tags={"b": "2"})


def test_an_address_is_pending_until_it_confirms(world: StrictAws) -> None:
    sns = world.session().client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]

    def arns() -> list[str]:
        found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return [one["SubscriptionArn"] for one in found]

    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
    assert (made["SubscriptionArn"], arns()) == ("pending confirmation", ["PendingConfirmation"])
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SubscriptionsPending"] == "1"
    with refused("InvalidParameter"):
        sns.unsubscribe(SubscriptionArn="PendingConfirmation")

    world.confirm(EMAIL)

    (arn,) = arns()
    assert arn.startswith(f"{topic}:")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
    assert arns() == [arn]
    sns.unsubscribe(SubscriptionArn=arn)
    assert arns() == []


def test_topics_and_addresses_that_are_refused(world: StrictAws) -> None:
    sns = world.session().client("sns")
    topic = sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "1"}])["TopicArn"]
    assert sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "1"}])["TopicArn"] == topic

    with refused("InvalidParameter", says="already exists with different tags"):
        sns.create_topic(Name="t", Tags=[{"Key": "a", "Value": "2"}])
    with refused("InvalidParameter", says="Email address"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="nobody")


@pytest.mark.parametrize(
    "change",
    [
        {"Namespace": None, "MetricName": None},
        {"Period": 7},
        {"Period": 90},
        {"EvaluationPeriods": 300},
        {"DatapointsToAlarm": 2},
        {"ExtendedStatistic": "p99"},
        {"Statistic": None},
        {"TreatMissingData": "fine"},
        {"EvaluateLowSampleCountPercentile": "ignore"},
        {**BILLING, **CURRENCY},
        {**BILLING, **CURRENCY, "Namespace": "AWS/Lambda"},
    ],
    ids=str,
)
def test_alarms_that_are_refused(world: StrictAws, change: dict[str, Any]) -> None:
    params = {name: value for name, value in {**ALARM, **change}.items() if value is not None}

    with refused("ValidationError"):
        world.session().client("cloudwatch").put_metric_alarm(**params)


def test_charges_are_watched_in_us_east_1_with_their_currency(world: StrictAws) -> None:
    client = world.session().client("cloudwatch", region_name="us-east-1")

    with refused("ValidationError", says="Currency"):
        client.put_metric_alarm(**{**ALARM, **BILLING})
    client.put_metric_alarm(**{**ALARM, **BILLING, **CURRENCY})


def test_the_tags_of_an_alarm_that_is_there_stay(world: StrictAws) -> None:
    client = world.session().client("cloudwatch")
    client.put_metric_alarm(**ALARM, Tags=[{"Key": "a", "Value": "1"}])
    client.put_metric_alarm(**{**ALARM, "Threshold": 2.0}, Tags=[{"Key": "b", "Value": "2"}])

    (alarm,) = client.describe_alarms()["MetricAlarms"]
    assert alarm["Threshold"] == 2.0
    assert client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "a", "Value": "1"}]
    client.tag_resource(ResourceARN=alarm["AlarmArn"], Tags=[{"Key": "b", "Value": "2"}])
    assert len(client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]) == 2


def test_a_budget_with_its_notification(world: StrictAws) -> None:
    client = world.session().client("budgets", region_name="us-east-1")
    ids = {"AccountId": ACCOUNT, "BudgetName": "b"}
    which = {**ids, "Notification": NOTIFICATION}
    told = [{"Notification": NOTIFICATION, "Subscribers": [SUBSCRIBER]}]
    tags = [{"Key": "a", "Value": "1"}]
    client.create_budget(AccountId=ACCOUNT, Budget=BUDGET, NotificationsWithSubscribers=told, ResourceTags=tags)
    client.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "BudgetLimit": {"Amount": "6", "Unit": "USD"}})

    assert client.describe_budget(**ids)["Budget"]["BudgetLimit"]["Amount"] == "6"
    (found,) = client.describe_notifications_for_budget(**ids)["Notifications"]
    assert (found["Threshold"], found["ThresholdType"]) == (80.0, "PERCENTAGE")
    assert client.describe_subscribers_for_notification(**which)["Subscribers"] == [SUBSCRIBER]
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/b"
    assert client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == tags

    other = {**SUBSCRIBER, "Address": "b@example.org"}
    client.create_subscriber(**which, Subscriber=other)
    client.delete_subscriber(**which, Subscriber=SUBSCRIBER)
    assert client.describe_subscribers_for_notification(**which)["Subscribers"] == [other]
    client.delete_subscriber(**which, Subscriber=other)
    assert client.describe_notifications_for_budget(**ids)["Notifications"] == []


def test_budgets_that_are_refused(world: StrictAws) -> None:
    client = world.session().client("budgets", region_name="us-east-1")
    client.create_budget(AccountId=ACCOUNT, Budget=BUDGET)

    with refused("DuplicateRecordException"):
        client.create_budget(AccountId=ACCOUNT, Budget=BUDGET)
    for amount in ("0", "5.123", "five"):
        limit = {"BudgetLimit": {"Amount": amount, "Unit": "USD"}}
        with refused("InvalidParameterException"):
            client.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, **limit})
    with refused("NotFoundException"):
        client.describe_budget(AccountId=ACCOUNT, BudgetName="none")
    ids = {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": NOTIFICATION}
    with refused("InvalidParameterException"):
        client.create_notification(**ids, Subscribers=[{**SUBSCRIBER, "Address": "nobody"}])
    with refused("NotFoundException"):
        client.create_subscriber(**ids, Subscriber=SUBSCRIBER)


def test_a_role_with_a_policy_is_not_deleted(world: StrictAws) -> None:
    iam = world.session().client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(policy))

    with refused("DeleteConflict", 409):
        iam.delete_role(RoleName="r")
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="other", AssumeRolePolicyDocument="no document")


@pytest.mark.parametrize("resource", ["a/dev/token-??????", "a/dev/other-??????"])
def test_a_function_reads_the_secrets_that_its_role_allows(world: StrictAws, resource: str) -> None:
    world.session().client("secretsmanager").create_secret(Name="a/dev/token", SecretString="value")
    client = make_live(world, code=zipped(READER))
    allow = {
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{resource}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    world.session().client("iam").put_role_policy(RoleName="role", PolicyName="p", PolicyDocument=policy)

    answer = client.invoke(FunctionName="app-dev", Qualifier="live", Payload=b'{"id": "a/dev/token"}')
    payload = json.loads(answer["Payload"].read())

    if "token" in resource:
        assert payload == "value"
    else:
        assert "secretsmanager:GetSecretValue" in payload["errorMessage"]
        assert "AccessDeniedException" in payload["errorMessage"]
