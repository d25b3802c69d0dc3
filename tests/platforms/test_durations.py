"""Durations are read as Go reads them: by the table of its documentation, and by Go itself where it is installed.

https://pkg.go.dev/time#ParseDuration
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.durations import parse_duration_s

NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
NUMBERS = st.from_regex(r"[0-9]{1,4}(\.[0-9]{0,6})?|\.[0-9]{1,6}", fullmatch=True)
# the nanoseconds that the documentation's rules give; None is Go's error
GO: dict[str, int | None] = {
    "0": 0,
    "+0": 0,
    "-0": 0,
    "0s": 0,
    "-0s": 0,
    "30s": 30 * 10**9,
    "500ms": 500 * 10**6,
    "1m30s": 90 * 10**9,
    "1h": 3600 * 10**9,
    "1h15m30.918s": 4_530_918 * 10**6,
    "1h2m3s4ms": 3_723_004 * 10**6,
    "300ms": 300 * 10**6,
    "-1.5h": -5400 * 10**9,
    "2h45m": 9900 * 10**9,
    "+5s": 5 * 10**9,
    "-5s": -5 * 10**9,
    "1.5s": 1500 * 10**6,
    ".5s": 500 * 10**6,
    "-.5s": -500 * 10**6,
    "2.s": 2 * 10**9,
    "1.s": 10**9,
    "1.0s": 10**9,
    "1.004s": 1004 * 10**6,
    "10ns": 10,
    "100ns": 100,
    "250us": 250_000,
    "250\u00b5s": 250_000,
    "250\u03bcs": 250_000,
    "1\u00b5s": 1000,
    "1s1s": 2 * 10**9,
    "3s2h1ms": 7203 * 10**9 + 10**6,
    "52763797000ns": 52_763_797_000,
    "0.3333333333333333333h": 1200 * 10**9,
    "0.9ns": 0,
    "0.100000000000000000000h": 360 * 10**9,
    "9007199254.740993ms": 9_007_199_254_740_993,
    "9223372036854775807ns": 2**63 - 1,
    "-9223372036854775808ns": -(2**63),
    "9223372036854775808ns": None,
    "-9223372036854775809ns": None,
    "2562048h": None,
    "9" * 5000 + "s": None,
    "": None,
    "-": None,
    "+": None,
    "s": None,
    ".": None,
    ".s": None,
    "-.s": None,
    "+.s": None,
    "1x": None,
    "5d": None,
    "1.5": None,
    "-1.5": None,
    "0.25": None,
    "1.": None,
    ".5": None,
    "1 s": None,
    "1s ": None,
    " 1s": None,
    "1h\n": None,
    "s1": None,
    "1s2": None,
    "1,5s": None,
    "1..5s": None,
    "1.2.3s": None,
    "--1s": None,
    "+-1s": None,
    "1s-1s": None,
    "1e3": None,
    "1e3s": None,
    "1_0s": None,
    "1S": None,
    "1msm": None,
    "inf": None,
    "nan": None,
    "\u0663s": None,
    "\u0663": None,
    "\u00b5s": None,
}
PROGRAM = """\
package main

import (
	"encoding/json"
	"os"
	"time"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	results := make([]*int64, len(texts))
	for number, text := range texts {
		if duration, err := time.ParseDuration(text); err == nil {
			nanoseconds := duration.Nanoseconds()
			results[number] = &nanoseconds
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		panic(err)
	}
}
"""


def seconds_of(text: str) -> float | None:
    """Return what is read; None for an error."""
    try:
        return parse_duration_s(text)
    except ValueError:
        return None


def is_as_in_go(text: str, nanoseconds: int | None) -> bool:
    """Return whether Go's result is ours; it adds fractions as floats, which may be a nanosecond less."""
    seconds = seconds_of(text)
    if seconds is None or nanoseconds is None:
        return seconds is nanoseconds
    return seconds == pytest.approx(nanoseconds / 10**9, rel=1e-15, abs=1.01e-9)


def made_up(count: int) -> list[str]:
    """Return texts that are nearly durations, the same ones each time; no whole number, which Go does not read."""
    pick = random.Random(1).choice
    pieces = [*NANOSECONDS, *"0159.", "999999999", "1.5", "-", "+", " ", "d"]
    texts = ("".join(pick(pieces) for _ in range(1 + number % 6)) for number in range(count))
    return [text for text in texts if not re.fullmatch("[-+]?[0-9]+", text)]


def by_go(go: str, folder: Path, texts: list[str]) -> list[int | None]:
    """Return what Go makes of each text."""
    (folder / "main.go").write_text(PROGRAM)
    ran = subprocess.run(
        [go, "run", "main.go"],
        cwd=folder,
        env={**os.environ, "GO111MODULE": "off", "GOTOOLCHAIN": "local"},
        input=json.dumps(texts),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    results: list[int | None] = json.loads(ran.stdout)
    return results


@pytest.mark.parametrize(("text", "nanoseconds"), GO.items(), ids=[ascii(text[:30]) for text in GO])
def test_duration_is_read_as_go_reads_it(text: str, nanoseconds: int | None) -> None:
    assert is_as_in_go(text, nanoseconds)


@pytest.mark.parametrize(("text", "seconds"), [("30", 30.0), ("+30", 30.0), ("-1", -1.0), ("007", 7.0)])
def test_whole_number_is_of_seconds(text: str, seconds: float) -> None:
    """https://github.com/openfaas/of-watchdog#configuration."""
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["\u00b2", "1\n", " 1", "9223372037", "9" * 5000])
def test_number_that_is_not_one_or_too_large_is_refused(text: str) -> None:
    assert seconds_of(text) is None


@given(
    sign=st.sampled_from(["", "+", "-"]),
    parts=st.lists(st.tuples(NUMBERS, st.sampled_from([*NANOSECONDS])), min_size=1, max_size=4),
)
def test_parts_add_up(sign: str, parts: list[tuple[str, str]]) -> None:
    total = sum(int(Fraction(number) * NANOSECONDS[unit]) for number, unit in parts)

    assert parse_duration_s(sign + "".join(map("".join, parts))) == (-total if sign == "-" else total) / 10**9


@given(st.text(alphabet="0123456789.hmsun\u00b5\u03bc+- ", max_size=12) | st.text(max_size=8))
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    seconds = seconds_of(text)

    assert seconds is None or abs(seconds) < 2**63 / 10**9 + 1


def test_go_itself_reads_the_same(tmp_path: Path) -> None:
    """Where there is no Go the table stands in for it."""
    go = shutil.which("go")
    texts = [*GO, *made_up(2000)] if go else [*GO]
    results = by_go(go, tmp_path, texts) if go else GO.values()

    assert [text for text, result in zip(texts, results, strict=True) if not is_as_in_go(text, result)] == []
