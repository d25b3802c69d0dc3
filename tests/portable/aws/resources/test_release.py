"""What is published, and where the alias moves: the plan as data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portable.aws.artifact.descriptions import release_description
from portable.aws.artifact.target import Target
from portable.aws.plan import Call, CheckVersion, Fill, Wait
from portable.aws.resources import release
from portable.aws.resources.function_state import FunctionState
from portable.deploying.errors import BadSettings

from ..function_states import aliases_set, make_state, said
from ..settings.configurations import configuration_of
from ..targets import PACKAGE, make_target

TARGET = make_target()
OTHER = make_target(memory_mb=512)
PUBLISHED = Fill("{version}")


def state_of(*versions: Target, latest: Target = TARGET, **aliases: Any) -> FunctionState:
    """Return a function whose versions 1, 2 ... were made for these targets."""
    numbered = [configuration_of(target, str(number)) for number, target in enumerate(versions, 1)]
    return make_state(numbered, latest=configuration_of(latest), **aliases)


class TestFirst:
    @pytest.mark.parametrize("state", [None, make_state(()), state_of(OTHER)], ids=["nothing", "created", "published"])
    def test_a_version_is_published_proven_and_live(self, state: FunctionState | None) -> None:
        version, alias = release.changes(state, TARGET)

        publish, wait, check = version.actions
        assert (version.sign, version.kind) == ("+", "version")
        assert isinstance(publish, Call)
        assert publish.operation == "publish_version"
        assert publish.params == {
            "FunctionName": "meditations-dev",
            "CodeSha256": PACKAGE.code_sha256,
            "Description": release_description(PACKAGE),
        }
        assert wait == Wait("published_version_active", {"FunctionName": "meditations-dev", "Qualifier": PUBLISHED})
        assert check == CheckVersion(PUBLISHED)
        assert (alias.sign, alias.kind, alias.name) == ("+", "alias", "live")
        assert aliases_set(alias.actions) == [("create_alias", "live", PUBLISHED)]
        assert alias.undo == ()

    def test_one_that_was_published_before_a_kill_is_taken(self) -> None:
        (alias,) = release.changes(state_of(OTHER, TARGET), TARGET)

        assert alias.actions[1] == CheckVersion("2")
        assert aliases_set(alias.actions) == [("create_alias", "live", "2")]

    @pytest.mark.parametrize("state", [None, state_of(TARGET)], ids=["nothing", "not live"])
    def test_a_canary_needs_something_beside_it(self, state: FunctionState | None) -> None:
        with pytest.raises(BadSettings, match="--canary 10: meditations-dev has no live version yet"):
            release.changes(state, make_target(canary_percent=10))


class TestNext:
    STATE = state_of(OTHER, OTHER, live="2", previous="1", description="version 2, deployed after 1")

    def test_what_is_live_already_is_nothing_to_do(self) -> None:
        state = state_of(OTHER, TARGET, live="2", previous="1", description="version 2, deployed after 1")

        assert release.changes(state, TARGET) == []
        assert release.changes(state, make_target(canary_percent=10)) == []

    def test_live_moves_first_and_only_as_it_was_read(self) -> None:
        _, alias = release.changes(self.STATE, TARGET)

        live, previous = alias.actions
        assert said(alias) == {"version": ("2", "the new one"), "previous": ("1", "2")}
        assert isinstance(live, Call)
        assert live.params == {
            "FunctionName": "meditations-dev",
            "Name": "live",
            "FunctionVersion": PUBLISHED,
            "RevisionId": "r1",
            "RoutingConfig": {"AdditionalVersionWeights": {}},
            "Description": Fill("version {version}, deployed after {former}"),
        }
        assert isinstance(previous, Call)
        assert previous.params == {
            "FunctionName": "meditations-dev",
            "Name": "previous",
            "FunctionVersion": Fill("{former}"),
        }

    def test_taking_it_back_puts_both_where_they_were(self) -> None:
        _, alias = release.changes(self.STATE, TARGET)

        live, previous = alias.undo
        assert live.params == {
            "FunctionName": "meditations-dev",
            "Name": "live",
            "FunctionVersion": "2",
            "RoutingConfig": {"AdditionalVersionWeights": {}},
            "Description": "version 2, deployed after 1",
        }
        assert previous.params["FunctionVersion"] == "1"

    def test_taking_back_the_second_deploy_takes_previous_away(self) -> None:
        _, alias = release.changes(state_of(OTHER, live="1"), TARGET)

        assert [call.operation for call in alias.undo] == ["update_alias", "delete_alias"]
        assert "ResourceNotFoundException" in alias.undo[1].done_if

    def test_without_smoke_a_version_is_waited_for_and_not_invoked(self) -> None:
        steps = release.changes(self.STATE, replace(TARGET, smoke=False))

        actions = [action for step in steps for action in step.actions]
        assert [type(action) for action in actions] == [Call, Wait, Call, Call]

    def test_the_newest_version_is_taken_if_it_is_the_targets(self) -> None:
        state = state_of(OTHER, OTHER, TARGET, live="2", previous="1")

        (alias,) = release.changes(state, TARGET)

        assert alias.actions[1] == CheckVersion("3")
        assert aliases_set(alias.actions) == [("update_alias", "live", "3"), ("update_alias", "previous", "2")]

    def test_an_older_one_is_published_anew(self) -> None:
        state = state_of(TARGET, OTHER, live="2", previous="1")

        assert [step.kind for step in release.changes(state, TARGET)] == ["version", "alias"]

    def test_code_that_was_packed_by_another_zlib_is_published_by_its_own_hash(self) -> None:
        repacked = make_target(memory_mb=512, package=replace(PACKAGE, code_sha256="b3RoZXI="))
        state = state_of(repacked, latest=repacked, live="1")

        publish = release.changes(state, TARGET)[0].actions[0]

        assert isinstance(publish, Call)
        assert publish.params["CodeSha256"] == "b3RoZXI="

    def test_code_that_is_uploaded_in_the_same_plan_is_published_by_the_new_hash(self) -> None:
        old = make_target(package=replace(PACKAGE, code_sha256="b2xk", digest="0" * 64))

        publish = release.changes(state_of(old, latest=old, live="1"), TARGET)[0].actions[0]

        assert isinstance(publish, Call)
        assert publish.params["CodeSha256"] == PACKAGE.code_sha256

    def test_previous_is_mended_after_a_kill(self) -> None:
        state = state_of(OTHER, OTHER, TARGET, live="3", previous="1", description="version 3, deployed after 2")

        (alias,) = release.changes(state, TARGET)

        assert (alias.sign, alias.name, said(alias)) == ("~", "previous", {"version": ("1", "2")})
        assert aliases_set(alias.actions) == [("update_alias", "previous", "2")]

    def test_previous_is_made_after_a_kill_of_the_second_deploy(self) -> None:
        state = state_of(OTHER, TARGET, live="2", description="version 2, deployed after 1")

        (alias,) = release.changes(state, TARGET)

        assert (alias.sign, aliases_set(alias.actions)) == ("+", [("create_alias", "previous", "1")])

    def test_a_live_version_that_somebody_deleted_is_replaced(self) -> None:
        assert [step.kind for step in release.changes(state_of(OTHER, live="7"), TARGET)] == ["version", "alias"]


class TestCanary:
    def test_a_share_of_the_calls_goes_to_the_new_version(self) -> None:
        state = state_of(OTHER, live="1", description="version 1, deployed after 0")

        version, alias = release.changes(state, make_target(canary_percent=7))

        (live,) = alias.actions
        assert version.kind == "version"
        assert said(alias) == {"canary": (None, "7 % to the new one")}
        assert isinstance(live, Call)
        assert live.params == {
            "FunctionName": "meditations-dev",
            "Name": "live",
            "RevisionId": "r1",
            "RoutingConfig": {"AdditionalVersionWeights": {PUBLISHED: 0.07}},
        }
        (undo,) = alias.undo
        assert undo.params["RoutingConfig"] == {"AdditionalVersionWeights": {}}

    def test_in_flight_only_its_weight_changes(self) -> None:
        state = state_of(OTHER, TARGET, live="1", canary=("2", 0.1))

        (alias,) = release.changes(state, make_target(canary_percent=50))

        assert said(alias) == {"canary": ("10 % to version 2", "50 % to version 2")}
        assert aliases_set(alias.actions) == [("update_alias", "live", None)]
        assert alias.undo[0].params["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}

    def test_in_flight_with_the_same_weight_is_nothing_to_do(self) -> None:
        state = state_of(OTHER, TARGET, live="1", canary=("2", 0.29))

        assert release.changes(state, make_target(canary_percent=29)) == []

    @pytest.mark.parametrize("percent", [29, 30])
    def test_previous_is_mended_beside_it(self, percent: int) -> None:
        state = state_of(OTHER, OTHER, TARGET, live="2", canary=("3", 0.29), description="version 2, deployed after 1")

        mended, *weighed = release.changes(state, make_target(canary_percent=percent))

        assert aliases_set(mended.actions) == [("create_alias", "previous", "1")]
        assert len(weighed) == (percent != 29)

    def test_it_is_taken_even_if_somebody_published_another_since(self) -> None:
        state = state_of(OTHER, TARGET, OTHER, live="1", canary=("2", 0.1))

        (alias,) = release.changes(state, TARGET)

        assert said(alias)["version"] == ("1", "2")

    def test_a_deploy_of_the_same_promotes_it(self) -> None:
        state = state_of(OTHER, TARGET, live="1", canary=("2", 0.1))

        (alias,) = release.changes(state, TARGET)

        assert said(alias)["canary"] == ("10 % to version 2", None)
        assert aliases_set(alias.actions) == [("update_alias", "live", "2"), ("create_alias", "previous", "1")]

    def test_a_deploy_of_something_else_replaces_it(self) -> None:
        state = state_of(OTHER, OTHER, live="1", canary=("2", 0.1))

        version, alias = release.changes(state, TARGET)

        assert version.kind == "version"
        assert said(alias)["canary"] == ("10 % to version 2", None)
        assert alias.undo[0].params["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}

    @pytest.mark.parametrize("percent", [None, 10])
    def test_a_deploy_of_what_is_live_ends_it(self, percent: int | None) -> None:
        state = state_of(TARGET, OTHER, live="1", canary=("2", 0.1))

        (alias,) = release.changes(state, make_target(canary_percent=percent))

        assert said(alias) == {"canary": ("10 % to version 2", None)}
        assert aliases_set(alias.actions) == [("update_alias", "live", None)]


def pruned(state: FunctionState | None, *, keep: int, canary_percent: int | None = None) -> list[str]:
    """Return which versions go."""
    steps = release.prune(state, make_target(keep_versions=keep, canary_percent=canary_percent))
    return [step.name for step in steps]


class TestPrune:
    def test_without_a_function_there_is_nothing(self) -> None:
        assert pruned(None, keep=1) == []

    @pytest.mark.parametrize(
        ("versions", "aliases", "keep", "gone"),
        [
            pytest.param([OTHER] * 3, {"live": "3", "previous": "2"}, 10, [], id="few"),
            pytest.param([OTHER] * 3, {"live": "3", "previous": "2"}, 3, ["1"], id="one is published"),
            pytest.param([OTHER] * 5, {"live": "5", "previous": "4"}, 2, ["1", "2", "3", "4"], id="former is kept"),
            pytest.param([OTHER] * 3, {"live": "1", "previous": "3"}, 1, ["2", "3"], id="live is old"),
            pytest.param([OTHER] * 2 + [TARGET], {"live": "3", "previous": "1"}, 1, ["2"], id="nothing published"),
            pytest.param([OTHER] * 2 + [TARGET], {"live": "2", "previous": "1"}, 1, ["1"], id="the newest is taken"),
            pytest.param([OTHER] * 2 + [TARGET], {"live": "1", "canary": ("3", 0.1)}, 1, ["2"], id="promoted"),
            pytest.param([OTHER] * 2 + [TARGET], {}, 1, ["1", "2"], id="not live yet"),
        ],
    )
    def test_the_oldest_go_but_for_those_in_use_afterwards(
        self, versions: list[Target], aliases: dict[str, Any], keep: int, gone: list[str]
    ) -> None:
        assert pruned(state_of(*versions, **aliases), keep=keep) == gone

    def test_a_canary_keeps_live_previous_and_itself(self) -> None:
        state = state_of(OTHER, OTHER, OTHER, OTHER, TARGET, live="2", previous="1", canary=("5", 0.1))

        assert pruned(state, keep=1, canary_percent=50) == ["3", "4"]

    @pytest.mark.parametrize("live", ["3", None])
    def test_what_somebody_elses_alias_points_to_is_kept(self, live: str | None) -> None:
        state = replace(state_of(OTHER, OTHER, OTHER, live=live), others=frozenset({"1"}))

        assert pruned(state, keep=1) == (["2"] if live else ["2", "3"])

    def test_previous_is_kept_while_there_is_no_live(self) -> None:
        assert pruned(state_of(OTHER, OTHER, previous="1"), keep=1) == ["2"]

    def test_what_is_to_be_previous_after_a_kill_is_kept(self) -> None:
        state = state_of(OTHER, OTHER, TARGET, live="3", previous="1", description="version 3, deployed after 2")

        assert pruned(state, keep=1) == ["1"]

    def test_one_that_is_gone_already_is_no_error(self) -> None:
        state = state_of(OTHER, OTHER, TARGET, live="3", previous="2")

        (step,) = release.prune(state, make_target(keep_versions=2))

        (call,) = step.actions
        assert isinstance(call, Call)
        assert call.params == {"FunctionName": "meditations-dev", "Qualifier": "1"}
        assert "ResourceNotFoundException" in call.done_if
