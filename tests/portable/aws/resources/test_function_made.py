"""A function as a strict Lambda keeps it: what was made or changed is found to be so."""

from __future__ import annotations

from typing import Any

import pytest

from portable.aws.artifact.descriptions import release_description
from portable.aws.artifact.target import Target
from portable.aws.aws import Aws
from portable.aws.plan import Call, Step
from portable.aws.resources import function, function_state, log_group, role

from ..artifact.zips import make_package
from ..moto_account import do, operations
from ..strict import StrictAws
from ..stubs import REGION
from ..targets import NAMES, make_target

FULL: dict[str, Any] = {
    "memory_mb": 256,
    "timeout_s": 9,
    "ephemeral_storage_mb": 600,
    "tracing": True,
    "log_level": "DEBUG",
    "runtime": "python3.12",
    "environment": {"GREETING": "ciao"},
    "secrets": ("token",),
    "tags": {"team": "abbey"},
    "reserved_concurrency": 5,
}
PACKAGE = make_package("first")
SECOND = make_package("second", architecture="x86_64")


@pytest.fixture
def aws(world: StrictAws) -> Aws:
    """Return the calls to an account that has the log group and the role."""
    aws = Aws(world.session(), REGION, sleep=lambda _: None, clock=lambda: 0.0, poll_s=0)
    do(aws, [*log_group.changes(None, make_target()), *role.changes(None, make_target())])
    return aws


def steps_to(aws: Aws, target: Target) -> list[Step]:
    """Return what is left to do."""
    return function.changes(function_state.read(aws, NAMES), target)


@pytest.mark.parametrize("settings", [{}, FULL], ids=["default", "full"])
def test_what_was_made_is_what_is_wanted(aws: Aws, settings: dict[str, Any]) -> None:
    target = make_target(package=PACKAGE, **settings)

    do(aws, steps_to(aws, target))

    assert steps_to(aws, target) == []


@pytest.mark.parametrize(("before", "after"), [({}, FULL), (FULL, {})], ids=["set", "unset"])
def test_what_was_changed_is_what_is_wanted(aws: Aws, before: dict[str, Any], after: dict[str, Any]) -> None:
    do(aws, steps_to(aws, make_target(package=PACKAGE, **before)))
    target = make_target(package=SECOND, **after)

    do(aws, steps_to(aws, target))

    assert steps_to(aws, target) == []


def test_killed_after_any_call_the_next_deploy_does_the_rest(aws: Aws) -> None:
    do(aws, steps_to(aws, make_target(package=PACKAGE)))
    target = make_target(package=SECOND, **FULL)
    calls = []

    while steps := steps_to(aws, target):
        first = next(action for action in steps[0].actions if isinstance(action, Call))
        calls.append(first.operation)
        aws.call(first.service, first.operation, **first.params)

    assert calls == [
        "update_function_configuration",
        "update_function_code",
        "tag_resource",
        "put_function_concurrency",
    ]


def test_the_same_source_of_another_zlib_is_nothing_to_do_once_published(aws: Aws) -> None:
    packed, repacked = make_package("x" * 999, compression=9), make_package("x" * 999, compression=0)
    assert packed.code_sha256 != repacked.code_sha256
    do(aws, steps_to(aws, make_target(package=packed)))
    aws.call("lambda", "publish_version", FunctionName=NAMES.base, Description=release_description(packed))

    assert steps_to(aws, make_target(package=repacked)) == []


def test_it_goes_and_a_second_time_is_fine(aws: Aws) -> None:
    do(aws, steps_to(aws, make_target(package=PACKAGE)))
    steps = function.removal(function_state.read(aws, NAMES), NAMES)

    do(aws, steps)
    do(aws, steps)

    assert operations(steps) == ["delete_function"]
    assert function_state.read(aws, NAMES) is None
