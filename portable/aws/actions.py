"""Which IAM action each call needs: what `policy --deployer` prints, and what a denied call is explained with.

A call that is not in here is not made: `action_of` raises KeyError.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

# `get_function` has no tags for whoever may not `list_tags`, and a waiter calls `get_function_configuration`
# https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
_LAMBDA = (
    *("get_function", "get_function_configuration", "create_function", "update_function_code", "delete_function"),
    *("update_function_configuration", "publish_version", "list_versions_by_function", "get_account_settings"),
    *("create_alias", "update_alias", "delete_alias", "list_aliases"),
    *("get_policy", "add_permission", "remove_permission", "tag_resource", "untag_resource", "list_tags"),
    *("get_function_url_config", "create_function_url_config", "update_function_url_config"),
    *("delete_function_url_config", "put_function_concurrency", "delete_function_concurrency"),
)
_IAM = (
    *("get_role", "create_role", "tag_role", "untag_role", "update_assume_role_policy", "delete_role"),
    *("get_role_policy", "put_role_policy", "delete_role_policy", "list_role_policies", "list_attached_role_policies"),
    "detach_role_policy",
)
_LOGS = (
    *("describe_log_groups", "create_log_group", "put_retention_policy", "delete_log_group", "filter_log_events"),
    *("tag_resource", "untag_resource", "list_tags_for_resource"),
)
_SNS = (
    *("create_topic", "delete_topic", "subscribe", "unsubscribe"),
    *("list_subscriptions_by_topic", "tag_resource", "untag_resource", "list_tags_for_resource"),
)
_CLOUDWATCH = (
    *("describe_alarms", "put_metric_alarm", "delete_alarms", "list_tags_for_resource", "tag_resource"),
    "untag_resource",
)
_SECRETS = (
    *("describe_secret", "create_secret", "put_secret_value", "delete_secret", "restore_secret", "list_secrets"),
    "tag_resource",
)
# API Gateway's actions are those of HTTP: https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
_GATEWAY_VERBS = {"get": "GET", "create": "POST", "put": "PUT", "update": "PATCH", "delete": "DELETE", "tag": "PUT"}
_GATEWAY_VERBS |= {"untag": "DELETE"}
_RENAMED = {
    ("lambda", "invoke"): "lambda:InvokeFunction",
    ("apigatewayv2", "tag_resource"): "apigateway:POST",
    ("budgets", "describe_budget"): "budgets:ViewBudget",
    ("budgets", "describe_notifications_for_budget"): "budgets:ViewBudget",
    ("budgets", "describe_subscribers_for_notification"): "budgets:ViewBudget",
    ("budgets", "create_budget"): "budgets:ModifyBudget",
    ("budgets", "update_budget"): "budgets:ModifyBudget",
    ("budgets", "delete_budget"): "budgets:ModifyBudget",
    ("budgets", "create_notification"): "budgets:ModifyBudget",
    ("budgets", "create_subscriber"): "budgets:ModifyBudget",
    ("budgets", "delete_subscriber"): "budgets:ModifyBudget",
}
_OPERATIONS = {
    "lambda": _LAMBDA,
    "iam": _IAM,
    "logs": _LOGS,
    "sns": _SNS,
    "cloudwatch": _CLOUDWATCH,
    "secretsmanager": _SECRETS,
    "budgets": ("list_tags_for_resource", "tag_resource", "untag_resource"),
    "sts": ("get_caller_identity",),
}


# the check of a Function URL with url_auth = "AWS_IAM" is a signed request, and no call of boto3
ACTIONS = frozenset(
    {"lambda:InvokeFunctionUrl"}
    | {f"apigateway:{verb}" for verb in _GATEWAY_VERBS.values()}
    | set(_RENAMED.values())
    | {f"{service}:{operation.title().replace('_', '')}" for service, all_ in _OPERATIONS.items() for operation in all_}
)


def action_of(service: str, operation: str) -> str:
    """Return the IAM action that a call needs. Raises KeyError for a call that no policy of ours allows."""
    name = service.partition("@")[0]
    if renamed := _RENAMED.get((name, operation)):
        return renamed
    if name in ("apigateway", "apigatewayv2"):
        return f"apigateway:{_GATEWAY_VERBS[operation.partition('_')[0]]}"
    if operation not in _OPERATIONS[name]:
        raise KeyError(f"{service} {operation} is not in the deployer's policy")
    return f"{name}:{operation.title().replace('_', '')}"
