"""The labels by which a function is scaled and probed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Refused
from gateway.policy import MAX_REPLICAS, Probe, ScalePolicy

SCALE = "com.openfaas.scale."
HEALTH = "com.openfaas.health.http."
READY = "com.openfaas.ready.http."
NAMES = [
    *(SCALE + name for name in ("min", "max", "zero", "zero-duration", "stop-duration")),
    *(
        kind + name
        for kind in (HEALTH, READY)
        for name in ("path", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold")
    ),
]
VALUES = st.sampled_from(["0", "1", "3", "20", "21", "true", "false", "5m", "1h", "/ready", "0.5", "", "-1"]) | st.text(
    max_size=6
)


def test_policy_of_no_labels_is_one_replica_that_never_rests() -> None:
    policy = ScalePolicy.from_labels({"other": "label"})

    assert (policy.minimum, policy.maximum, policy.to_zero) == (1, MAX_REPLICAS, False)
    assert policy.pause_after_s == 15 * 60


def test_policy_is_what_the_labels_say() -> None:
    labels = {"min": "2", "max": "4", "zero": "true", "zero-duration": "90s", "stop-duration": "2m"}

    assert ScalePolicy.from_labels({SCALE + name: value for name, value in labels.items()}) == ScalePolicy(
        2, 4, to_zero=True, pause_after_s=90, stop_after_s=120
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SCALE + "min", "0"),
        (SCALE + "min", "one"),
        (SCALE + "max", "21"),
        (SCALE + "max", "²"),
        (SCALE + "zero", "yes"),
        (SCALE + "zero-duration", "soon"),
    ],
)
def test_policy_of_a_value_that_cannot_be_used_is_refused_with_the_label(name: str, value: str) -> None:
    with pytest.raises(Refused, match=f"{name}: {value!r}".replace(".", r"\.")):
        ScalePolicy.from_labels({name: value})


def test_policy_with_its_least_above_its_most_is_refused() -> None:
    with pytest.raises(Refused, match="more than"):
        ScalePolicy.from_labels({SCALE + "min": "3", SCALE + "max": "2"})


def test_probes_of_no_labels_ask_for_health() -> None:
    assert Probe.from_labels({}, "ready") == Probe.from_labels({}, "health") == Probe("/_/health", 0, 2, 1, 3)


def test_ready_is_asked_by_the_path_of_health_unless_it_has_its_own() -> None:
    labels = {HEALTH + "path": "/alive"}

    assert Probe.from_labels(labels, "ready").path == "/alive"
    assert Probe.from_labels({**labels, READY + "path": "/go"}, "ready").path == "/go"
    assert Probe.from_labels({**labels, READY + "path": "/go"}, "health").path == "/alive"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("path", "health"),
        ("path", "/a b"),
        ("path", "/a\r\nx: y"),
        ("path", "/ä"),
        ("periodSeconds", "0"),
        ("timeoutSeconds", "2h"),
        ("initialDelaySeconds", "2h"),
        ("failureThreshold", "0"),
    ],
)
def test_probe_of_a_value_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(Refused, match=HEALTH + name):
        Probe.from_labels({HEALTH + name: value}, "health")


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_any_labels_are_a_policy_that_can_be_kept_or_refused(labels: dict[str, str]) -> None:
    try:
        policy = ScalePolicy.from_labels(labels)
        probes = [Probe.from_labels(labels, kind) for kind in ("ready", "health")]
    except Refused as error:
        str(error).encode()  # it can be sent
        return
    assert 1 <= policy.minimum <= policy.maximum <= MAX_REPLICAS
    assert min(policy.pause_after_s, policy.stop_after_s) >= 0
    for probe in probes:
        assert probe.path.startswith("/")
        assert min(probe.period_s, probe.timeout_s) > 0
