"""Lambda's versions and aliases in memory: as strict as AWS is, and it can be killed after any call that changes it.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from .stubs import REGION
from .targets import NAMES


class Killed(BaseException):
    """The deployer's process ends here."""


class LambdaModel:
    """One function, as boto3's session and its client for Lambda.

    It fails the test if `live` sends calls to a version that is not `checked`.
    """

    region_name: str | None = REGION

    def __init__(self, latest: Mapping[str, Any]) -> None:
        self.latest = dict(latest)
        self.versions: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, dict[str, Any]] = {}
        self.checked: set[str] = set()
        self.calls: list[str] = []
        self.calls_until_kill: int | None = None
        self._revisions = itertools.count(1)
        self._numbers = itertools.count(1)

    def client(self, service_name: str, *, region_name: str, config: Config) -> LambdaModel:
        assert service_name == "lambda"
        return self

    def get_credentials(self) -> Any:
        raise AssertionError("not needed")

    def can_paginate(self, operation: str) -> bool:
        return False

    def get_waiter(self, name: str) -> LambdaModel:
        assert name == "published_version_active"
        return self

    def wait(self, FunctionName: str, Qualifier: str, WaiterConfig: Any) -> None:  # noqa: N803 - AWS's names
        assert Qualifier in self.versions

    def get_function(self, **params: Any) -> dict[str, Any]:
        return {"Configuration": self.latest, "Tags": NAMES.tags}

    def list_versions_by_function(self, **params: Any) -> dict[str, Any]:
        return {"Versions": [self.latest, *self.versions.values()]}

    def get_policy(self, **params: Any) -> dict[str, Any]:
        raise refused("get_policy", "ResourceNotFoundException")

    def list_aliases(self, **params: Any) -> dict[str, Any]:
        return {"Aliases": [{"Name": name, **alias} for name, alias in self.aliases.items()]}

    def publish_version(self, **params: Any) -> dict[str, Any]:
        self._begin("publish_version")
        if params["CodeSha256"] != self.latest["CodeSha256"]:
            raise refused("publish_version", "InvalidParameterValueException")
        newest = next(reversed(self.versions.values()), None)
        if newest and _content(newest) == _content(self.latest):
            return newest
        number = str(next(self._numbers))
        self.versions[number] = {**self.latest, "Version": number, "Description": params["Description"]}
        return self.versions[number]

    def create_alias(self, **params: Any) -> dict[str, Any]:
        self._begin("create_alias")
        if params["Name"] in self.aliases:
            raise refused("create_alias", "ResourceConflictException")
        self.aliases[params["Name"]] = {"Description": ""}
        return self._set("create_alias", params)

    def update_alias(self, **params: Any) -> dict[str, Any]:
        self._begin("update_alias")
        found = self._alias("update_alias", params["Name"])
        if params.get("RevisionId", found["RevisionId"]) != found["RevisionId"]:
            raise refused("update_alias", "PreconditionFailedException")
        return self._set("update_alias", params)

    def delete_alias(self, **params: Any) -> dict[str, Any]:
        self._begin("delete_alias")
        self.aliases.pop(params["Name"], None)
        return {}

    def delete_function(self, **params: Any) -> dict[str, Any]:
        self._begin("delete_function")
        if params["Qualifier"] in self.in_use():
            raise refused("delete_function", "ResourceConflictException")
        del self.versions[params["Qualifier"]]
        return {}

    def in_use(self) -> set[str]:
        """Return the versions that an alias or a weight points to."""
        return {version for alias in self.aliases.values() for version in (alias["FunctionVersion"], *weights(alias))}

    def pointing(self) -> dict[str, Any]:
        """Return what every alias points to, with its weights."""
        return {name: (alias["FunctionVersion"], weights(alias)) for name, alias in self.aliases.items()}

    def _begin(self, operation: str) -> None:
        if self.calls_until_kill == 0:
            raise Killed
        if self.calls_until_kill is not None:
            self.calls_until_kill -= 1
        self.calls.append(operation)

    def _alias(self, operation: str, name: str) -> dict[str, Any]:
        if name not in self.aliases:
            raise refused(operation, "ResourceNotFoundException")
        return self.aliases[name]

    def _set(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        alias = self.aliases[params["Name"]]
        wanted = {key: params[key] for key in ("FunctionVersion", "RoutingConfig", "Description") if key in params}
        result = {**alias, **wanted}
        for version in (result["FunctionVersion"], *weights(result)):
            if version not in self.versions:
                raise refused(operation, "ResourceNotFoundException")
        if result["FunctionVersion"] in weights(result):
            raise refused(operation, "InvalidParameterValueException")
        assert params["Name"] != "live" or {result["FunctionVersion"], *weights(result)} <= self.checked
        alias |= {**wanted, "RevisionId": f"r{next(self._revisions)}"}
        return alias


def weights(alias: Mapping[str, Any]) -> dict[str, float]:
    """Return the share of the calls of each further version."""
    return dict((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})


def refused(operation: str, code: str) -> ClientError:
    """Return AWS's refusal of a call."""
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


def _content(configuration: Mapping[str, Any]) -> dict[str, Any]:
    apart = ("Version", "Description", "RevisionId", "LastModified", "FunctionArn")
    return {key: value for key, value in configuration.items() if key not in apart}
