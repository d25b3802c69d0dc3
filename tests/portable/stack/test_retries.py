"""Annotations, and the waits that they make."""

from __future__ import annotations

from random import Random

import pytest

from portable.stack.errors import Refused
from portable.stack.retries import RetryPolicy, retry_after_s

PREFIX = "com.openfaas.retry."
ANNOTATIONS = {
    f"{PREFIX}attempts": "5",
    f"{PREFIX}codes": "429, 503",
    f"{PREFIX}min_wait": "500ms",
    f"{PREFIX}max_wait": "1m",
    "com.openfaas.async.concurrency": "2",
}


def test_no_annotation_is_the_defaults_of_openfaas() -> None:
    assert RetryPolicy.from_annotations({"topic": "x"}) == RetryPolicy(
        10, frozenset((429, 502, 500, 504, 408)), 10.0, 120.0, None
    )


def test_annotations_are_read() -> None:
    policy = RetryPolicy(5, frozenset((429, 503)), 0.5, 60.0, 2)

    assert RetryPolicy.from_annotations(ANNOTATIONS) == RetryPolicy.for_calls(ANNOTATIONS, "fn") == policy


def test_no_attempts_are_one_and_no_codes_are_none() -> None:
    policy = RetryPolicy.from_annotations({f"{PREFIX}attempts": "0", f"{PREFIX}codes": ""})

    assert (policy.attempts, policy.codes) == (1, frozenset())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (f"{PREFIX}attempts", "-1"),
        (f"{PREFIX}attempts", "many"),
        (f"{PREFIX}attempts", "1001"),
        (f"{PREFIX}codes", "429;503"),
        (f"{PREFIX}codes", "99"),
        (f"{PREFIX}min_wait", "soon"),
        (f"{PREFIX}max_wait", "25h"),
        ("com.openfaas.async.concurrency", "0"),
    ],
)
def test_bad_value_is_refused_at_deploy_and_the_default_for_who_is_there_already(
    name: str, written: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Refused, match=f"annotation {name}: .*{written}"):
        RetryPolicy.from_annotations({name: written})

    assert RetryPolicy.for_calls({name: written}, "fn.openfaas-fn") == RetryPolicy()
    assert f"fn.openfaas-fn: annotation {name}" in caplog.text


def test_least_wait_over_the_most_is_refused() -> None:
    annotations = {f"{PREFIX}min_wait": "5m"}
    with pytest.raises(Refused, match=r"min_wait is 300 s, more than .*max_wait: 120 s"):
        RetryPolicy.from_annotations(annotations)

    assert RetryPolicy.for_calls(annotations, "fn").max_wait_s == 300.0


class TestWaits:
    policy = RetryPolicy(attempts=10, min_wait_s=10.0, max_wait_s=120.0)

    def test_exponential_doubles_up_to_the_most(self) -> None:
        waits = [self.policy.wait_s(tries, "exponential", Random()) for tries in range(1, 7)]

        assert waits == [10.0, 20.0, 40.0, 80.0, 120.0, 120.0]
        assert self.policy.wait_s(999, "exponential", Random()) == 120.0

    @pytest.mark.parametrize(("backoff", "least_s"), [("full", 10.0), ("equal", 40.0)])
    def test_jitter_spreads_a_wait_and_keeps_the_least(self, backoff: str, least_s: float) -> None:
        random = Random(1)
        waits = [self.policy.wait_s(4, backoff, random) for _ in range(500)]

        assert least_s <= min(waits) < least_s + 5
        assert 75 < max(waits) <= 80
        assert {self.policy.wait_s(1, backoff, random) for _ in range(10)} == {10.0}

    @pytest.mark.parametrize(("asked_s", "wait_s"), [(3.0, 10.0), (300.0, 300.0), (1e9, 3600.0)])
    def test_what_the_reply_asks_for_is_taken_from_the_least_to_an_hour(self, asked_s: float, wait_s: float) -> None:
        assert self.policy.wait_s(1, "full", Random(), asked_s) == wait_s


@pytest.mark.parametrize(
    ("status", "written", "seconds"),
    [
        (429, b"30", 30.0),
        (503, b" 0 ", 0.0),
        (429, b"Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        (429, b"Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        (429, b"99999999999999999999", 999999999.0),
        (500, b"30", None),
        (429, b"", None),
        (429, b"-1", None),
        (429, b"soon", None),
        (429, b"\xff", None),
        (429, b"Fri, 99 Jan 2027 08:01:00 GMT", None),
    ],
)
def test_retry_after(status: int, written: bytes, seconds: float | None) -> None:
    assert retry_after_s(status, {b"retry-after": written}, 1_800_000_000.0) == seconds
