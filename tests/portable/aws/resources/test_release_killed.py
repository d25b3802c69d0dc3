"""Releases carried out on a strict model of Lambda: whole, and killed after each of their calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from portable.aws import promote, rollback
from portable.aws.apply import CheckFailed, Unhealthy, carry_out
from portable.aws.artifact.target import Target
from portable.aws.aws import Aws, AwsError
from portable.aws.plan import CheckUrl, Plan, Step
from portable.aws.resources import function_state, release
from portable.aws.resources.function_state import FunctionState

from ..lambda_model import Killed, LambdaModel
from ..settings.configurations import configuration_of
from ..stubs import REGION
from ..targets import NAMES, PACKAGE, make_target

MOST_CALLS = 12


class Checks:
    """What notes the versions that were checked; `broken` ones fail, and so does the URL if it is."""

    def __init__(self, model: LambdaModel, *, broken: str | None = None, url_is_broken: bool = False) -> None:
        self._model = model
        self._broken = broken
        self._url_is_broken = url_is_broken

    def version(self, version: str) -> None:
        """Check a version."""
        if version == self._broken:
            raise CheckFailed("broken")
        self._model.checked.add(version)

    def url(self, url: str, api_key_id: str | None) -> None:
        """Check the URL."""
        if self._url_is_broken:
            raise CheckFailed("no answer")


class Silent:
    """Show no progress."""

    def begin(self, step: Step) -> None:
        """Show nothing."""

    end = undo = begin


def aws_of(model: LambdaModel) -> Aws:
    return Aws(model, REGION, sleep=lambda seconds: None)


def read(model: LambdaModel) -> FunctionState:
    found = function_state.read(aws_of(model), NAMES)
    assert found is not None
    return found


def run(model: LambdaModel, steps: list[Step], checks: Checks | None = None) -> dict[str, str]:
    return carry_out(Plan(tuple(steps)), aws_of(model), checks or Checks(model), Silent())


def deploy_steps(model: LambdaModel, target: Target) -> list[Step]:
    """Return the plan of a deploy; what it does to `$LATEST` is done at once, and is no matter here."""
    latest = configuration_of(target)
    if latest != model.latest:
        model.latest = latest
    state = read(model)
    return [*release.changes(state, target), *release.prune(state, target)]


def deploy(model: LambdaModel, target: Target) -> None:
    run(model, deploy_steps(model, target))


def target_of(memory_mb: int, *, keep: int = 10, canary: int | None = None) -> Target:
    return make_target(memory_mb=memory_mb, keep_versions=keep, canary_percent=canary)


def model_after(*targets: Target) -> LambdaModel:
    model = LambdaModel({})
    for target in targets:
        deploy(model, target)
    return model


def do_rollback(model: LambdaModel) -> list[Step]:
    return list(rollback.changes(read(model), NAMES).steps)


def do_promote(model: LambdaModel) -> list[Step]:
    state = read(model)
    # killed after the canary had become live, there is nothing left to promote: the next deploy does the rest
    in_flight = state.live is not None and state.live.canary_version is not None
    return promote.changes(state, NAMES) if in_flight else deploy_steps(model, target_of(256))


ONE, TWO, THREE, FOUR = (target_of(memory_mb) for memory_mb in (128, 256, 384, 512))
TEN_PERCENT = target_of(256, canary=10)
COMMANDS: dict[str, tuple[tuple[Target, ...], Callable[[LambdaModel], list[Step]]]] = {
    "first": ((), lambda model: deploy_steps(model, ONE)),
    "second": ((ONE,), lambda model: deploy_steps(model, TWO)),
    "third": ((ONE, TWO), lambda model: deploy_steps(model, THREE)),
    "pruning": ((ONE, TWO, THREE), lambda model: deploy_steps(model, target_of(512, keep=1))),
    "canary": ((ONE,), lambda model: deploy_steps(model, TEN_PERCENT)),
    "more canary": ((ONE, TEN_PERCENT), lambda model: deploy_steps(model, target_of(256, canary=50))),
    "another canary": ((ONE, TEN_PERCENT), lambda model: deploy_steps(model, target_of(384, canary=50))),
    "over a canary": ((ONE, TEN_PERCENT), lambda model: deploy_steps(model, TWO)),
    "other over a canary": ((ONE, TEN_PERCENT), lambda model: deploy_steps(model, THREE)),
    "end of a canary": ((ONE, TEN_PERCENT), lambda model: deploy_steps(model, ONE)),
    "promote": ((ONE, TEN_PERCENT), do_promote),
    "rollback": ((ONE, TWO, THREE), do_rollback),
    "rollback of a canary": ((ONE, TEN_PERCENT), do_rollback),
}


class TestKilled:
    """The process ends after any number of the calls; the same command again does the rest."""

    @pytest.mark.parametrize("name", COMMANDS)
    def test_after_any_call_the_same_command_ends_where_it_would_have(self, name: str) -> None:
        before, command = COMMANDS[name]
        whole = model_after(*before)
        at_first = len(whole.calls)
        run(whole, command(whole))
        calls = len(whole.calls) - at_first
        for count in range(calls):
            model = model_after(*before)
            steps = command(model)
            model.calls_until_kill = count
            with pytest.raises(Killed):
                run(model, steps)
            model.calls_until_kill = None
            run(model, command(model))

            assert model.pointing() == whole.pointing()
            assert list(model.versions) == list(whole.versions)
        assert 0 < calls < MOST_CALLS

    @pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith(("rollback", "promote"))])
    def test_a_deploy_twice_changes_nothing_more(self, name: str) -> None:
        before, command = COMMANDS[name]
        model = model_after(*before)
        run(model, command(model))

        assert command(model) == []

    @pytest.mark.parametrize("name", ["second", "third", "over a canary", "promote"])
    def test_wherever_it_was_killed_a_rollback_goes_to_what_was_live(self, name: str) -> None:
        before, command = COMMANDS[name]
        was_live = model_after(*before).aliases["live"]["FunctionVersion"]
        for count in range(1, MOST_CALLS):
            model = model_after(*before)
            model.calls_until_kill = count
            try:
                run(model, command(model))
            except Killed:
                model.calls_until_kill = None
            else:
                break
            if model.aliases["live"]["FunctionVersion"] != was_live:
                run(model, do_rollback(model))

            assert model.aliases["live"]["FunctionVersion"] == was_live
        else:
            pytest.fail("it was killed after every call and never ended")


class TestUnhealthy:
    @pytest.mark.parametrize("before", [(ONE,), (ONE, TWO), (ONE, TEN_PERCENT)], ids=["one", "two", "canary"])
    @pytest.mark.parametrize("target", [FOUR, target_of(512, canary=20)], ids=["deploy", "canary"])
    def test_a_broken_version_gets_no_call(self, before: tuple[Target, ...], target: Target) -> None:
        model = model_after(*before)
        pointing = model.pointing()
        new = str(len(model.versions) + 1)

        with pytest.raises(Unhealthy):
            run(model, deploy_steps(model, target), Checks(model, broken=new))

        assert model.pointing() == pointing

    @pytest.mark.parametrize("before", [(ONE,), (ONE, TWO), (ONE, TEN_PERCENT)], ids=["one", "two", "canary"])
    @pytest.mark.parametrize("target", [FOUR, TWO, target_of(512, canary=20)], ids=["deploy", "like", "canary"])
    def test_a_broken_url_puts_the_aliases_back(self, before: tuple[Target, ...], target: Target) -> None:
        model = model_after(*before)
        aliases = _lasting(model)
        steps = deploy_steps(model, target)

        with pytest.raises(Unhealthy):
            run(model, [*steps, check_of_url()], Checks(model, url_is_broken=True))

        assert _lasting(model) == aliases

    def test_the_next_deploy_takes_the_version_that_was_published(self) -> None:
        model = model_after(ONE)
        with pytest.raises(Unhealthy):
            run(model, [*deploy_steps(model, TWO), check_of_url()], Checks(model, url_is_broken=True))

        deploy(model, TWO)

        assert model.calls.count("publish_version") == 2
        assert model.pointing() == {"live": ("2", {}), "previous": ("1", {})}


class TestRollback:
    def test_twice_is_where_it_began(self) -> None:
        model = model_after(ONE, TWO)
        pointing = model.pointing()

        run(model, do_rollback(model))
        assert model.pointing() == {"live": ("1", {}), "previous": ("2", {})}
        run(model, do_rollback(model))

        assert model.pointing() == pointing

    def test_the_next_deploy_goes_on_from_there(self) -> None:
        model = model_after(ONE, TWO)
        run(model, do_rollback(model))

        deploy(model, THREE)

        assert model.pointing() == {"live": ("3", {}), "previous": ("1", {})}

    def test_what_was_rolled_back_from_can_be_deployed_again_without_publishing(self) -> None:
        model = model_after(ONE, TWO)
        run(model, do_rollback(model))

        deploy(model, TWO)

        assert model.pointing() == {"live": ("2", {}), "previous": ("1", {})}
        assert list(model.versions) == ["1", "2"]


class TestUnchanged:
    """Lambda answers with the newest version if it sees no change where we saw one."""

    def test_previous_stays_the_way_back(self) -> None:
        model = model_after(ONE, TWO)
        model.versions["2"]["Description"] = "somebody else's, who does not say what is in the zip"
        repacked = make_target(memory_mb=256, package=replace(PACKAGE, code_sha256="cmVwYWNrZWQ="))
        steps = release.changes(read(model), repacked)

        known = run(model, steps)

        assert [step.kind for step in steps] == ["version", "alias"]

        assert known["version"] == "2"
        assert model.pointing() == {"live": ("2", {}), "previous": ("1", {})}
        assert rollback.changes(read(model), NAMES).version == "1"


class TestMeanwhile:
    def test_somebody_elses_change_stops_it_with_what_to_do(self) -> None:
        model = model_after(ONE)
        steps = deploy_steps(model, TWO)
        aws_of(model).call("lambda", "update_alias", FunctionName=NAMES.base, Name="live", Description="mine")

        with pytest.raises(AwsError, match="Someone else changed it meanwhile; run the command again"):
            run(model, steps)
        deploy(model, TWO)

        assert model.pointing() == {"live": ("2", {}), "previous": ("1", {})}


def check_of_url() -> Step:
    return Step("?", "check", "url", actions=(CheckUrl("https://abc/"),))


def _lasting(model: LambdaModel) -> dict[str, Any]:
    """Return the aliases without their revisions, which change whenever they are set."""
    return {
        name: {key: value or {} for key, value in alias.items() if key not in ("RevisionId", "RoutingConfig")}
        | {"weights": model.pointing()[name][1]}
        for name, alias in model.aliases.items()
    }
