"""The tables of what each platform can do: what the documents say is what runs."""

from pathlib import Path

import pytest

from tests import capabilities
from tests.event_kinds import EVENT_KINDS


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    """Run everything that a cell stands for, on each platform's own runtime."""
    return capabilities.measure()


@pytest.mark.parametrize("document", [capabilities.README, capabilities.PAGE], ids=lambda path: path.parent.name)
def test_table_says_what_was_measured(rows: list[list[str]], document: Path) -> None:
    text = document.read_text()

    written = capabilities.with_table(text, rows, is_short=document == capabilities.README)
    assert written == text, "run: python -m tests.capabilities"


def test_every_platform_is_measured(rows: list[list[str]]) -> None:
    assert {platform.name.partition("-")[0] for platform in capabilities.PLATFORMS} == set(EVENT_KINDS)
    assert len(rows) == 1 + len(capabilities.PLATFORMS)
