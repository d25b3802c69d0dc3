"""Resource policies: one for each qualifier, whose statements alone decide who from outside may call it.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..exchange import Exchange, Refusal
from .lambda_limits import invalid
from .lambda_state import LATEST, Function, LambdaState, demand_revision

_POLICY_BYTES = 20_480
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
_URL_ACTION, _CALL_ACTION = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"


class LambdaPolicies:
    """The operations on policies, and the question they are there for."""

    def __init__(self, state: LambdaState) -> None:
        self._state = state

    def add_permission(self, exchange: Exchange) -> dict[str, Any]:
        """Add a statement to a qualifier's policy."""
        params = exchange.params
        function, qualifier = self._find(exchange)
        if qualifier == LATEST:
            raise invalid("We currently do not support adding policies for $LATEST.")
        _check(params)
        self._demand_revision(function, qualifier, params)
        policy = function.policies.setdefault(qualifier, {})
        sid = params["StatementId"]
        if sid in policy:
            message = f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove"
            raise Refusal("ResourceConflictException", f"{message} the existing statement.", 409)
        statement = _statement(params, f"{function.arn}:{qualifier}" if qualifier else function.arn)
        if len(_document({**policy, sid: statement})) > _POLICY_BYTES:
            raise Refusal("PolicyLengthExceededException", "The final policy size is bigger than the limit (20480).")
        policy[sid] = statement
        return {"Statement": json.dumps(statement)}

    def get_policy(self, exchange: Exchange) -> dict[str, Any]:
        """Return a qualifier's policy."""
        function, qualifier = self._find(exchange)
        if not function.policies.get(qualifier):
            raise _missing("The resource you requested does not exist.")
        return {"Policy": _document(function.policies[qualifier]), "RevisionId": "r"}

    def remove_permission(self, exchange: Exchange) -> dict[str, Any]:
        """Take a statement from a qualifier's policy."""
        function, qualifier = self._find(exchange)
        self._demand_revision(function, qualifier, exchange.params)
        sid = exchange.params["StatementId"]
        if sid not in function.policies.get(qualifier, {}):
            raise _missing(f"Statement {sid} is not found in resource policy.")
        del function.policies[qualifier][sid]
        return {}

    def allows(self, arn: str, action: str, principal: str, **facts: str) -> bool:
        """Tell whether the policy of exactly this function or qualifier lets a service, or anyone (`*`), do it.

        `facts` are what the conditions may ask for: `source_arn`, `url_auth_type`, `via_url`.
        """
        function = self._state.of_arn(arn)
        qualifier = arn[len(function.arn) + 1 :] if function else ""
        statements = function.policies.get(qualifier, {}).values() if function else ()
        return any(_grants(statement, action, principal, facts) for statement in statements)

    def _find(self, exchange: Exchange) -> tuple[Function, str]:
        function, qualifier = self._state.find(exchange.region, exchange.params)
        if qualifier not in ("", LATEST, *function.aliases, *function.versions):
            raise _missing(f"Function not found: {function.arn}:{qualifier}")
        return function, qualifier

    def _demand_revision(self, function: Function, qualifier: str, params: Mapping[str, Any]) -> None:
        alias = function.aliases.get(qualifier)
        demand_revision(params, alias["RevisionId"] if alias else function.version(qualifier).config["RevisionId"])


def _check(params: Mapping[str, Any]) -> None:
    if not re.fullmatch(r"[a-zA-Z0-9-_]{1,100}", params["StatementId"]):
        raise Refusal("ValidationException", f"1 validation error detected: '{params['StatementId']}' at 'statementId'")
    if not re.fullmatch(r"lambda:[*]|lambda:[a-zA-Z]+|[*]", params["Action"]):
        raise Refusal("ValidationException", f"1 validation error detected: '{params['Action']}' at 'action'")
    if "FunctionUrlAuthType" in params and params["Action"] != _URL_ACTION:
        raise invalid(f"FunctionUrlAuthType is only supported for {_URL_ACTION} action")
    if "InvokedViaFunctionUrl" in params and params["Action"] != _CALL_ACTION:
        raise invalid(f"InvokedViaFunctionUrl is only supported for {_CALL_ACTION} action")
    if params["Action"] == _URL_ACTION and params["Principal"].endswith(".amazonaws.com"):
        raise invalid("The service principal cannot be used with lambda:InvokeFunctionUrl")


def _statement(params: Mapping[str, Any], resource: str) -> dict[str, Any]:
    statement = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(params["Principal"]),
        "Action": params["Action"],
        "Resource": resource,
    }
    conditions: dict[str, dict[str, str]] = {}
    for name, operator, key in _CONDITIONS:
        if name in params:
            value = params[name]
            conditions.setdefault(operator, {})[key] = str(value).lower() if isinstance(value, bool) else value
    return {**statement, "Condition": conditions} if conditions else statement


_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


def _principal(principal: str) -> Any:
    if principal == "*":
        return "*"
    if principal.endswith((".amazonaws.com", ".amazon.com")):
        return {"Service": principal}
    return {"AWS": f"arn:aws:iam::{principal}:root" if principal.isdigit() else principal}


def _grants(statement: Mapping[str, Any], action: str, principal: str, facts: Mapping[str, str]) -> bool:
    if statement["Action"] not in (action, "lambda:*", "*"):
        return False
    if statement["Principal"] not in ("*", {"Service": principal}):
        return False
    asked = {"AWS:SourceArn": "source_arn", "AWS:SourceAccount": "source_account"}
    asked |= {"lambda:FunctionUrlAuthType": "url_auth_type", "lambda:InvokedViaFunctionUrl": "via_url"}
    wanted = [
        (operator, key, value) for operator, one in statement.get("Condition", {}).items() for key, value in one.items()
    ]
    return all(_holds(operator, value, facts.get(asked[key])) for operator, key, value in wanted)


def _holds(operator: str, wanted: str, fact: str | None) -> bool:
    if fact is None:
        return False
    return arn_like(wanted, fact) if operator == "ArnLike" else wanted == fact


def arn_like(pattern: str, arn: str) -> bool:
    """Tell whether an ARN matches: part by part, `*` is any text and `?` any character, `:` only in the last part.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, patterns, parts))


def _like(pattern: str, text: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.S) is not None


def _document(policy: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": list(policy.values())})


def _missing(message: str) -> Refusal:
    return Refusal("ResourceNotFoundException", message, 404)
