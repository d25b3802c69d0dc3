"""Quantities of Kubernetes and durations of Go."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.stack.quantities import parse_duration_s, parse_quantity


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0", "0"),
        ("134217728", "134217728"),
        ("128Mi", "134217728"),
        ("64M", "64000000"),
        ("1Gi", "1073741824"),
        ("1Ki", "1024"),
        ("1k", "1000"),
        ("500m", "0.5"),
        ("100u", "0.0001"),
        ("250000000n", "0.25"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1.", "1"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("1e-3", "0.001"),
        ("1e+3", "1000"),
        ("2E", "2000000000000000000"),
        ("1Ei", "1152921504606846976"),
    ],
)
def test_quantity_is_read_as_kubernetes_reads_it(written: str, number: str) -> None:
    assert parse_quantity(written) == Decimal(number)


@pytest.mark.parametrize(
    "written", ["", "Mi", "128 Mi", "128mi", "128MB", "1ki", "1K", "-1", "1e", "1e1000", "٣", "1\n"]
)
def test_quantity_of_another_form_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        parse_quantity(written)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("15m", 900),
        ("1m30s", 90),
        ("500ms", 0.5),
        ("1.5h", 5400),
        ("30", 30),
        (".5s", 0.5),
        ("1.s", 1),
        ("10us", 1e-5),
        ("1\u00b5s", 1e-6),
        ("0", 0),
    ],
)
def test_duration_is_read_as_go_reads_it(written: str, seconds: float) -> None:
    assert parse_duration_s(written) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written",
    ["", "s", "5 m", "5d", "-5s", "1e3", "five", "5m ", "٣s", "1h\n", "1_0s", "inf", "nan", "0.25", "1.5", "-1"],
)
def test_duration_of_another_form_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_duration_s(written)


@given(st.text(alphabet="0123456789.eEkmMGiunhs+- ", max_size=12) | st.text(max_size=8))
def test_any_text_is_a_finite_number_from_0_or_a_value_error(written: str) -> None:
    for parse in (parse_quantity, parse_duration_s):
        try:
            number = parse(written)
        except ValueError:
            continue
        assert 0 <= number < Decimal(10) ** 130


@given(st.integers(0, 10**6), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_duration_adds_up_its_parts(hours: int, minutes: int, seconds: int, milliseconds: int) -> None:
    total = hours * 3600 + minutes * 60 + seconds + milliseconds / 1000

    assert parse_duration_s(f"{hours}h{minutes}m{seconds}s{milliseconds}ms") == pytest.approx(total)
