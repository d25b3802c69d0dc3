"""The tests in docs/testing.md pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import RunPytest

DOCUMENT = Path(__file__).parents[3] / "docs" / "testing.md"
BLOCK = re.compile(r"```python\n# (\S+)\n(.*?)```", re.DOTALL)


def test_tests_of_the_document_pass(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    for name, code in BLOCK.findall(DOCUMENT.read_text()):
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code)

    result = run_pytest("-rs")

    result.assert_outcomes(passed=9 + 1 + 4 + 7, skipped=5 + 2)


def test_expression_of_the_document_selects_tests_of_it() -> None:
    text = DOCUMENT.read_text()
    wanted = re.findall(r"-k (\w+)", text)

    assert wanted
    assert all(re.search(rf"def test_\w*{word}", text) for word in wanted)
