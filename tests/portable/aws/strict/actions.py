"""The IAM action that a call needs, from botocore's own model of it: what a denial names.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from typing import Any

# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
_BUDGETS = {"Describe": "budgets:ViewBudget", "List": "budgets:ListTagsForResource"}


def action_of(service: str, model: Any) -> str:
    """Return the action that IAM knows a call by."""
    if service in ("apigateway", "apigatewayv2"):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
        return f"apigateway:{model.http['method']}"
    if service == "budgets" and "tag" not in model.name.lower():
        return next((action for verb, action in _BUDGETS.items() if model.name.startswith(verb)), _BUDGETS_WRITE)
    if (service, model.name) == ("lambda", "Invoke"):
        return "lambda:InvokeFunction"
    return f"{service}:{model.name}"


_BUDGETS_WRITE = "budgets:ModifyBudget"
