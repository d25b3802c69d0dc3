"""No request takes many more opcodes than the kept figures say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from . import function, gateway
from .counting import ROOT
from .figures import complaint, kept


@pytest.fixture(scope="module")
def measured() -> dict[str, int]:
    """Return the figures as they are now: from a process of their own, for coverage traces this one."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.opcodes"], cwd=ROOT, env={}, capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    figures: dict[str, int] = json.loads(ran.stdout)
    return figures


@pytest.mark.parametrize("case", [*function.CASES, *gateway.CASES])
def test_request_takes_no_more_opcodes_than_are_kept(case: str, measured: dict[str, int]) -> None:
    complaints = complaint(case, kept().get(case), measured[case])

    assert not complaints, complaints


def test_growth_of_more_than_a_tenth_is_said_with_what_to_do() -> None:
    assert complaint("GET", 1000, 1100) == ""
    assert complaint("GET", 1000, 900) == ""
    assert complaint("GET", 1000, 1101, "3.11") == (
        "GET took 1000 opcodes and takes 1101 (+10%); if that is on purpose, "
        "to keep what is measured now: python3.11 -m tests.opcodes --write"
    )


def test_python_without_figures_is_said_with_what_to_do() -> None:
    assert complaint("GET", None, 1000, "3.99") == (
        "no figure is kept for 'GET' on Python 3.99; to keep what is measured now: python3.99 -m tests.opcodes --write"
    )
