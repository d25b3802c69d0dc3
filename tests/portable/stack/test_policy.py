"""The labels by which a function is scaled, and the annotations by which it is probed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.stack.errors import Refused
from portable.stack.messages import FunctionDeployment, FunctionName
from portable.stack.scaling import MAX_REPLICAS, Probe, ScalePolicy, check_policies

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

TEXTS = st.dictionaries(st.sampled_from(NAMES), VALUES)


def probe(kind: str, *, annotations: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None) -> Probe:
    return Probe.of(deployment(annotations or {}, labels or {}), kind)


def deployment(annotations: Mapping[str, str], labels: Mapping[str, str]) -> FunctionDeployment:
    return FunctionDeployment(FunctionName("fn"), "me/fn:1", labels=labels, annotations=annotations)


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


def test_probes_of_no_annotations_ask_for_health() -> None:
    assert probe("ready") == probe("health") == Probe("/_/health", 0, 2, 1, 3)


def test_probe_is_what_the_annotations_say() -> None:
    said = {"path": "/alive", "initialDelaySeconds": "30", "periodSeconds": "5s", "timeoutSeconds": "1.5s"}
    annotations = {HEALTH + name: value for name, value in {**said, "failureThreshold": "4"}.items()}

    assert probe("health", annotations=annotations) == Probe("/alive", 30, 5, 1.5, 4)
    assert probe("ready", annotations=annotations) == Probe("/alive", 0, 2, 1, 3)


def test_probe_is_what_the_labels_say_where_there_is_no_annotation() -> None:
    labels = {HEALTH + "path": "/label", HEALTH + "periodSeconds": "7", HEALTH + "timeoutSeconds": "never"}
    annotations = {HEALTH + "path": "/annotation", HEALTH + "timeoutSeconds": "3"}

    assert probe("health", annotations=annotations, labels=labels) == Probe("/annotation", 0, 7, 3, 3)


def test_ready_is_asked_by_the_path_of_health_unless_it_has_its_own() -> None:
    health = {HEALTH + "path": "/alive"}
    both = {**health, READY + "path": "/go"}

    assert probe("ready", annotations=health).path == probe("ready", labels=health).path == "/alive"
    assert probe("ready", annotations=health, labels={READY + "path": "/go"}).path == "/go"
    assert probe("ready", annotations=both).path == "/go"
    assert probe("health", annotations=both).path == "/alive"


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
    with pytest.raises(Refused, match=f"^annotation {HEALTH}{name}: "):
        check_policies(deployment({HEALTH + name: value}, {}))
    with pytest.raises(Refused, match=f"^label {HEALTH}{name}: "):
        check_policies(deployment({}, {HEALTH + name: value}))


@given(labels=TEXTS, annotations=TEXTS)
def test_any_texts_are_policies_that_can_be_kept_or_refused(
    labels: dict[str, str], annotations: dict[str, str]
) -> None:
    try:
        policy = ScalePolicy.from_labels(labels)
        probes = [probe(kind, annotations=annotations, labels=labels) for kind in ("ready", "health")]
    except Refused as error:
        str(error).encode()  # it can be sent
        return
    assert 1 <= policy.minimum <= policy.maximum <= MAX_REPLICAS
    assert min(policy.pause_after_s, policy.stop_after_s) >= 0
    for one in probes:
        assert one.path.startswith("/")
        assert min(one.period_s, one.timeout_s) > 0
