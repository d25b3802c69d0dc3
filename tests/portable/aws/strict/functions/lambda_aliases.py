"""Aliases: a name for a published version, and a share of the calls for another one.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..exchange import Exchange, Refusal
from .lambda_limits import invalid
from .lambda_state import LATEST, Function, LambdaState, demand_revision


class LambdaAliases:
    """The operations on aliases."""

    def __init__(self, state: LambdaState) -> None:
        self._state = state

    def create_alias(self, exchange: Exchange) -> dict[str, Any]:
        """Name a version."""
        function, _ = self._state.find(exchange.region, exchange.params)
        name = exchange.params["Name"]
        if not re.fullmatch(r"(?![0-9]+$)[a-zA-Z0-9-_]{1,128}", name):
            raise Refusal("ValidationException", f"1 validation error detected: Value '{name}' at 'name'")
        if name in function.aliases:
            raise Refusal("ResourceConflictException", f"Alias already exists: {function.arn}:{name}", 409)
        return self._set(function, {"AliasArn": f"{function.arn}:{name}", "Name": name}, exchange.params)

    def update_alias(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given; weights stay if they are not."""
        function, alias = self._find(exchange)
        demand_revision(exchange.params, alias["RevisionId"])
        return self._set(function, alias, exchange.params)

    def get_alias(self, exchange: Exchange) -> dict[str, Any]:
        """Return an alias."""
        return self._find(exchange)[1]

    def list_aliases(self, exchange: Exchange) -> dict[str, Any]:
        """Return every alias, or those of one version."""
        function, _ = self._state.find(exchange.region, exchange.params)
        version = exchange.params.get("FunctionVersion")
        found = [alias for _, alias in sorted(function.aliases.items())]
        return {"Aliases": [alias for alias in found if version in (None, alias["FunctionVersion"])]}

    def delete_alias(self, exchange: Exchange) -> dict[str, Any]:
        """Delete an alias with its policy and URL; one that is not there is deleted already."""
        function, _ = self._state.find(exchange.region, exchange.params)
        for kept in (function.aliases, function.policies, function.urls):
            kept.pop(exchange.params["Name"], None)
        return {}

    def _find(self, exchange: Exchange) -> tuple[Function, dict[str, Any]]:
        function, _ = self._state.find(exchange.region, exchange.params)
        name = exchange.params["Name"]
        if name not in function.aliases:
            raise Refusal("ResourceNotFoundException", f"Cannot find alias arn: {function.arn}:{name}", 404)
        return function, function.aliases[name]

    def _set(self, function: Function, alias: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        kept = ("FunctionVersion", "Description", "RoutingConfig")
        wanted = {"Description": "", **alias, **{name: params[name] for name in kept if name in params}}
        if not wanted.get("RoutingConfig", {}).get("AdditionalVersionWeights"):
            wanted.pop("RoutingConfig", None)
        _check(function, wanted)
        wanted["RevisionId"] = self._state.new_revision()
        function.aliases[wanted["Name"]] = wanted
        return wanted


def _check(function: Function, alias: Mapping[str, Any]) -> None:
    main, weights = alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    for number in (main, *weights):
        if number != LATEST and (not number.isdigit() or number not in function.versions):
            raise Refusal("ResourceNotFoundException", f"Function not found: {function.arn}:{number}", 404)
    if not weights:
        return
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if LATEST in (main, *weights):
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    if main in weights:
        raise invalid(f"AdditionalVersionWeights cannot contain the FunctionVersion {main} of the alias")
    if not all(0 <= weight <= 1 for weight in weights.values()):
        raise invalid("Weights in AdditionalVersionWeights must be between 0.0 and 1.0")
    if len({function.versions[number].config["Role"] for number in (main, *weights)}) > 1:
        raise invalid("All versions that an alias points to must have the same execution role")
