"""Carrying out a plan."""

from __future__ import annotations

import pytest

from portable.aws.apply import CheckFailed, Unhealthy, carry_out
from portable.aws.aws import Aws, AwsError
from portable.aws.plan import Call, CheckUrl, CheckVersion, Fill, Plan, Step
from portable.deploying.errors import DeployError

from .stubs import REGION, StubbedSession

PUBLISH = Call("lambda", "publish_version", {"FunctionName": "f"}, keeps={"version": "Version"})
BACK = Call("lambda", "update_alias", {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"})


class Checks:
    """Checks that fail for what is given, and note what they were asked."""

    def __init__(self, *bad: str) -> None:
        self.bad = bad
        self.asked: list[str] = []

    def version(self, version: str) -> None:
        """Fail for a bad one."""
        self._check(version)

    def url(self, url: str, api_key_id: str | None) -> None:
        """Fail for a bad one."""
        self._check(url)

    def _check(self, what: str) -> None:
        self.asked.append(what)
        if what in self.bad:
            raise CheckFailed(f"{what} answered 500")


class Shown:
    """Progress as a list."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, step: Step) -> None:
        """Note it."""
        self.lines.append(f"begin {step.name}")

    def end(self, step: Step) -> None:
        """Note it."""
        self.lines.append(f"end {step.name}")

    def undo(self, step: Step) -> None:
        """Note it."""
        self.lines.append(f"undo {step.name}")


def step(name: str, *actions: Call | CheckVersion | CheckUrl, undo: tuple[Call, ...] = ()) -> Step:
    return Step("~", "alias", name, actions=actions, undo=undo)


def make_aws(session: StubbedSession) -> Aws:
    return Aws(session, REGION, sleep=lambda _: None)


def test_what_an_answer_says_fills_later_calls() -> None:
    session = StubbedSession()
    session.answer("lambda", "publish_version", {"Version": "7"})
    session.answer("lambda", "update_alias", {}, {"FunctionName": "f", "Name": "live", "FunctionVersion": "7"})
    move = Call("lambda", "update_alias", {"FunctionName": "f", "Name": "live", "FunctionVersion": Fill("{version}")})
    checks = Checks()

    known = carry_out(
        Plan((step("v", PUBLISH, CheckVersion(Fill("{version}"))), step("live", move))),
        make_aws(session),
        checks,
        Shown(),
    )

    assert known == {"version": "7"}
    assert checks.asked == ["7"]
    session.assert_all_called()


def test_fill_reaches_into_nested_arguments_and_leaves_other_texts_alone() -> None:
    session = StubbedSession()
    body = {
        "restApiId": "a1",
        "stageName": "dev",
        "patchOperations": [{"op": "replace", "path": "/description", "value": "{x} v3"}],
    }
    session.answer("apigateway", "update_stage", {}, body)
    call = Call(
        "apigateway",
        "update_stage",
        {
            "restApiId": Fill("{api_id}"),
            "stageName": "dev",
            "patchOperations": [{"op": "replace", "path": "/description", "value": "{x} v3"}],
        },
    )

    carry_out(Plan((step("s", call),), {"api_id": "a1"}), make_aws(session), Checks(), Shown())

    session.assert_all_called()


def test_a_failed_check_takes_back_what_was_done_the_last_first() -> None:
    session, shown = StubbedSession(), Shown()
    session.answer("lambda", "publish_version", {"Version": "2"})
    session.answer("lambda", "update_alias", {}, dict(BACK.params))
    plan = Plan(
        (step("one", PUBLISH), step("two", undo=(BACK,)), step("three", CheckUrl("https://u/")), step("never", PUBLISH))
    )

    with pytest.raises(Unhealthy, match="https://u/ answered 500"):
        carry_out(plan, make_aws(session), Checks("https://u/"), shown)

    assert shown.lines[-2:] == ["begin three", "undo two"]
    session.assert_all_called()


def test_a_way_back_that_fails_is_told_with_the_first_failure() -> None:
    session = StubbedSession()
    session.refuse("lambda", "update_alias", "AccessDeniedException", "no")
    plan = Plan((step("live", undo=(BACK,)), step("url", CheckUrl("u"))))

    with pytest.raises(Unhealthy, match=r"(?s)u answered 500.*alias live could not be taken back.*UpdateAlias"):
        carry_out(plan, make_aws(session), Checks("u"), Shown())


def test_a_failed_call_ends_the_plan_and_takes_nothing_back() -> None:
    session = StubbedSession()
    session.refuse("lambda", "publish_version", "CodeStorageExceededException", "full")

    with pytest.raises(AwsError, match="full"):
        carry_out(Plan((step("live", undo=(BACK,)), step("v", PUBLISH))), make_aws(session), Checks(), Shown())


def test_what_is_done_already_is_success() -> None:
    session = StubbedSession()
    session.refuse("iam", "delete_role", "NoSuchEntity")
    call = Call("iam", "delete_role", {"RoleName": "r"}, done_if=("NoSuchEntity",))

    carry_out(Plan((step("role", call),)), make_aws(session), Checks(), Shown())

    session.assert_all_called()


def test_an_answer_without_what_is_needed_of_it_is_an_error() -> None:
    session = StubbedSession()
    session.answer("lambda", "publish_version", {})

    with pytest.raises(DeployError, match="publish_version answered without Version"):
        carry_out(Plan((step("v", PUBLISH),)), make_aws(session), Checks(), Shown())
