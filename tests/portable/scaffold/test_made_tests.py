"""The test that each kind of function is made with passes on every platform, as plain pytest runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from portable.emulators.registry import EMULATORS
from portable.scaffold.new import new
from portable.scaffold.templates import KINDS
from tests.runtimes.processes import REPOSITORY_DIR

TESTS = {"api": 3, "events": 2, "cron": 1}


def test_every_kind_s_tests_pass_on_every_platform(tmp_path: Path) -> None:
    for kind in KINDS:
        new(tmp_path, f"my-{kind}", kind, None, {})
    plugin = () if entry_points(group="pytest11", name="portable") else ("-p", "portable.testing.plugin")
    command = [sys.executable, "-m", "pytest", *plugin, "-q", "-p", "no:cacheprovider"]
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY_DIR), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert f"{sum(TESTS.values()) * len(EMULATORS)} passed" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == 0
