"""Functions: created, updated, looked at, deleted.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from platforms.aws_lambda.limits import MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES

from ..exchange import Exchange, Refusal
from ..iam_rules import IamRules
from .lambda_limits import check_code, check_configuration, invalid
from .lambda_state import LATEST, Function, LambdaState, Version, demand_revision

_UNRESERVED = 100
_NOW = "2026-11-23T12:00:00.000+0000"
_KEPT = (
    *("Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "Environment", "TracingConfig"),
    *("EphemeralStorage", "SnapStart", "LoggingConfig", "Layers", "VpcConfig", "DeadLetterConfig"),
)
_DEFAULTS = {"Description": "", "Timeout": 3, "MemorySize": 128}


class LambdaFunctions:
    """The operations on functions themselves."""

    def __init__(self, state: LambdaState, iam: IamRules) -> None:
        self._state = state
        self._iam = iam

    def create_function(self, exchange: Exchange) -> dict[str, Any]:
        """Make `$LATEST`, which is Pending at first."""
        params, key = exchange.params, (exchange.region, exchange.params["FunctionName"])
        check_configuration(params)
        if key in self._state.all:
            raise Refusal("ResourceConflictException", f"Function already exist: {key[1]}", 409)
        self._iam.demand_assumable(params["Role"])
        latest = Version({"FunctionName": key[1], "FunctionArn": self._state.arn(*key), "Version": LATEST}, b"")
        latest.config |= {"PackageType": "Zip", "Architectures": params.get("Architectures", ["x86_64"])}
        _configure(latest, {**_DEFAULTS, **params})
        _load(latest, params["Code"]["ZipFile"])
        function = Function(key[1], self._state.arn(*key), latest, dict(params.get("Tags", {})))
        self._state.all[key] = function
        self._changed(latest, State="Pending", LastUpdateStatus="InProgress")
        if params.get("Publish"):
            raise AssertionError("this world publishes with publish_version alone")
        return dict(latest.config)

    def update_function_configuration(self, exchange: Exchange) -> dict[str, Any]:
        """Change what is given of the configuration of `$LATEST`; it is InProgress at first."""
        latest = self._changeable(exchange)
        check_configuration(exchange.params)
        if "Role" in exchange.params:
            self._iam.demand_assumable(exchange.params["Role"])
        _configure(latest, exchange.params)
        return self._updated(latest)

    def update_function_code(self, exchange: Exchange) -> dict[str, Any]:
        """Change the code of `$LATEST`; it is InProgress at first."""
        latest = self._changeable(exchange)
        check_configuration({name: value for name, value in exchange.params.items() if name == "Architectures"})
        check_code(exchange.params["ZipFile"])
        if exchange.params.get("DryRun"):
            return dict(latest.config)
        assert not exchange.params.get("Publish"), "this world publishes with publish_version alone"
        _load(latest, exchange.params["ZipFile"])
        latest.config["Architectures"] = exchange.params.get("Architectures", latest.config["Architectures"])
        return self._updated(latest)

    def get_function(self, exchange: Exchange) -> dict[str, Any]:
        """Return the configuration of a qualifier, with the function's tags and concurrency."""
        function, _ = self._state.find(exchange.region, exchange.params)
        found: dict[str, Any] = {
            "Configuration": self.get_function_configuration(exchange),
            "Code": {"RepositoryType": "S3", "Location": f"https://awslambda.invalid/{function.name}"},
        }
        if function.tags:
            found["Tags"] = dict(function.tags)
        if function.reserved is not None:
            found["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
        return found

    def get_function_configuration(self, exchange: Exchange) -> dict[str, Any]:
        """Return the configuration of a qualifier."""
        function, qualifier = self._state.find(exchange.region, exchange.params)
        arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
        return {**function.version(qualifier).look(), "FunctionArn": arn}

    def list_functions(self, exchange: Exchange) -> dict[str, Any]:
        """Return every `$LATEST` of the region."""
        here = [one for (region, _), one in sorted(self._state.all.items()) if region == exchange.region]
        return {"Functions": [dict(one.latest.config) for one in here]}

    def delete_function(self, exchange: Exchange) -> dict[str, Any]:
        """Delete a version that no alias uses or, without a qualifier, everything."""
        function, qualifier = self._state.find(exchange.region, exchange.params)
        if qualifier == LATEST:
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        if not qualifier:
            del self._state.all[exchange.region, function.name]
            return {}
        using = sorted(name for name, alias in function.aliases.items() if qualifier in _versions_of(alias))
        if using:
            message = f"Unable to delete version because the following aliases reference it: [{', '.join(using)}]"
            raise Refusal("ResourceConflictException", message, 409)
        function.version(qualifier)
        function.versions.pop(qualifier, None)
        return {}

    def list_tags(self, exchange: Exchange) -> dict[str, Any]:
        """Return a function's tags."""
        return {"Tags": dict(self._tagged(exchange).tags)}

    def tag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Add tags to a function."""
        self._tagged(exchange).tags |= exchange.params["Tags"]
        return {}

    def untag_resource(self, exchange: Exchange) -> dict[str, Any]:
        """Take tags from a function."""
        for name in exchange.params["TagKeys"]:
            self._tagged(exchange).tags.pop(name, None)
        return {}

    def put_function_concurrency(self, exchange: Exchange) -> dict[str, Any]:
        """Reserve concurrency: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html."""
        function, _ = self._state.find(exchange.region, exchange.params)
        wanted = exchange.params["ReservedConcurrentExecutions"]
        if self._unreserved(exchange.region, without=function) - wanted < _UNRESERVED:
            raise invalid(
                "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{_UNRESERVED}]."
            )
        function.reserved = wanted
        return {"ReservedConcurrentExecutions": wanted}

    def delete_function_concurrency(self, exchange: Exchange) -> dict[str, Any]:
        """Reserve nothing any more."""
        self._state.find(exchange.region, exchange.params)[0].reserved = None
        return {}

    def get_account_settings(self, exchange: Exchange) -> dict[str, Any]:
        """Return the limits of the account in a region."""
        return {
            "AccountLimit": {
                "TotalCodeSize": 80_530_636_800,
                "CodeSizeUnzipped": MAX_UNZIPPED_BYTES,
                "CodeSizeZipped": MAX_ZIPPED_BYTES,
                "ConcurrentExecutions": self._state.concurrency_limit,
                "UnreservedConcurrentExecutions": self._unreserved(exchange.region),
            },
            "AccountUsage": {"TotalCodeSize": 0, "FunctionCount": len(self._state.all)},
        }

    def _unreserved(self, region: str, *, without: Function | None = None) -> int:
        others = [one for (place, _), one in self._state.all.items() if place == region and one is not without]
        return self._state.concurrency_limit - sum(one.reserved or 0 for one in others)

    def _tagged(self, exchange: Exchange) -> Function:
        function = self._state.of_arn(exchange.params["Resource"])
        if function is None or function.arn != exchange.params["Resource"]:
            raise Refusal("ResourceNotFoundException", f"Function not found: {exchange.params['Resource']}", 404)
        return function

    def _changeable(self, exchange: Exchange) -> Version:
        function, _ = self._state.find(exchange.region, exchange.params)
        function.latest.demand_ready()
        demand_revision(exchange.params, function.latest.config["RevisionId"])
        return function.latest

    def _updated(self, latest: Version) -> dict[str, Any]:
        self._changed(latest, LastUpdateStatus="InProgress")
        return dict(latest.config)

    def _changed(self, latest: Version, **states: str) -> None:
        latest.config |= {"LastModified": _NOW, "RevisionId": self._state.new_revision()}
        latest.begin(self._state.updates_take, **states)


def _versions_of(alias: Mapping[str, Any]) -> set[str]:
    return {alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})}


def _load(latest: Version, code: bytes) -> None:
    check_code(code)
    sha256 = base64.b64encode(hashlib.sha256(code).digest()).decode()
    latest.code = code
    latest.config |= {"CodeSize": len(code), "CodeSha256": sha256}


def _configure(latest: Version, params: Mapping[str, Any]) -> None:
    config = latest.config
    config |= {name: params[name] for name in _KEPT if name in params}
    if not config.get("Environment", {}).get("Variables"):
        config.pop("Environment", None)
    logging = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{config['FunctionName']}"}
    logging |= config.get("LoggingConfig", {})
    if logging["LogFormat"] == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    config["LoggingConfig"] = logging
    config.setdefault("TracingConfig", {"Mode": "PassThrough"})
    config.setdefault("EphemeralStorage", {"Size": 512})
    apply_on = config.get("SnapStart", {}).get("ApplyOn", "None")
    config["SnapStart"] = {"ApplyOn": apply_on, "OptimizationStatus": "Off"}
