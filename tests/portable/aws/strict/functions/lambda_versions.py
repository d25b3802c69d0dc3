"""Published versions: a copy of `$LATEST` that never changes again."""

from __future__ import annotations

from typing import Any

from ..exchange import Exchange
from .lambda_limits import check_configuration, invalid
from .lambda_state import LATEST, Function, LambdaState, Version, demand_revision

# What does not make another version of the same function.
_NOT_COMPARED = (
    *("Version", "FunctionArn", "Description", "RevisionId", "LastModified", "State", "LastUpdateStatus", "SnapStart"),
)


class LambdaVersions:
    """The operations on versions."""

    def __init__(self, state: LambdaState) -> None:
        self._state = state

    def publish_version(self, exchange: Exchange) -> dict[str, Any]:
        """Publish `$LATEST`; if nothing but the description is new, return the version that there is.

        https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
        """
        params = exchange.params
        function, _ = self._state.find(exchange.region, params)
        latest = function.latest
        latest.demand_ready()
        check_configuration({name: value for name, value in params.items() if name == "Description"})
        demand_revision(params, latest.config["RevisionId"])
        current = latest.config["CodeSha256"]
        if params.get("CodeSha256", current) != current:
            raise invalid(
                f"CodeSHA256 ({params['CodeSha256']}) is different from current CodeSHA256 in $LATEST ({current}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        same = function.versions.get(str(function.published))
        if same and _compared(same) == _compared(latest):
            return dict(same.config)
        return dict(self._published(function, params.get("Description")).config)

    def list_versions_by_function(self, exchange: Exchange) -> dict[str, Any]:
        """Return `$LATEST` and every published version, in pages."""
        function, _ = self._state.find(exchange.region, exchange.params)
        every = [function.latest, *function.versions.values()]
        begin = int(exchange.params.get("Marker", "0"))
        end = begin + exchange.params.get("MaxItems", 50)
        page = {"Versions": [{**one.config, "FunctionArn": _arn(function, one)} for one in every[begin:end]]}
        return page if end >= len(every) else {**page, "NextMarker": str(end)}

    def _published(self, function: Function, description: str | None) -> Version:
        function.published += 1
        number = str(function.published)
        latest = function.latest
        version = Version({**latest.config, "Version": number, "RevisionId": self._state.new_revision()}, latest.code)
        version.config["FunctionArn"] = f"{function.arn}:{number}"
        version.config["Description"] = latest.config["Description"] if description is None else description
        if version.config["SnapStart"]["ApplyOn"] == "PublishedVersions":
            version.config["SnapStart"] = {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
        version.begin(self._state.updates_take, State="Pending", LastUpdateStatus="InProgress")
        function.versions[number] = version
        return version


def _compared(version: Version) -> dict[str, Any]:
    return {name: value for name, value in version.config.items() if name not in _NOT_COMPARED}


def _arn(function: Function, version: Version) -> str:
    return f"{function.arn}:{LATEST}" if version is function.latest else str(version.config["FunctionArn"])
