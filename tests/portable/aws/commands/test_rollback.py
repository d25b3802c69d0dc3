"""Going back: what moves, what is said, and what is refused."""

from __future__ import annotations

import pytest

from portable.aws import rollback
from portable.aws.plan import CheckVersion
from portable.aws.resources.function_state import FunctionState
from portable.deploying.errors import BadSettings, DeployError

from ..function_states import aliases_set, make_state, said
from ..targets import NAMES

DEPLOYED = make_state(live="3", previous="2", description="version 3, deployed after 2")


class TestToPrevious:
    def test_live_and_previous_change_places(self) -> None:
        back = rollback.changes(DEPLOYED, NAMES)

        (step,) = back.steps
        assert back.version == "2"
        assert said(step) == {"version": ("3", "2"), "previous": ("2", "3")}
        assert aliases_set(step.actions) == [("update_alias", "live", "2"), ("update_alias", "previous", "3")]

    def test_the_version_is_proven_first(self) -> None:
        (step,) = rollback.changes(DEPLOYED, NAMES).steps

        assert step.actions[1] == CheckVersion("2")

    def test_without_smoke_it_is_not_invoked(self) -> None:
        (step,) = rollback.changes(DEPLOYED, NAMES, smoke=False).steps

        assert not [action for action in step.actions if isinstance(action, CheckVersion)]

    def test_it_says_that_twice_goes_forward_again(self) -> None:
        assert rollback.changes(DEPLOYED, NAMES).notes == ("a second rollback would go forward again, to version 3",)

    def test_it_is_never_taken_back(self) -> None:
        (step,) = rollback.changes(DEPLOYED, NAMES).steps

        assert step.undo == ()

    def test_previous_counts_where_nobody_wrote_down_what_was_live(self) -> None:
        state = make_state(live="3", previous="1", description="by hand")

        assert rollback.changes(state, NAMES).version == "1"

    @pytest.mark.parametrize(
        "description", ["version 1, deployed after 2", "version 3, deployed after 3", "version 3, deployed after 9"]
    )
    def test_a_record_of_another_version_or_of_a_deleted_one_does_not_count(self, description: str) -> None:
        assert rollback.changes(make_state(live="3", previous="1", description=description), NAMES).version == "1"


class TestInterrupted:
    def test_a_killed_deploy_goes_back_to_what_was_live_not_to_what_was_previous(self) -> None:
        state = make_state(live="3", previous="1", description="version 3, deployed after 2")

        back = rollback.changes(state, NAMES)

        assert back.version == "2"

    def test_a_killed_rollback_is_finished_and_does_not_go_forward_again(self) -> None:
        state = make_state(live="2", previous="2", description="version 2, rolled back from 3")

        back = rollback.changes(state, NAMES)

        (step,) = back.steps
        assert back.version == "2"
        assert aliases_set(step.actions) == [("update_alias", "previous", "3")]
        assert back.notes == (
            "a rollback was interrupted after version 2 had become live: this finishes it; "
            "the next one goes to version 3",
        )

    def test_the_first_rollback_killed_before_previous_was_made_makes_it(self) -> None:
        state = make_state(live="2", description="version 2, rolled back from 3")

        (step,) = rollback.changes(state, NAMES).steps

        assert aliases_set(step.actions) == [("create_alias", "previous", "3")]


class TestFromCanary:
    STATE = make_state(live="2", previous="1", canary=("3", 0.25), description="version 2, deployed after 1")

    def test_only_the_weight_goes(self) -> None:
        back = rollback.changes(self.STATE, NAMES)

        (step,) = back.steps
        assert said(step) == {"canary": ("25 % to version 3", None)}
        assert aliases_set(step.actions) == [("update_alias", "live", None)]
        assert back.notes == ("the canary, version 3, gets no more calls; version 2 stays live",)

    def test_a_number_goes_there_and_ends_the_canary(self) -> None:
        back = rollback.changes(self.STATE, NAMES, "1")

        (step,) = back.steps
        assert said(step) == {"version": ("2", "1"), "canary": ("25 % to version 3", None), "previous": ("1", "2")}


class TestToNumber:
    def test_any_version_can_be_gone_to(self) -> None:
        back = rollback.changes(DEPLOYED, NAMES, "1")

        (step,) = back.steps
        assert back.version == "1"
        assert aliases_set(step.actions) == [("update_alias", "live", "1"), ("update_alias", "previous", "3")]

    def test_what_is_live_is_nothing_to_do(self) -> None:
        back = rollback.changes(DEPLOYED, NAMES, "3")

        assert (back.steps, back.notes) == ((), ("version 3 is live already",))

    @pytest.mark.parametrize("to", ["9", "$LATEST", "live", "", "-1"])
    def test_a_version_that_does_not_exist_is_refused_with_those_that_do(self, to: str) -> None:
        with pytest.raises(BadSettings) as raised:
            rollback.changes(DEPLOYED, NAMES, to)

        assert str(raised.value) == f"--to {to}: meditations-dev has the versions 1, 2, 3; 3 is live"


class TestRefused:
    @pytest.mark.parametrize("state", [None, make_state()], ids=["nothing", "not live"])
    def test_nothing_live(self, state: FunctionState | None) -> None:
        with pytest.raises(
            DeployError, match="meditations-dev has no live version to go back from; `portable aws deploy "
        ):
            rollback.changes(state, NAMES)

    @pytest.mark.parametrize("previous", [None, "3", "9"])
    def test_no_way_back_names_the_versions_there_are(self, previous: str | None) -> None:
        with pytest.raises(DeployError, match=r"no version before 3 to go back to.* has the versions 1, 2, 3; 3 is"):
            rollback.changes(make_state(live="3", previous=previous), NAMES)
