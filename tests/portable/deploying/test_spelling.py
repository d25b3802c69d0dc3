"""A command is printed as it works."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from portable.deploying.spelling import program, spelled

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


def test_no_message_names_a_command_by_another_spelling() -> None:
    """What is printed comes from `spelled`: there may be no bare `python`, and no Makefile."""
    other = re.compile(r"python3? -m portable(?!\.)|\bmake (?:serve|gateway|up|down|run|openwhisk|aws)\b")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for folder in ("platforms", "portable")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and other.search(node.value)
    ]

    assert found == []
