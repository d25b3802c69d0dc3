"""Every point of failure, one at a time: the next deploy finishes, and live traffic never meets a broken version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..leftovers import leftovers
from ..project import Project, make_project
from ..strict import Killed, StrictAws

pytestmark = pytest.mark.slow
SETTINGS = 'alarm_email = "a@example.org"\nbudget_usd = 5\napi_key = false\n'
SECOND = "the second of machines abides"


def first(project: Project) -> None:
    """Leave the account as it is: empty."""


def update(project: Project) -> None:
    """Deploy, then change source, spec, configuration and alarms."""
    assert project.deploy().code == 0
    project.replace("function/handler.py", "def handle(", f'MEDITATIONS = ["{SECOND}"]\n\n\ndef handle(')
    project.replace("function/openapi.json", "Answers every POST", "Answers each POST")
    project.settings(SETTINGS.replace("a@", "b@").replace("5", "6") + "memory_mb = 256\nthrottle_rate = 50.0\n")


def other_door(project: Project) -> None:
    """Deploy, then want another front door."""
    assert project.deploy().code == 0
    project.settings(SETTINGS + 'front_door = "http"\n')


def back_to_rest(project: Project) -> None:
    """Deploy with a Function URL, then want an API with a key."""
    project.settings('front_door = "url"\n')
    assert project.deploy().code == 0
    project.settings("api_key = true\nquota_per_day = 10\n")


SCENARIOS: dict[str, Callable[[Project], None]] = {
    "first": first,
    "update": update,
    "other-door": other_door,
    "back-to-rest": back_to_rest,
}


@contextmanager
def account(folder: Path) -> Iterator[tuple[StrictAws, Project]]:
    """Yield a new account with a new project."""
    folder.mkdir()
    with StrictAws() as world:
        project = make_project(folder, lambda _: world.session(), world.fetch)
        project.settings(SETTINGS)
        yield world, project


def undisturbed(scenario: str, folder: Path) -> tuple[int, list[str]]:
    """Return how many changing calls the scenario's deploy makes if nothing goes wrong, and what there is after it."""
    with account(folder) as (world, project):
        SCENARIOS[scenario](project)
        since = len(world.mutating_calls)
        assert project.deploy().code == 0
        return len(world.mutating_calls) - since, leftovers(world)


def assert_finished(world: StrictAws, project: Project, there: list[str]) -> None:
    """Fail unless the next deploy does the rest, and leaves what an undisturbed one leaves."""
    finished = project.deploy()
    assert finished.code == 0, finished.err
    assert project.run("plan", "--exit-code").code == 0
    assert world.fetch("POST", project.run("url").out.strip(), {})[0] in (200, 403)
    assert leftovers(world) == there


def assert_still_serving(world: StrictAws, url: str | None) -> None:
    """Fail if what was served before is broken now."""
    if url:
        assert world.fetch("POST", url, {})[0] == 200


def url_of(project: Project) -> str | None:
    """Return the URL, if there is one yet."""
    outcome = project.run("url")
    return outcome.out.strip() if outcome.code == 0 else None


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_between_any_two_calls(tmp_path: Path, scenario: str) -> None:
    calls, there = undisturbed(scenario, tmp_path / "0")
    assert calls > 5
    for number in range(1, calls + 1):
        with account(tmp_path / str(number)) as (world, project):
            SCENARIOS[scenario](project)
            url = url_of(project)
            world.kill_before(number)
            with pytest.raises(Killed):
                project.deploy()
            if scenario == "update":
                assert_still_serving(world, url)
            assert_finished(world, project, there)


@pytest.mark.parametrize("scenario", ["first", "update"])
def test_killed_after_each_call_again_and_again(tmp_path: Path, scenario: str) -> None:
    calls, there = undisturbed(scenario, tmp_path / "0")
    with account(tmp_path / "1") as (world, project):
        SCENARIOS[scenario](project)
        url = url_of(project)
        for _ in range(2 * calls):
            world.kill_after(1)
            try:
                project.deploy()
            except Killed:
                assert_still_serving(world, url)
            else:
                break
        world.calm()
        assert_finished(world, project, there)


@pytest.mark.parametrize(
    ("code", "status", "exits"),
    [("AccessDeniedException", 403, {1}), ("ThrottlingException", 400, {0}), ("ServiceException", 500, {0, 1})],
)
@pytest.mark.parametrize("scenario", ["first", "update"])
def test_any_call_refused_once(tmp_path: Path, scenario: str, code: str, status: int, exits: set[int]) -> None:
    calls, there = undisturbed(scenario, tmp_path / "0")
    refused = 0
    for number in range(1, calls + 1):
        with account(tmp_path / str(number)) as (world, project):
            SCENARIOS[scenario](project)
            url = url_of(project)
            world.fail_call(number, code, "not now", status=status)

            outcome = project.deploy()

            assert outcome.code in exits, (number, outcome.err)
            assert "Traceback" not in outcome.err
            if outcome.code:
                refused += 1
                assert ("is missing; `policy --deployer`" in outcome.err) == (code == "AccessDeniedException")
                assert_still_serving(world, url)
                assert_finished(world, project, there)
    assert refused == (calls if exits == {1} else refused)


def test_destroy_killed_between_any_two_calls(tmp_path: Path) -> None:
    number = 0
    while True:
        number += 1
        with account(tmp_path / str(number)) as (world, project):
            project.deploy()
            world.kill_before(number)
            try:
                project.run("destroy", "--yes", "--delete-logs")
            except Killed:
                assert project.run("destroy", "--yes", "--delete-logs").code == 0
                assert leftovers(world) == []
            else:
                break
    assert number > 5
