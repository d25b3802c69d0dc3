"""What plans show of an address."""

from __future__ import annotations

import pytest

from portable.aws.emails import is_same, masked


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ann@example.org", "a***@example.org"),
        ("a@example.org", "a***@example.org"),
        ("a@b@example.org", "a***@example.org"),
        ("no address", "***"),
    ],
)
def test_masked_shows_the_first_letter_and_the_domain(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_case_makes_no_other_address() -> None:
    assert is_same("Ann@Example.org", "ann@example.org")
    assert not is_same("ann@example.org", "bob@example.org")
