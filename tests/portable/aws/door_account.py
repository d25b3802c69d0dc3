"""An account with a function and its alias `live`, to which front doors are put: strict AWS, or moto."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from portable.aws.apply import CheckFailed, carry_out
from portable.aws.artifact.target import Target
from portable.aws.aws import Aws, Session
from portable.aws.plan import Call, Plan, Step
from portable.aws.resources import doors, function_state
from portable.aws.resources.doors import Doors

from .moto_account import Unseen
from .stubs import REGION
from .targets import NAMES

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


class UrlChecks:
    """Checks of the URL that note what they were asked, and fail while `fails` is set."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.fails = False

    def version(self, version: str) -> None:
        """Fail: no door checks a version."""
        raise AssertionError(version)

    def url(self, url: str, api_key_id: str | None) -> None:
        """Note it."""
        self.asked.append((url, api_key_id))
        if self.fails:
            raise CheckFailed(f"{url} answered 500")


class DoorAccount:
    """The account, and what the deployer would do in it."""

    def __init__(self, session: Session, *, version: str = "1") -> None:
        self._session = session
        self.aws = Aws(session, REGION, sleep=lambda _: None, clock=lambda: 0.0, poll_s=0)
        self.checks = UrlChecks()
        self.version = version
        """What the alias is said to point to when a plan is carried out."""
        self._make_function()

    def client(self, service: str) -> Any:
        """Return a client for looking and meddling."""
        return self.aws._client(service, "any")

    def read(self) -> Doors:
        """Return what there is."""
        return doors.read(self.aws, NAMES)

    def steps(self, target: Target) -> list[Step]:
        """Return what a deploy would do, without the check of the URL."""
        state = function_state.read(self.aws, NAMES)
        return [step for step in doors.changes(self.read(), state, target) if step.sign != "?"]

    def deploy(self, target: Target) -> dict[str, str]:
        """Carry out a deploy of the doors; return what was known at its end."""
        state = function_state.read(self.aws, NAMES)
        found = self.read()
        known = {**doors.known(found, target), "version": self.version}
        return self.do(doors.changes(found, state, target), known)

    def do(self, steps: Sequence[Step], known: dict[str, str] | None = None) -> dict[str, str]:
        """Carry out steps."""
        return carry_out(Plan(tuple(steps), known or {}), self.aws, self.checks, Unseen())

    def statements(self) -> dict[str, Any]:
        """Return the alias's policy."""
        state = function_state.read(self.aws, NAMES)
        assert state is not None
        return dict(state.statements)

    def _make_function(self) -> None:
        role = self.client("iam").create_role(RoleName=NAMES.global_base, AssumeRolePolicyDocument=json.dumps(_TRUST))[
            "Role"
        ]["Arn"]
        self.aws.call(
            "lambda",
            "create_function",
            FunctionName=NAMES.base,
            Runtime="python3.13",
            Role=role,
            Handler="handler.handle",
            Code={"ZipFile": _zip()},
        )
        self.aws.wait("function_active_v2", FunctionName=NAMES.base)
        version = self.aws.call("lambda", "publish_version", FunctionName=NAMES.base)["Version"]
        self.aws.call("lambda", "create_alias", FunctionName=NAMES.base, Name="live", FunctionVersion=version)


def calls(steps: Sequence[Step]) -> list[Call]:
    """Return what the steps would call."""
    return list(Plan(tuple(steps)).calls())


def with_canary(target: Target, percent: int) -> Target:
    """Return the target for a canary."""
    return replace(target, canary_percent=percent)


def _zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): return None\n")
    return content.getvalue()
