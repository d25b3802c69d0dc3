"""A pytest of a project of its own, with the plugin and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ..verbs.projects import write_stack

PLUGIN = "portable.testing.plugin"
HANDLER = """\
import os

import words


def handle(event, context):
    return {"said": words.join(os.environ["GREETING"], event.query.get("name", "you")), "by": context.platform}
"""
WORDS = """\
def join(*words):
    return " ".join(words)
"""
RunPytest = Callable[..., pytest.RunResult]


def write_project(folder: Path) -> None:
    """Write a project of one function into a folder."""
    write_stack(folder, "hello", fields="environment: {GREETING: hello}")
    write_function(folder / "hello")


def write_function(folder: Path, requirements: str = "") -> None:
    """Write the function into a folder."""
    folder.mkdir()
    (folder / "handler.py").write_text(HANDLER)
    (folder / "words.py").write_text(WORDS)
    (folder / "requirements.txt").write_text(requirements)


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunPytest:
    """Run pytest in the project of the test, in a process of its own, as a user does."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    write_project(pytester.path)
    return lambda *arguments: pytester.runpytest_subprocess(
        "-W", "error", "-p", PLUGIN, "-p", "no:cacheprovider", *arguments
    )
