"""`portable new`: what it says, and that every command it names is one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from portable.__main__ import VERBS, main

from ..deploying.worlds import make_world, printed

SOURCE = "git+https://example.org/me/portable@v1"


def new(*arguments: str) -> str:
    """Run the verb in the current folder; return what it prints."""
    world = make_world()
    assert main(["new", *arguments], world) == 0
    out, err = printed(world)
    assert err == ""
    return out


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_lists_what_it_made_and_the_next_commands(root: Path) -> None:
    said = new("hello", "--source", SOURCE)
    made = re.findall("^made (.*)$", said, re.MULTILINE)

    assert {root / path for path in made} == {path for path in root.rglob("*") if path.is_file()}
    assert said.endswith("next:\n  portable test hello\n  portable dev\n  curl http://127.0.0.1:8080/function/hello\n")


def test_function_of_events_is_called_with_one() -> None:
    """Its handler refuses a plain request."""
    said = new("orders", "--kind", "events", "--source", SOURCE)
    first, second = said.splitlines()[-1].split(" | ")
    events, calls = make_world(), make_world(environ=os.environ)

    assert main(first.split()[1:], events) == 0
    assert second.endswith(" -d -")
    assert main([*second.split()[1:-1], printed(events)[0]], calls) == 0, printed(calls)


def test_second_function_is_told_to_be_in_the_stack_file() -> None:
    new("hello", "--source", SOURCE)

    assert "added tick to stack.yml\n" in new("tick", "--kind", "cron")


def test_file_that_is_kept_is_named(root: Path) -> None:
    (root / "README.md").write_text("mine")

    assert "kept README.md: it was there, see that it fits\n" in new("hello", "--source", SOURCE)


def test_source_that_no_other_machine_can_reach_is_told() -> None:
    """The tests run from a folder."""
    assert "set the repository variable PORTABLE_SOURCE" in new("hello")


def test_every_verb_that_a_made_file_names_is_one(root: Path) -> None:
    new("hello", "--source", SOURCE)
    texts = [path.read_text() for path in root.rglob("*") if path.is_file()]
    named = {
        verb for text in texts for verb in re.findall(r"^(?:- run: |\s*- run: )?portable (\w+)", text, re.MULTILINE)
    }

    assert named
    assert named <= set(VERBS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Hello",), "not every platform takes: it takes 2 to 44 of a-z"),
        (("hello", "--source", ""), "--source is ''; it takes what pip installs on any machine"),
        (("hello", "--source", "."), "--source is '.'; it takes what pip installs on any machine"),
        (("hello", "--kind", "queue"), "'queue' is not one of 'api', 'events', 'cron'"),
        ((), "NAME"),
    ],
)
def test_mistake_is_one_line_and_nothing_is_made(root: Path, arguments: tuple[str, ...], said: str) -> None:
    world = make_world()

    assert main(["new", *arguments], world) == 2
    assert said in printed(world)[1].splitlines()[-1]
    assert not list(root.iterdir())


def test_source_in_a_project_is_refused() -> None:
    new("hello")
    world = make_world()

    assert main(["new", "second", "--source", SOURCE], world) == 2
    assert "--source is for a new project, and stack.yml is here" in printed(world)[1]
