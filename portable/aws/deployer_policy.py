"""What the deploying person must be allowed, for every stage of an app; made from the table of calls."""

from __future__ import annotations

from typing import Any

from .actions import ACTIONS
from .names import Names

# These take no resource, or none that could be named before it is there.
_ON_ANYTHING = frozenset(
    {"lambda:GetAccountSettings", "logs:DescribeLogGroups", "secretsmanager:ListSecrets", "sts:GetCallerIdentity"}
    | {"cloudwatch:DescribeAlarms", "sns:Unsubscribe"}
)


def deployer_policy(names: Names) -> dict[str, Any]:
    """Return the least that a deployer of the app needs, in this account and region and, for bills, in us-east-1."""
    statements = [_statement(service, names) for service in sorted(_resources(names))]
    anywhere = sorted(action for action in ACTIONS if action in _ON_ANYTHING)
    statements.append({"Sid": "Anything", "Effect": "Allow", "Action": anywhere, "Resource": "*"})
    # Lambda gets the role from whoever makes the function: it must be theirs to pass on
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
    passing = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": _resources(names)["iam"], "Condition": passing}
    statements.append({"Sid": "PassRole", **role})
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(service: str, names: Names) -> dict[str, Any]:
    actions = sorted(one for one in ACTIONS if one.startswith(f"{service}:") and one not in _ON_ANYTHING)
    return {"Sid": service.capitalize(), "Effect": "Allow", "Action": actions, "Resource": _resources(names)[service]}


def _resources(names: Names) -> dict[str, list[str]]:
    """Return the ARNs of every stage of the app, by the services that have them."""
    partition, account, app = names.partition, names.account, names.app
    gateway = f"arn:{partition}:apigateway:{names.region}::"
    return {
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-using-iam-policies-to-create-and-manage-apis.html
        "apigateway": [gateway + path for path in ("/apis*", "/apikeys*", "/restapis*", "/tags/*", "/usageplans*")],
        "budgets": [f"arn:{partition}:budgets::{account}:budget/{app}-*"],
        "cloudwatch": [f"arn:{partition}:cloudwatch:{region}:{account}:alarm:{app}-*" for region in _regions(names)],
        "iam": [f"arn:{partition}:iam::{account}:role/{app}-*"],
        "lambda": [names.arn("lambda", f"function:{app}-*")],
        "logs": [names.arn("logs", f"log-group:/aws/lambda/{app}-*")],
        "secretsmanager": [names.arn("secretsmanager", f"secret:{app}/*")],
        "sns": [f"arn:{partition}:sns:{region}:{account}:{app}-*" for region in _regions(names)],
    }


def _regions(names: Names) -> list[str]:
    """Return where alarms are: those of bills are in us-east-1."""
    return sorted({names.region, "us-east-1"})
