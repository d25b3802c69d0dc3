"""Which version is taken, and what a published one must be like before it gets calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jmespath
import pytest

from portable.aws.artifact.target import Target
from portable.aws.plan import Call
from portable.aws.resources import release
from portable.aws.resources.function_state import FunctionState

from ..settings.configurations import configuration_of
from ..targets import PACKAGE, make_target
from .test_release import OTHER, TARGET, state_of

FULL: dict[str, Any] = {
    "memory_mb": 256,
    "timeout_s": 9,
    "ephemeral_storage_mb": 600,
    "tracing": True,
    "log_level": "DEBUG",
    "runtime": "python3.12",
    "environment": {"GREETING": "ciao"},
    "secrets": ("token",),
}
OTHERS: list[dict[str, Any]] = [
    {"memory_mb": 512},
    {"timeout_s": 5},
    {"ephemeral_storage_mb": 512},
    {"tracing": False},
    {"log_level": "INFO"},
    {"runtime": "python3.13"},
    {"environment": {"GREETING": "ciao", "ANOTHER": "x"}},
    {"secrets": ()},
    {"package": replace(PACKAGE, architecture="x86_64")},
]


class TestPublished:
    """Its answer is the version's whole configuration, and must be what was set."""

    @staticmethod
    def expected(target: Target) -> dict[str, Any]:
        """Return what the answer must say."""
        publish = release.changes(None, target)[0].actions[0]
        assert isinstance(publish, Call)
        return dict(publish.expects)

    @pytest.mark.parametrize("settings", [{}, FULL], ids=["default", "full"])
    def test_what_a_deploy_sets_is_as_expected(self, settings: dict[str, Any]) -> None:
        target = make_target(**settings)
        answer = configuration_of(target, "2")

        assert {path: jmespath.search(path, answer) for path in self.expected(target)} == self.expected(target)

    def test_variables_that_are_not_answered_are_none(self) -> None:
        answer = {name: value for name, value in configuration_of(TARGET, "2").items() if name != "Environment"}

        assert {path: jmespath.search(path, answer) for path in self.expected(TARGET)} == self.expected(TARGET)

    @pytest.mark.parametrize("other", OTHERS)
    def test_any_other_setting_is_not(self, other: dict[str, Any]) -> None:
        answer = configuration_of(make_target(**{**FULL, **other}), "2")
        expected = self.expected(make_target(**FULL))

        assert sum(jmespath.search(path, answer) != value for path, value in expected.items()) == 1


class TestCanaryVersion:
    @pytest.mark.parametrize(
        ("state", "version"),
        [
            (None, None),
            (state_of(OTHER, live="1"), None),
            (state_of(OTHER, TARGET, live="1"), "2"),
            (state_of(OTHER, TARGET, OTHER, live="1", canary=("2", 0.1)), "2"),
        ],
        ids=["nothing", "to be published", "newest", "canary"],
    )
    def test_it_is_the_one_that_gets_the_share(self, state: FunctionState | None, version: str | None) -> None:
        assert release.canary_version(state, make_target(canary_percent=50)) == version
