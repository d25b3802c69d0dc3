"""Promoting a canary."""

from __future__ import annotations

import pytest

from portable.aws import promote
from portable.aws.plan import Call, CheckVersion, Wait
from portable.aws.resources.function_state import FunctionState
from portable.deploying.errors import DeployError

from ..function_states import aliases_set, make_state, said
from ..targets import NAMES

CANARY = make_state(live="2", previous="1", canary=("3", 0.1), description="version 2, deployed after 1")


class TestChanges:
    def test_the_canary_becomes_live_and_what_was_live_previous(self) -> None:
        (step,) = promote.changes(CANARY, NAMES)

        assert said(step) == {"version": ("2", "3"), "canary": ("10 % to version 3", None), "previous": ("1", "2")}
        assert aliases_set(step.actions) == [("update_alias", "live", "3"), ("update_alias", "previous", "2")]

    def test_it_is_proven_first_and_only_as_it_was_read(self) -> None:
        (step,) = promote.changes(CANARY, NAMES)

        wait, check, live, _ = step.actions
        assert wait == Wait("published_version_active", {"FunctionName": "meditations-dev", "Qualifier": "3"})
        assert check == CheckVersion("3")
        assert isinstance(live, Call)
        assert live.params["RevisionId"] == "r1"
        assert live.params["RoutingConfig"] == {"AdditionalVersionWeights": {}}
        assert live.params["Description"] == "version 3, promoted after 2"

    def test_without_smoke_it_is_not_invoked(self) -> None:
        (step,) = promote.changes(CANARY, NAMES, smoke=False)

        assert CheckVersion("3") not in step.actions

    def test_taking_it_back_starts_the_canary_again(self) -> None:
        (step,) = promote.changes(CANARY, NAMES)

        live, previous = step.undo
        assert live.params == {
            "FunctionName": "meditations-dev",
            "Name": "live",
            "FunctionVersion": "2",
            "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}},
            "Description": "version 2, deployed after 1",
        }
        assert previous.params == {"FunctionName": "meditations-dev", "Name": "previous", "FunctionVersion": "1"}

    @pytest.mark.parametrize(
        "state", [None, make_state(), make_state(live="3", previous="2")], ids=["nothing", "not live", "no canary"]
    )
    def test_without_a_canary_it_says_how_to_start_one(self, state: FunctionState | None) -> None:
        with pytest.raises(
            DeployError, match="meditations-dev has no canary to promote; `portable aws deploy --canary 10 "
        ):
            promote.changes(state, NAMES)
