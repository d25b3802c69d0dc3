"""The calls that README shows, with the functions that it shows."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from portable.__main__ import main

from ..deploying.worlds import make_world, printed

README = Path(__file__).parents[3] / "README.md"


def run(*words: str) -> str:
    """Run the command; return what it prints."""
    world = make_world(environ=os.environ)
    assert main(words, world) == 0, printed(world)
    return printed(world)[0]


def shown(begins: str) -> str:
    """Return the one command line of README that begins so."""
    (line,) = re.findall(rf"`(portable {begins} .*?)`", README.read_text())
    return str(line).replace("\\|", "|")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make README's function, and one of events, in the current folder."""
    monkeypatch.chdir(tmp_path)
    run("new", "hello")
    run("new", "orders", "--kind", "events")


def test_call_is_answered_alike_on_every_platform() -> None:
    lines = run(*shlex.split(shown("call hello"))[1:]).splitlines()

    assert all(re.search(r' 200 +\{"sum": ?3\}', line) for line in lines[:-1]), lines
    assert lines[-1] == "9 of 9 platforms answer alike"


def test_event_is_delivered() -> None:
    event, call = (shlex.split(line)[1:] for line in shown("event sqs .*? call").split("|"))

    assert call[-2:] == ["-d", "-"]
    run(*call[:-1], run(*event))
