"""IAM, over moto: a new role can be used only after a while, and only by whom it trusts."""

from __future__ import annotations

import json

from moto.iam.models import iam_backends

from .exchange import Exchange, Refusal
from .functions.lambda_limits import invalid


class IamRules:
    """What Lambda asks IAM about a role."""

    def __init__(self, account: str, *, roles_take: int) -> None:
        self._account = account
        self._roles_take = roles_take
        self._attempts: dict[str, int] = {}

    def create_role(self, exchange: Exchange) -> None:
        """Refuse a trust policy that is no JSON, and note the name: the role is not everywhere yet."""
        try:
            json.loads(exchange.params["AssumeRolePolicyDocument"])
        except ValueError:
            message = "This policy contains invalid Json"
            raise Refusal("MalformedPolicyDocument", message) from None
        self._attempts[exchange.params["RoleName"]] = self._roles_take

    def settle(self) -> None:
        """Let every role be everywhere."""
        self._attempts.clear()

    def demand_assumable(self, arn: str) -> None:
        """Raise Refusal if Lambda cannot assume the role, or not yet."""
        name = arn.rpartition("/")[2]
        roles = {role.arn: role for role in iam_backends[self._account]["aws"].roles.values()}
        trusted = arn in roles and _trusts_lambda(roles[arn].assume_role_policy_document)
        self._attempts[name] = self._attempts.get(name, 0) - 1
        if not trusted or self._attempts[name] >= 0:
            raise invalid("The role defined for the function cannot be assumed by Lambda.")


def _trusts_lambda(document: str) -> bool:
    statements = json.loads(document).get("Statement", ())
    principals = [statement.get("Principal", {}).get("Service", ()) for statement in statements]
    return any("lambda.amazonaws.com" in ([one] if isinstance(one, str) else one) for one in principals)
