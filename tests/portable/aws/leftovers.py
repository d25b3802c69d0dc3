"""What is left in an account."""

from __future__ import annotations

from typing import Any

from .strict import StrictAws


def leftovers(world: StrictAws) -> list[str]:
    """Return everything that a deploy may have made and that is there, as words."""

    def client(service: str, region: str = "eu-west-1") -> Any:
        return world.session().client(service, region_name=region)

    left = [f"function {one['FunctionName']}" for one in client("lambda").list_functions()["Functions"]]
    left += [f"role {one['RoleName']}" for one in client("iam").list_roles()["Roles"]]
    left += [f"log group {one['logGroupName']}" for one in client("logs").describe_log_groups()["logGroups"]]
    left += [f"REST API {one['name']}" for one in client("apigateway").get_rest_apis()["items"]]
    left += [f"API key {one['name']}" for one in client("apigateway").get_api_keys()["items"]]
    left += [f"usage plan {one['name']}" for one in client("apigateway").get_usage_plans()["items"]]
    left += [f"HTTP API {one['Name']}" for one in client("apigatewayv2").get_apis()["Items"]]
    left += [f"secret {one['Name']}" for one in client("secretsmanager").list_secrets()["SecretList"]]
    for region in ("eu-west-1", "us-east-1"):
        left += [f"topic {one['TopicArn']}" for one in client("sns", region).list_topics()["Topics"]]
        left += [f"alarm {one['AlarmName']}" for one in client("cloudwatch", region).describe_alarms()["MetricAlarms"]]
    budgets = client("budgets", "us-east-1").describe_budgets(AccountId="123456789012").get("Budgets", [])
    return left + [f"budget {one['BudgetName']}" for one in budgets]
