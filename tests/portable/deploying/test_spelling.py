"""A command is printed as it works."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from portable.__main__ import VERBS
from portable.deploying.spelling import given, program, spelled

ROOT = Path(__file__).parents[3]
FOUND = {"portable": "/bin/portable", "python3": "/usr/bin/python3"}


@pytest.mark.parametrize(
    ("argument", "executable", "words"),
    [
        ("/bin/portable", "/usr/bin/python3", ["portable"]),
        ("/my project/.venv/bin/portable", "/my project/.venv/bin/python", ["/my project/.venv/bin/portable"]),
        (".venv/bin/portable", "/x/.venv/bin/python", [".venv/bin/portable"]),
        ("/x/portable/__main__.py", "/usr/bin/python3", ["python3", "-m", "portable"]),
        ("/x/portable/__main__.py", "/x/.venv/bin/python3", ["/x/.venv/bin/python3", "-m", "portable"]),
        ("/x/bin/pytest", "/usr/bin/python3", ["portable"]),
        ("-c", "/usr/bin/python3", ["portable"]),
    ],
)
def test_program_is_spelled_as_it_was_run(argument: str, executable: str, words: list[str]) -> None:
    assert program(argument, executable, FOUND.get) == words


def test_words_are_quoted_for_a_shell() -> None:
    assert spelled("aws", "deploy", "--stage=a b") == "portable aws deploy '--stage=a b'"


def test_given_has_what_the_user_gave_and_no_default() -> None:
    arguments = SimpleNamespace(function="a b", stack=Path("stack.yml"), config=None, front_door="url", json=True)

    assert given(arguments, "function", "stack", "config", "front_door") == ["--function=a b", "--front-door=url"]
    assert given(SimpleNamespace(stack=Path("x/stack.yml")), "stack") == ["--stack=x/stack.yml"]


def test_command_that_a_message_names_is_one_and_spelled_as_it_was_run() -> None:
    sources = {path: path.read_text() for path in ROOT.glob("p[lo]*/**/*.py")}
    assert len(sources) > 300

    for path, text in sources.items():
        assert not re.findall(r"python3? -m portable(?![.\w])|make (?:gateway|serve|debug|up|down)", text), path
        assert set(re.findall(r"`portable ([a-z]+)", text)) <= set(VERBS), path
