"""Every point of failure, one at a time: the next deploy finishes, and live traffic never meets a broken version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .aws import Killed, StrictAws
from .leftovers import leftovers
from .project import Project, make_project

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


def fresh(tmp_path: Path) -> Iterator[tuple[StrictAws, Project]]:
    """Yield new accounts, each with a new project, without end."""
    number = 0
    while True:
        number += 1
        with StrictAws() as world:
            folder = tmp_path / str(number)
            folder.mkdir()
            project = make_project(folder, lambda _, world=world: world.session(), world.fetch)  # type: ignore[misc]
            project.settings(SETTINGS)
            yield world, project


def count_of_calls(scenario: Callable[[Project], None], tmp_path: Path) -> int:
    """Return how many changing calls the scenario's deploy makes when nothing goes wrong."""
    world, project = next(fresh(tmp_path))
    scenario(project)
    since = len(world.mutating_calls)
    assert project.deploy().code == 0
    return len(world.mutating_calls) - since


def assert_finished(world: StrictAws, project: Project) -> None:
    """Fail unless the next deploy does the rest, there is nothing to do then, and destroy finds everything."""
    finished = project.deploy()
    assert finished.code == 0, finished.err
    assert project.run("plan", "--exit-code").code == 0
    url = project.run("url").out.strip()
    assert world.fetch("POST", url, {})[0] in (200, 403)
    gone = project.run("destroy", "--yes", "--delete-logs")
    assert gone.code == 0, gone.err
    assert leftovers(world) == []


def assert_still_serving(world: StrictAws, url: str | None) -> None:
    """Fail if what was served before is broken now."""
    if url:
        assert world.fetch("POST", url, {})[0] == 200


def url_of(project: Project) -> str | None:
    """Return the URL, if there is one yet."""
    outcome = project.run("url")
    return outcome.out.strip() if outcome.code == 0 else None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_any_call(tmp_path: Path, scenario: str, when: str) -> None:
    calls = count_of_calls(SCENARIOS[scenario], tmp_path)
    assert calls > 5
    worlds = fresh(tmp_path / "killed")
    (tmp_path / "killed").mkdir()
    for number in range(1, calls + 1):
        world, project = next(worlds)
        SCENARIOS[scenario](project)
        url = url_of(project)
        (world.kill_before if when == "before" else world.kill_after)(number)
        with pytest.raises(Killed):
            project.deploy()
        if scenario in ("first", "update"):
            assert_still_serving(world, url)
        assert_finished(world, project)


@pytest.mark.parametrize(
    ("code", "status", "exits"),
    [("AccessDeniedException", 403, {1}), ("ThrottlingException", 400, {0}), ("ServiceException", 500, {0, 1})],
)
@pytest.mark.parametrize("scenario", ["first", "update"])
def test_any_call_refused_once(tmp_path: Path, scenario: str, code: str, status: int, exits: set[int]) -> None:
    calls = count_of_calls(SCENARIOS[scenario], tmp_path)
    worlds = fresh(tmp_path / "refused")
    (tmp_path / "refused").mkdir()
    for number in range(1, calls + 1):
        world, project = next(worlds)
        SCENARIOS[scenario](project)
        url = url_of(project)
        world.fail_call(number, code, "not now", status=status)

        outcome = project.deploy()

        assert outcome.code in exits, (number, outcome.err)
        assert "Traceback" not in outcome.err
        if outcome.code:
            assert ("is missing; `policy --deployer`" in outcome.err) == (code == "AccessDeniedException")
        assert_still_serving(world, url)
        assert_finished(world, project)


def test_destroy_killed_at_any_call(tmp_path: Path) -> None:
    number = 0
    worlds = fresh(tmp_path)
    while True:
        number += 1
        world, project = next(worlds)
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
