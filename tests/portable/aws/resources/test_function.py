"""The steps that make a function what the target says: the plan as data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portable.aws.artifact.target import Target
from portable.aws.plan import Call, Step, Wait
from portable.aws.resources import function
from portable.aws.resources.function_state import FunctionState
from portable.deploying.errors import Refused

from ..function_states import said
from ..moto_account import operations
from ..settings.configurations import configuration_of
from ..targets import NAMES, PACKAGE, make_target

TARGET = make_target()
OTHER_CODE = replace(PACKAGE, content=b"other", digest="e2" * 32, code_sha256="b3RoZXI=", commit="def5678")
REPACKED = replace(PACKAGE, content=b"repacked", code_sha256="cmVwYWNrZWQ=")
CONFIGURE, UPLOAD = "update_function_configuration", "update_function_code"


def state_of(target: Target = TARGET, *versions: Target, **fields: Any) -> FunctionState:
    """Return a function made for a target, with versions 1, 2 ... made for others."""
    latest = {**configuration_of(target), "Description": "", **fields.pop("latest", {})}
    numbered = tuple(configuration_of(one, str(number)) for number, one in enumerate(versions, 1))
    return FunctionState(latest=latest, tags=fields.pop("tags", target.tags), versions=numbered, **fields)


def only(steps: list[Step]) -> Step:
    """Return the one step that there is."""
    (step,) = steps
    return step


class TestFirst:
    def test_everything_is_in_the_call_that_makes_it(self) -> None:
        step = only(function.changes(None, make_target(tags={"team": "abbey"}, environment={"GREETING": "hello"})))

        create, wait = step.actions
        assert (step.sign, step.kind, step.name) == ("+", "function", "meditations-dev")
        assert isinstance(create, Call)
        assert create.params == {
            "FunctionName": "meditations-dev",
            "Role": NAMES.role_arn,
            "Handler": "platforms.aws_lambda.shim.lambda_handler",
            "Runtime": "python3.13",
            "MemorySize": 128,
            "Timeout": 5,
            "EphemeralStorage": {"Size": 512},
            "TracingConfig": {"Mode": "PassThrough"},
            "LoggingConfig": {
                "LogFormat": "JSON",
                "ApplicationLogLevel": "INFO",
                "SystemLogLevel": "WARN",
                "LogGroup": "/aws/lambda/meditations-dev",
            },
            "Environment": {"Variables": {"GREETING": "hello"}},
            "Architectures": ["arm64"],
            "Code": {"ZipFile": b"zip"},
            "Publish": False,
            "Tags": {"app": "meditations", "stage": "dev", "managed-by": "portable", "team": "abbey"},
        }
        assert wait == Wait("function_active_v2", {"FunctionName": "meditations-dev"})

    def test_it_says_what_is_made(self) -> None:
        shown = said(only(function.changes(None, TARGET)))

        assert shown["memory"] == (None, "128 MB")
        assert shown["architecture"] == (None, "arm64")
        assert shown["code"] == (None, "c2hh, commit abc1234")

    def test_concurrency_is_reserved_after_it_is_there(self) -> None:
        steps = function.changes(None, make_target(reserved_concurrency=5))

        assert operations(steps) == ["create_function", "put_function_concurrency"]


class TestUpdate:
    def test_what_is_so_already_is_nothing_to_do(self) -> None:
        target = make_target(tracing=True, secrets=("token",), environment={"A1": "1"}, reserved_concurrency=0)

        assert function.changes(state_of(target, reserved_concurrency=0), target) == []

    def test_a_setting_changes_the_configuration_alone(self) -> None:
        step = only(function.changes(state_of(), make_target(memory_mb=256)))

        configure, wait = step.actions
        assert (step.sign, said(step)) == ("~", {"memory": ("128 MB", "256 MB")})
        assert isinstance(configure, Call)
        assert configure.operation == CONFIGURE
        assert configure.params["MemorySize"] == 256
        assert configure.params.keys().isdisjoint({"Code", "Tags", "Architectures", "Publish"})
        assert wait == Wait("function_updated_v2", {"FunctionName": "meditations-dev"})

    def test_a_source_line_changes_the_code_alone(self) -> None:
        step = only(function.changes(state_of(), make_target(package=OTHER_CODE)))

        upload, wait = step.actions
        assert said(step) == {"code": ("c2hh", "b3RoZXI=, commit def5678")}
        assert isinstance(upload, Call)
        assert upload.params == {
            "FunctionName": "meditations-dev",
            "ZipFile": b"other",
            "Architectures": ["arm64"],
            "Publish": False,
        }
        assert wait == Wait("function_updated_v2", {"FunctionName": "meditations-dev"})

    def test_after_each_change_it_waits_for_the_next(self) -> None:
        step = only(function.changes(state_of(), make_target(package=OTHER_CODE, runtime="python3.12")))

        done = [action.operation if isinstance(action, Call) else type(action).__name__ for action in step.actions]
        assert done == [CONFIGURE, "Wait", UPLOAD, "Wait"]

    def test_another_architecture_goes_with_the_code(self) -> None:
        step = only(function.changes(state_of(), make_target(package=replace(PACKAGE, architecture="x86_64"))))

        assert said(step) == {"architecture": ("arm64", "x86_64")}
        assert operations([step]) == [UPLOAD]

    def test_without_git_no_commit_is_told(self) -> None:
        step = only(function.changes(state_of(), make_target(package=replace(OTHER_CODE, commit=""))))

        assert said(step) == {"code": ("c2hh", "b3RoZXI=")}

    @pytest.mark.parametrize("failure", [{"State": "Failed"}, {"LastUpdateStatus": "Failed"}])
    def test_after_a_failed_update_everything_is_sent_again(self, failure: dict[str, str]) -> None:
        step = only(function.changes(state_of(latest=failure), TARGET))

        assert operations([step]) == [CONFIGURE, UPLOAD]
        assert said(step) == {"state": ("failed: Lambda does not say why", "active")}

    def test_why_it_failed_is_told(self) -> None:
        failure = {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "The role was deleted"}

        step = only(function.changes(state_of(latest=failure), TARGET))

        assert said(step)["state"] == ("failed: The role was deleted", "active")

    def test_tag_drift_is_repaired(self) -> None:
        found = {**TARGET.tags, "team": "priory", "cost": "low", "aws:cloudformation:stack-id": "x"}

        step = only(function.changes(state_of(tags=found), make_target(tags={"team": "abbey"})))

        tag, untag = step.actions
        assert tag == Call("lambda", "tag_resource", {"Resource": NAMES.function_arn, "Tags": {"team": "abbey"}})
        assert untag == Call("lambda", "untag_resource", {"Resource": NAMES.function_arn, "TagKeys": ["cost"]})
        assert said(step) == {"tag team": ("priory", "abbey"), "tag cost": ("low", None)}

    def test_for_a_role_that_is_made_anew_the_configuration_is_sent_again(self) -> None:
        step = only(function.changes(state_of(), TARGET, role_is_new=True))

        assert operations([step]) == [CONFIGURE]
        assert said(step) == {"role": ("gone", "made anew")}

    @pytest.mark.parametrize(("environment", "count"), [({"A1": "1"}, 1), ({}, 0)])
    def test_who_has_variables_is_told_of_the_versions_before_it(self, environment: dict[str, str], count: int) -> None:
        target = make_target(environment=environment)

        assert len(function.notes(state_of(), target, role_is_new=True)) == count
        assert function.notes(state_of(), target, role_is_new=False) == []
        assert function.notes(None, target, role_is_new=True) == []

    @pytest.mark.parametrize("tags", [{}, {**NAMES.tags, "app": "other"}])
    def test_somebody_elses_is_refused(self, tags: dict[str, str]) -> None:
        with pytest.raises(Refused, match="the name is taken: Lambda function meditations-dev"):
            function.changes(state_of(tags=tags), TARGET)


class TestSameCode:
    """Another zlib packs the same files into another zip."""

    TARGET = make_target(package=REPACKED)

    def test_a_version_of_the_same_zip_tells_what_is_in_it(self) -> None:
        state = state_of(TARGET, TARGET)

        assert function.is_same_code(state, REPACKED)
        assert function.changes(state, self.TARGET) == []

    def test_without_any_version_it_is_sent_again(self) -> None:
        assert operations(function.changes(state_of(TARGET), self.TARGET)) == [UPLOAD]

    def test_a_version_of_another_zip_tells_nothing_about_it(self) -> None:
        """Somebody changed the code by hand after that version was published."""
        state = state_of(TARGET, TARGET, latest={"CodeSha256": "YnkgaGFuZA=="})

        assert not function.is_same_code(state, PACKAGE)
        assert operations(function.changes(state, self.TARGET)) == [UPLOAD]


class TestConcurrency:
    @pytest.mark.parametrize(
        ("before", "after", "sign", "call"),
        [
            (None, 5, "+", "put_function_concurrency"),
            (5, 0, "~", "put_function_concurrency"),
            (5, None, "-", "delete_function_concurrency"),
        ],
    )
    def test_it_is_a_step_of_its_own(self, before: int | None, after: int | None, sign: str, call: str) -> None:
        state = state_of(reserved_concurrency=before)

        step = only(function.changes(state, make_target(reserved_concurrency=after)))

        assert (step.sign, step.kind, operations([step])) == (sign, "concurrency", [call])
        assert said(step) == {"reserved": tuple(None if one is None else str(one) for one in (before, after))}


class TestIsLike:
    def test_a_version_that_was_made_for_it_is(self) -> None:
        assert function.is_like(configuration_of(TARGET, "7"), TARGET)

    def test_one_of_the_same_code_packed_otherwise_is(self) -> None:
        assert function.is_like(configuration_of(TARGET, "7"), make_target(package=REPACKED))

    @pytest.mark.parametrize(
        "other",
        [
            make_target(memory_mb=256),
            make_target(environment={"A1": "1"}),
            make_target(package=OTHER_CODE),
            make_target(package=replace(PACKAGE, architecture="x86_64")),
        ],
        ids=["memory", "environment", "code", "architecture"],
    )
    def test_another_is_not(self, other: Target) -> None:
        assert not function.is_like(configuration_of(TARGET, "7"), other)

    def test_one_that_failed_is_not(self) -> None:
        assert not function.is_like({**configuration_of(TARGET, "7"), "State": "Failed"}, TARGET)

    def test_tags_and_concurrency_are_no_part_of_it(self) -> None:
        assert function.is_like(configuration_of(TARGET, "7"), make_target(tags={"a": "b"}, reserved_concurrency=1))


class TestRemoval:
    def test_one_call_takes_all_of_it_away(self) -> None:
        (delete,) = only(function.removal(state_of(), NAMES)).actions

        assert isinstance(delete, Call)
        assert (delete.operation, delete.params) == ("delete_function", {"FunctionName": "meditations-dev"})
        assert "ResourceNotFoundException" in delete.done_if

    @pytest.mark.parametrize("state", [None, state_of(tags={})])
    def test_what_is_not_ours_stays(self, state: FunctionState | None) -> None:
        assert function.removal(state, NAMES) == []
