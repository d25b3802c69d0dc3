"""What a version's description says, and reading it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portable.aws.artifact.descriptions import code_digest_of, commit_of, release_description

from ..targets import PACKAGE


@pytest.mark.parametrize("commit", ["abc1234", "abc1234+", ""])
def test_commit_and_digest_are_read_back(commit: str) -> None:
    description = release_description(replace(PACKAGE, commit=commit))

    assert code_digest_of(description) == PACKAGE.digest
    assert commit_of(description) == (commit or None)


def test_it_is_short_enough_for_lambda() -> None:
    assert release_description(PACKAGE) == f"commit abc1234; code {PACKAGE.digest}"
    assert len(release_description(PACKAGE)) <= 256


@pytest.mark.parametrize(
    "description", ["", "by hand", "code 12ab", f"code {PACKAGE.digest} and more", "code " + 64 * "x"]
)
def test_what_somebody_else_wrote_says_nothing(description: str) -> None:
    assert code_digest_of(description) is None
    assert commit_of(description) is None
