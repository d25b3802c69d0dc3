"""A checkout with functions of the user's own, with requirements that the suite has not: it passes there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HANDLER = 'import a_requirement_of_the_users\n\n\ndef handle(event, context):\n    return "hi"\n'
STACK = """\
version: 1.0
provider:
  name: openfaas
functions:
  mine:
    lang: portable
    handler: ./function
    image: local/mine:latest
  second:
    lang: portable
    handler: ./second
    image: local/second:latest
"""

NAMES = re.compile(r"tests\.sample|\bROOT\b|\bREPOSITORY_DIR\b")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the files that git knows, with other functions, and another stack.yml and deploy.toml."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of git, which knows the project's files")
    folder = tmp_path_factory.mktemp("checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if os.path.lexists(ROOT / name) and not name.startswith("function/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name, follow_symlinks=False)
    (folder / "stack.yml").write_text(STACK)
    (folder / "deploy.toml").write_text("[defaults]\n")
    for name in ("function", "second"):
        (folder / name).mkdir()
        (folder / name / "handler.py").write_text(HANDLER)
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=folder, check=True)
    return folder


def run_pytest(checkout: Path, *arguments: str) -> None:
    """Run the quick tests there; they must pass."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not runtime"]
    ran = subprocess.run([*command, *arguments], cwd=checkout, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-10_000:] + ran.stderr


def test_every_test_is_collected(checkout: Path) -> None:
    run_pytest(checkout, "--collect-only")


def test_tests_that_name_the_sample_pass(checkout: Path) -> None:
    """As do those that work in the repository: they would notice first."""
    files = [path for path in (checkout / "tests").rglob("test_*.py") if NAMES.search(path.read_text())]

    assert files
    run_pytest(checkout, "-n", "2", "--dist", "loadfile", *map(str, files))
