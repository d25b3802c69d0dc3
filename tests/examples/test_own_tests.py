"""Each example's own tests, as its user runs them: every one of them, on every platform."""

from __future__ import annotations

import subprocess
import sys

import pytest

from portable.emulators.registry import EMULATORS
from tests.runtimes.processes import REPOSITORY_DIR
from tests.tools import require

from .projects import GUESTBOOK, PROJECTS, Project

# the tool of this checkout, wherever it is started
_PORTABLE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from portable.__main__ import main; sys.exit(main())"


@pytest.mark.runtime
@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_an_example_passes_its_own_tests_on_every_platform(project: Project) -> None:
    if project is GUESTBOOK:
        require("postgres")
    command = [sys.executable, "-c", _PORTABLE, str(REPOSITORY_DIR), "test", "--", "--verbose"]
    ran = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed in " in ran.stdout
    assert "skipped" not in ran.stdout
    assert all(f"[{emulator}" in ran.stdout for emulator in EMULATORS)
