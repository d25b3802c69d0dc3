"""The stage of the REST API: which deployment it shows, its limits, and the ways back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portable.aws.apply import Unhealthy
from portable.aws.artifact import spec
from portable.aws.artifact.target import Target
from portable.aws.plan import Call, Fill
from portable.aws.resources import rest_stage
from portable.aws.resources.rest_api import Deployment, RestApi
from portable.deploying.errors import BadSettings

from ..door_account import DoorAccount, calls, with_canary
from ..strict import StrictAws
from ..targets import NAMES, SPEC, make_target


def with_title(text: str, **settings: Any) -> Target:
    """Return a target whose spec says this of itself."""
    return make_target(spec={**SPEC, "info": {**SPEC["info"], "description": text}}, **settings)


A, B, C = with_title("a"), with_title("b"), with_title("c")


def digest(target: Target) -> str:
    return spec.digest(spec.rendered(target.spec, target))


@pytest.fixture
def account() -> Iterator[DoorAccount]:
    with StrictAws() as world:
        yield DoorAccount(world.session())


def api(account: DoorAccount) -> RestApi:
    """Return the API with its stage."""
    found = account.read().rest
    assert found
    assert found.stage
    return found


def served(account: DoorAccount) -> str | None:
    """Return the digest of the spec that the stage shows."""
    shown = api(account).served
    return shown.digest if shown else None


class TestDeploying:
    def test_a_deployment_says_which_version_and_which_spec_it_has(self, account: DoorAccount) -> None:
        account.version = "7"
        account.deploy(A)

        (made,) = api(account).deployments

        assert (made.version, made.digest) == (7, digest(A))

    def test_its_version_is_known_only_while_the_plan_is_carried_out(self) -> None:
        deploy, *_ = calls(rest_stage.changes(None, A))

        assert deploy.params["description"] == Fill(f"version {{version}}; spec {digest(A)}")

    def test_limits_tracing_and_tags_are_set_from_the_first(self, account: DoorAccount) -> None:
        account.deploy(with_title("a", throttle_rate=2.5, throttle_burst=3, tracing=True))
        stage = api(account).stage

        assert stage
        limits = stage["methodSettings"]["*/*"]
        assert (limits["throttlingRateLimit"], limits["throttlingBurstLimit"]) == (2.5, 3)
        assert stage["tracingEnabled"] is True
        assert stage["tags"] == {"app": "meditations", "stage": "dev", "managed-by": "portable"}

    def test_another_spec_moves_the_stage_to_a_new_deployment(self, account: DoorAccount) -> None:
        account.deploy(A)
        account.deploy(B)

        assert served(account) == digest(B)
        assert account.steps(B) == []

    def test_a_stage_that_shows_what_was_deployed_by_hand_is_brought_back(self, account: DoorAccount) -> None:
        account.deploy(A)
        client = account.client("apigateway")
        client.create_deployment(restApiId=api(account).id, stageName="dev", description="mine")

        account.deploy(A)

        assert served(account) == digest(A)
        assert account.steps(A) == []

    @pytest.mark.parametrize(
        ("settings", "paths", "differences"),
        [
            (
                {"throttle_rate": 50.0},
                [("/*/*/throttling/rateLimit", "50")],
                [("requests per second", "10", "50")],
            ),
            (
                {"throttle_burst": 100},
                [("/*/*/throttling/burstLimit", "100")],
                [("requests at once", "20", "100")],
            ),
            ({"tracing": True}, [("/tracingEnabled", "true")], [("tracing", "false", "true")]),
        ],
    )
    def test_a_changed_setting_changes_just_that(
        self, account: DoorAccount, settings: dict[str, Any], paths: list[Any], differences: list[Any]
    ) -> None:
        account.deploy(A)
        target = with_title("a", **settings)

        (step,) = account.steps(target)

        (call,) = calls([step])
        assert call.operation == "update_stage"
        assert [(one["path"], one["value"]) for one in call.params["patchOperations"]] == paths
        assert [(one.name, one.before, one.after) for one in step.differences] == differences
        account.deploy(target)
        assert account.steps(target) == []


class TestInterrupted:
    def test_a_deployment_that_no_stage_shows_yet_is_left_for_pruning(self, account: DoorAccount) -> None:
        """Whose version it is labelled with is not known to be what is live when the next deploy comes."""
        account.deploy(A)
        account.do(deploy_only(account, B), {"version": "1"})
        assert served(account) == digest(A)

        account.deploy(B)

        assert served(account) == digest(B)
        assert account.steps(B) == []

    def test_a_version_made_after_a_rollback_gets_a_deployment_of_the_same_spec(self, account: DoorAccount) -> None:
        """Else a rollback to it would take that of the version that was left behind."""
        account.deploy(A)
        account.version = "2"
        account.deploy(B)
        account.do(rest_stage.rollback_steps(api(account), NAMES, "1"))
        account.version = "3"

        account.deploy(A)

        assert [one.version for one in api(account).deployments] == [1, 2, 3]
        assert rest_stage.rollback_steps(api(account), NAMES, "3") == []

    def test_an_older_one_of_the_same_spec_is_not(self, account: DoorAccount) -> None:
        """It would say that the spec belongs to the version of then, and a rollback would take another one."""
        account.deploy(A)
        account.version = "2"
        account.deploy(B)
        account.version = "3"
        account.deploy(A)

        assert [one.version for one in api(account).deployments] == [1, 2, 3]


def deploy_only(account: DoorAccount, target: Target) -> list[Any]:
    """Return the steps up to the new deployment, which the stage does not show."""
    steps = account.steps(target)
    *before, stage = steps
    actions = [one for one in stage.actions if isinstance(one, Call) and one.operation == "create_deployment"]
    return [*before, type(stage)(stage.sign, stage.kind, stage.name, actions=tuple(actions))]


class TestUndo:
    def test_a_url_that_does_not_answer_takes_the_stage_back(self, account: DoorAccount) -> None:
        account.deploy(A)
        before = api(account).stage
        account.checks.fails = True

        with pytest.raises(Unhealthy):
            account.deploy(with_title("b", throttle_rate=1.0, tracing=True))

        assert api(account).stage == before

    def test_the_next_deploy_makes_a_deployment_of_its_own(self, account: DoorAccount) -> None:
        account.deploy(A)
        account.checks.fails = True
        with pytest.raises(Unhealthy):
            account.deploy(B)
        account.checks.fails = False

        account.deploy(B)

        assert served(account) == digest(B)
        assert account.steps(B) == []


class TestCanary:
    def test_it_takes_no_changed_spec(self, account: DoorAccount) -> None:
        account.deploy(A)

        with pytest.raises(BadSettings, match=r"--canary 10: openapi\.json has changed too"):
            account.steps(with_canary(B, 10))

    def test_it_takes_the_spec_that_is_served(self, account: DoorAccount) -> None:
        account.deploy(A)

        assert account.steps(with_canary(A, 10)) == []

    def test_there_is_none_without_a_stage(self) -> None:
        with pytest.raises(BadSettings, match="--canary"):
            rest_stage.changes(None, with_canary(A, 10))


class TestRollback:
    def test_it_goes_to_the_spec_that_was_live_with_the_version_and_forward_again(self, account: DoorAccount) -> None:
        account.deploy(A)
        account.version = "2"
        account.deploy(B)

        account.do(rest_stage.rollback_steps(api(account), NAMES, "1"))
        assert served(account) == digest(A)

        account.do(rest_stage.rollback_steps(api(account), NAMES, "2"))
        assert served(account) == digest(B)

    def test_a_version_without_a_deployment_of_its_own_has_the_one_before(self, account: DoorAccount) -> None:
        account.deploy(A)
        account.version = "5"
        account.deploy(B)

        (step,) = rest_stage.rollback_steps(api(account), NAMES, "4")

        assert [(one.name, one.before, one.after) for one in step.differences] == [("spec", digest(B), digest(A))]
        (undo,) = step.undo
        assert undo.params["patchOperations"][0]["value"] == api(account).deployments[-1].id

    @pytest.mark.parametrize("version", ["1", "2", "9"])
    def test_nothing_is_done_where_the_spec_is_the_same(self, account: DoorAccount, version: str) -> None:
        account.deploy(A)

        assert rest_stage.rollback_steps(api(account), NAMES, version) == []


class TestPruning:
    def test_ten_are_kept_and_a_second_deploy_prunes_nothing(self, account: DoorAccount) -> None:
        targets = [with_title(f"spec {number}") for number in range(13)]
        for number, target in enumerate(targets, 1):
            account.version = str(number)
            account.deploy(target)
            assert account.steps(target) == []

        assert [one.version for one in api(account).deployments] == [*range(4, 14)]

    def test_what_is_shown_is_kept_however_old_it_is(self, account: DoorAccount) -> None:
        for number in range(1, 11):
            account.version = str(number)
            account.deploy(with_title(f"spec {number}"))
        account.do(rest_stage.rollback_steps(api(account), NAMES, "1"))
        account.version = "11"
        newest = with_title("spec 11")
        account.deploy(newest)

        assert [one.version for one in api(account).deployments] == [1, *range(3, 12)]
        assert account.steps(newest) == []

    def test_what_was_made_by_hand_is_never_deleted(self) -> None:
        by_hand = tuple(Deployment(f"h{number}") for number in range(20))
        shown = Deployment("d", 1, digest(A))
        found = RestApi("x", {}, {"deploymentId": "d"}, (*by_hand, shown))

        assert rest_stage.prune(found, A) == []
        assert rest_stage.prune(RestApi("x", {}), A) == []
