"""What Lambda remembers: each function's `$LATEST`, versions, aliases, policies and URLs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exchange import Refusal

LATEST = "$LATEST"
_BUSY = "The operation cannot be performed at this time."


@dataclass
class Version:
    """One configuration with its code: `$LATEST` or a published one.

    `looks` is how many looks at it, or refused attempts at it, it takes until what is going on is done.
    """

    config: dict[str, Any]
    code: bytes
    looks: int = 0

    def look(self) -> dict[str, Any]:
        """Return the configuration as it is now; time goes on."""
        seen = dict(self.config)
        self._pass()
        return seen

    def demand_ready(self) -> None:
        """Raise Refusal while it is being made or updated.

        https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
        """
        self.demand_active()
        if self.config["LastUpdateStatus"] == "InProgress":
            self._pass()
            raise _conflict(f"{_BUSY} An update is in progress for resource: {self.config['FunctionArn']}")

    def demand_active(self) -> None:
        """Raise Refusal while it is being made."""
        if self.config["State"] == "Pending":
            self._pass()
            raise _conflict(f"{_BUSY} The function is currently in the following state: Pending")

    def begin(self, looks: int, **states: str) -> None:
        """Be busy for that many looks."""
        self.looks = looks
        self.config |= states if looks else {"State": "Active", "LastUpdateStatus": "Successful"}

    def _pass(self) -> None:
        self.looks -= 1
        if self.looks <= 0:
            self.config |= {"State": "Active", "LastUpdateStatus": "Successful"}


@dataclass
class Function:
    """One function with everything that belongs to it; the keys of policies and URLs are qualifiers, "" for none."""

    name: str
    arn: str
    latest: Version
    tags: dict[str, str]
    versions: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    urls: dict[str, dict[str, Any]] = field(default_factory=dict)
    reserved: int | None = None
    published: int = 0

    def version(self, qualifier: str) -> Version:
        """Return what a qualifier leads to; an alias to its main version. Raises Refusal."""
        if qualifier in ("", LATEST):
            return self.latest
        number = self.aliases[qualifier]["FunctionVersion"] if qualifier in self.aliases else qualifier
        if number not in self.versions:
            raise Refusal("ResourceNotFoundException", f"Function not found: {self.arn}:{qualifier}", 404)
        return self.versions[number]


class LambdaState:
    """Every function of the account, in every region."""

    def __init__(self, account: str, *, updates_take: int) -> None:
        self.account = account
        self.updates_take = updates_take
        self.concurrency_limit = 1000
        self.all: dict[tuple[str, str], Function] = {}
        self._revisions = 0

    def find(self, region: str, params: Mapping[str, Any]) -> tuple[Function, str]:
        """Return the function that a call names, and the qualifier: "" for none. Raises Refusal."""
        name, _, in_name = params["FunctionName"].rpartition("function:")[2].partition(":")
        if (region, name) not in self.all:
            raise Refusal("ResourceNotFoundException", f"Function not found: {self.arn(region, name)}", 404)
        return self.all[region, name], params.get("Qualifier") or in_name

    def settle(self) -> None:
        """Finish everything that is going on."""
        for function in self.all.values():
            for version in (function.latest, *function.versions.values()):
                version.begin(0)

    def of_arn(self, arn: str) -> Function | None:
        """Return the function of an ARN, which may have a qualifier."""
        return next((one for one in self.all.values() if arn == one.arn or arn.startswith(f"{one.arn}:")), None)

    def arn(self, region: str, name: str) -> str:
        """Return a function's ARN."""
        return f"arn:aws:lambda:{region}:{self.account}:function:{name}"

    def new_revision(self) -> str:
        """Return a revision id that was never used."""
        self._revisions += 1
        digest = hashlib.sha256(str(self._revisions).encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


def demand_revision(params: Mapping[str, Any], current: str) -> None:
    """Raise Refusal if the call is for another revision than there is."""
    if params.get("RevisionId", current) != current:
        raise Refusal(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API "
            "to retrieve the latest Revision Id",
            412,
        )


def _conflict(message: str) -> Refusal:
    return Refusal("ResourceConflictException", message, 409)
