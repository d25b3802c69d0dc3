"""How values are written, and the small chart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portable.gateway.calls.invoke import Ran
from portable.gateway.calls.stored_exchange import Reply
from portable.gateway.history.models import Bucket
from portable.gateway.ui.chart import chart_of
from portable.gateway.ui.render import duration, moment, size
from portable.gateway.ui.replies import SHOWN_CHARACTERS, reply_of, shown


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(None, "-"), (0.0032, "3.2 ms"), (0.45, "450 ms"), (2.14, "2.1 s"), (119.0, "119.0 s"), (300.0, "5 min")],
)
def test_duration_is_short(seconds: float | None, written: str) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("number", "written"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**40, "1024.0 GiB")]
)
def test_size_is_short(number: int, written: str) -> None:
    assert size(number) == written


def test_moment_is_of_a_time_or_of_the_apis_text() -> None:
    assert moment(datetime(2026, 1, 31, 12, tzinfo=UTC)) == moment("2026-01-31T12:00:00.5Z") == "2026-01-31 12:00:00"
    assert moment(None) == "-"


def test_chart_has_a_bar_for_each_stretch_with_calls() -> None:
    chart = chart_of([Bucket(0, 0, 0), Bucket(10, 24, 1), Bucket(20, 6, 0)])

    assert chart.width == 12
    assert chart.calls == "M4 24v-24h3v24zM8 24v-6h3v6z"
    assert chart.errors == "M4 24v-1h3v1z"
    assert "30 calls, 1 errors, at most 24" in chart.label


def test_chart_of_nothing_is_empty() -> None:
    assert chart_of([]).calls == ""


def test_body_that_is_no_text_is_dumped() -> None:
    assert shown(b"\x89PNG\xff").text == "89504e47 ff".replace("89504e47 ff", b"\x89PNG\xff".hex(" ", 2))
    assert "5 bytes that are no text" in shown(b"\x89PNG\xff").note


def test_long_body_is_cut_and_says_so() -> None:
    body = shown(b"x" * (SHOWN_CHARACTERS + 1))

    assert len(body.text) == SHOWN_CHARACTERS
    assert body.note == f"the first {SHOWN_CHARACTERS} of {SHOWN_CHARACTERS + 1} characters"


def test_reply_too_large_to_keep_says_so() -> None:
    look = reply_of(Ran(Reply(200, b"X-Call-Id: one\r\n", None, 2**21), 0.1, "echo-1"))

    assert look.call_id == "one"
    assert "too many for a page" in look.body.note
