"""Two functions of one stack.yml in one account: each has its own name, folder and settings, and nothing in common."""

from __future__ import annotations

import json

import pytest

from ..leftovers import leftovers
from ..project import Project
from ..strict import StrictAws

OTHER = """\
  other:
    lang: portable
    handler: ./other
    image: local/other:latest
"""
HANDLER = """\
def handle(event, context):
    return {"name": context.function_name}
"""
ALARMS = 'alarm_email = "a@example.org"\nbudget_usd = 5\nbilling_alarm_usd = 5\n'


@pytest.fixture
def both(project: Project) -> Project:
    """Return the project with a second function, which has settings of its own."""
    (project.folder / "other").mkdir()
    (project.folder / "other" / "handler.py").write_text(HANDLER)
    with (project.folder / "stack.yml").open("a") as stack:
        stack.write(OTHER)
    project.settings(f'{ALARMS}[functions.other]\nmemory_mb = 512\nsmoke = "GET /"\n')
    return project


def memory_of(world: StrictAws, name: str) -> int:
    client = world.session().client("lambda", region_name="eu-west-1")
    memory_mb: int = client.get_function_configuration(FunctionName=name)["MemorySize"]
    return memory_mb


def test_each_is_deployed_with_its_own_settings(world: StrictAws, both: Project) -> None:
    assert both.deploy().code == 0
    outcome = both.deploy("--function", "other")

    assert outcome.code == 0, outcome.err
    url = both.run("url", "--function", "other").out.strip()
    assert json.loads(world.fetch("GET", url, {})[2]) == {"name": "other-dev"}
    assert (memory_of(world, "meditations-dev"), memory_of(world, "other-dev")) == (128, 512)
    for name in ("meditations", "other"):
        assert both.run("plan", "--exit-code", "--function", name).code == 0


def test_one_that_goes_takes_nothing_of_the_other(world: StrictAws, both: Project) -> None:
    both.deploy()
    before = leftovers(world)
    both.deploy("--function", "other")

    gone = both.run("destroy", "--yes", "--delete-logs", "--function", "other")

    assert gone.code == 0, gone.err
    assert leftovers(world) == before
    assert world.fetch("POST", both.run("url").out.strip(), {})[0] == 200


def test_a_table_of_a_function_that_is_not_there_is_refused(both: Project) -> None:
    both.settings("[functions.ohter]\nmemory_mb = 512\n")

    outcome = both.run("plan")

    assert outcome.code == 2
    assert "[functions.ohter]: the stack file has no function 'ohter'" in outcome.err
    assert "did you mean 'other'?" in outcome.err
