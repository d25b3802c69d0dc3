"""Who answers which call: our own models first, moto for all else."""

from __future__ import annotations

from typing import Any

from botocore.awsrequest import AWSResponse

from .apis.http_apis import HttpApis
from .apis.http_tags import HttpTags
from .apis.rest_apis import RestApis
from .apis.rest_plans import RestPlans
from .budgets_model import Budgets
from .cloudwatch_rules import CloudWatchRules
from .exchange import Exchange
from .functions.lambda_aliases import LambdaAliases
from .functions.lambda_calls import LambdaCalls
from .functions.lambda_functions import LambdaFunctions
from .functions.lambda_policies import LambdaPolicies
from .functions.lambda_state import LambdaState
from .functions.lambda_urls import LambdaUrls
from .functions.lambda_versions import LambdaVersions
from .iam_rules import IamRules
from .logs_rules import LogsRules
from .sns_rules import SnsRules

_OURS = ("lambda", "apigateway", "apigatewayv2", "budgets")


class Services:
    """The account's services.

    A responder has one method for each operation that it answers, called as the operation is; it returns the answer
    as boto3 would or, to let moto answer, None. Raises Refusal. Lambda, API Gateway and Budgets are not moto's.
    """

    def __init__(self, account: str, *, updates_take: int, roles_take: int) -> None:
        self.account = account
        self.iam = IamRules(account, roles_take=roles_take)
        self.sns = SnsRules(account)
        self.functions = LambdaState(account, updates_take=updates_take)
        self.policies = LambdaPolicies(self.functions)
        self.urls = LambdaUrls(self.functions)
        self.calls = LambdaCalls(self.functions)
        self.rest = RestApis(account)
        self.http = HttpApis(account)
        self.plans = RestPlans(self.rest)
        self._responders: dict[str, tuple[Any, ...]] = {
            "iam": (self.iam,),
            "logs": (LogsRules(),),
            "sns": (self.sns,),
            "cloudwatch": (CloudWatchRules(account),),
            "budgets": (Budgets(account),),
            "lambda": (
                LambdaFunctions(self.functions, self.iam),
                LambdaVersions(self.functions),
                LambdaAliases(self.functions),
                self.policies,
                self.urls,
                self.calls,
            ),
            "apigateway": (self.rest, self.plans),
            "apigatewayv2": (self.http, HttpTags(self.http)),
        }

    def respond(self, exchange: Exchange) -> AWSResponse:
        """Return the service's answer. Raises Refusal or MotoRefused."""
        call = exchange.call
        for responder in self._responders.get(call.service, ()):
            method = getattr(responder, call.operation, None)
            result = method(exchange) if method else None
            if isinstance(result, AWSResponse):
                return result
            if result is not None:
                return exchange.answer(result)
        assert call.service not in _OURS, f"this world has no {call}"
        return exchange.pass_to_moto()
