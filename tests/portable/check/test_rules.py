"""Every rule by itself: what it finds, and that it finds nothing where all is well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from portable.check import TARGETS
from portable.check.model import Rule, Subject
from portable.check.rules import RULES
from portable.stack.messages import Resources

from .subjects import SCALE, annotation, environment, image, labels, limited, subject

ROOT = Path(__file__).parents[3]
BY_ID = {rule.id: rule for rule in RULES}


class Case(NamedTuple):
    """What a rule finds in a function, and functions in which it finds nothing."""

    bad: Subject
    found: Sequence[str]
    good: Sequence[Subject]


def timeouts(bad: str, good: str) -> Case:
    wrong = [f"environment exec_timeout: {bad}"]
    return Case(
        environment(exec_timeout=bad), wrong, [environment(exec_timeout=good), environment(exec_timeout="soon")]
    )


def memories(bad: str, good: str) -> Case:
    return Case(limited(bad), [f"limits.memory: {bad}"], [limited(good), limited(cpu="1"), subject()])


SCHEDULE = Case(
    annotation("schedule", "*/5 * * * *"), ["annotation schedule: */5 * * * *"], [annotation("topic"), subject()]
)
SECRETS = Case(subject(secrets=("one", "two")), ["secrets: one, two"], [subject()])
SETTING = Case(environment(exec_timeout="0"), ["environment exec_timeout: 0"], [environment(write_timeout="9s")])
PROBE = "com.openfaas.health.http.path"
CASES = {
    "ce-functions": Case(subject(number=16), ["function number 16"], [subject(number=15)]),
    "faasd-functions": Case(subject(number=16), ["function number 16"], [subject(number=15)]),
    "pro-functions": Case(subject(number=501), ["function number 501"], [subject(number=500)]),
    "ce-namespace": Case(subject(namespace="dev"), ["namespace: dev"], [subject()]),
    "faasd-namespace": Case(subject(namespace="dev"), ["namespace: dev"], [subject()]),
    "pro-namespace": Case(subject(namespace="dev"), ["namespace: dev"], [subject()]),
    "ce-private-image": Case(
        image("localhost:5000/fn:1"),
        ["image: localhost:5000/fn:1"],
        [image("ghcr.io/me/fn"), image("me/fn:1"), image("fn"), image("local/fn"), image("8.8.8.8:5000/fn")],
    ),
    "image-pulled": Case(
        image("local/fn:1"), ["image: local/fn:1"], [image("me/fn"), image("local.io/fn"), image("localhost/fn")]
    ),
    "ce-build-secrets": Case(
        subject(build_keys=("build_secrets", "platforms")), ["build_secrets"], [subject(build_keys=("build_args",))]
    ),
    "gateway-timeout": timeouts("61s", "1m"),
    "ce-asynchronous-timeout": timeouts("5m1s", "5m"),
    "ce-constraints": Case(subject(constraints=("a=b", "c=d")), ["constraints: a=b, c=d"], [subject()]),
    "memory-unit": memories("128m", "1Mi"),
    "request-over-limit": Case(
        subject(limits=Resources("64Mi", "1"), requests=Resources("128Mi", "500m")),
        ["requests.memory: 128Mi"],
        [
            subject(limits=Resources("64Mi"), requests=Resources("65536Ki", "9")),
            subject(requests=Resources("1Gi")),
            limited("1Gi"),
        ],
    ),
    "faasd-resources": Case(
        subject(limits=Resources("1Gi", "1"), requests=Resources("1Mi", "2"), constraints=("a=b",), devices=("a/gpu",)),
        ["limits.cpu: 1", "requests.memory: 1Mi", "requests.cpu: 2", "constraints: a=b", "limits.a/gpu"],
        [limited("1Gi"), subject()],
    ),
    "faasd-read-only": Case(subject(read_only_root_filesystem=True), ["readonly_root_filesystem: true"], [subject()]),
    "ce-devices": Case(subject(devices=("nvidia.com/gpu",)), ["limits.nvidia.com/gpu"], [subject()]),
    "openfaas-streams": Case(subject(streamed=("text/event-stream",)), ["a reply of text/event-stream"], [subject()]),
    "pro-devices": Case(subject(devices=("nvidia.com/gpu",)), ["limits.nvidia.com/gpu"], [subject()]),
    "ce-scale-to-zero": Case(
        labels(zero="true"), [f"label {SCALE}.zero: true"], [labels(zero="false"), labels(zero_duration="5m")]
    ),
    "ce-autoscaling": Case(
        labels(zero_duration="5m", target="50", type="rps"),
        [f"label {SCALE}.zero-duration: 5m", f"label {SCALE}.target: 50", f"label {SCALE}.type: rps"],
        [labels(zero="true", min="2", max="3", factor="20", target_proportion="0.9")],
    ),
    "ce-replicas": Case(
        labels(min="6", max="20"), [f"label {SCALE}.min: 6", f"label {SCALE}.max: 20"], [labels(min="1", max="5")]
    ),
    "ce-autoscaling-more": Case(
        labels(target_proportion="0.7"), [f"label {SCALE}.target-proportion: 0.7"], [labels(target="5")]
    ),
    "faasd-scale-to-zero": Case(labels(zero="true"), [f"label {SCALE}.zero: true"], [labels(zero="false")]),
    "faasd-replicas": Case(labels(min="1", max="2"), [f"label {SCALE}.max: 2"], [labels(min="1", max="1")]),
    "faasd-autoscaling": Case(labels(type="cpu"), [f"label {SCALE}.type: cpu"], [labels(zero="true", max="2")]),
    "stop-duration": Case(labels(stop_duration="1h"), [f"label {SCALE}.stop-duration: 1h"], [labels(zero="true")]),
    "label-syntax": Case(
        subject(labels={"ok": "", "path": "/healthz", "-": "a", "long": "a" * 64}),
        ["label path: /healthz", "label -: a", f"label long: {'a' * 64}"],
        [subject(labels={"example.com/team": "a.b_c-d", "a" * 63: "a" * 63})],
    ),
    "probe-labels": Case(
        subject(labels={PROBE: "x"}), [f"label {PROBE}: x"], [annotation(PROBE), subject(labels={"health": "x"})]
    ),
    "ce-probes": Case(annotation(PROBE), [f"annotation {PROBE}: x"], [subject(labels={PROBE: "x"})]),
    "ce-cloud-annotations": Case(
        annotation("eks.amazonaws.com/role-arn"), ["annotation eks.amazonaws.com/role-arn: x"], [annotation("aws")]
    ),
    "ce-profile": Case(
        annotation("com.openfaas.profile", "gpu"), ["annotation com.openfaas.profile: gpu"], [annotation("profile")]
    ),
    "ce-topics": Case(annotation("topic", "a,b"), ["annotation topic: a,b"], [annotation("topic", "a")]),
    "ce-connectors": Case(
        annotation("topic", "orders"), ["annotation topic: orders"], [annotation("topic", "cron-function")]
    ),
    "cron-connector": Case(
        annotation("topic", "cron-function"), ["annotation topic: cron-function"], [annotation("topic", "orders")]
    ),
    "cron-schedule": Case(
        annotation("topic", "cron-function"),
        ["annotation schedule: none"],
        [annotation("schedule", "not of a topic"), annotation("topic", "orders")],
    ),
    "ce-retries": Case(
        annotation("com.openfaas.retry.attempts", "3"),
        ["annotation com.openfaas.retry.attempts: 3"],
        [annotation("retry")],
    ),
    "ce-queue": Case(annotation("com.openfaas.queue"), ["annotation com.openfaas.queue: x"], [annotation("queue")]),
    "pro-queue": Case(annotation("com.openfaas.queue"), ["annotation com.openfaas.queue: x"], [annotation("queue")]),
    "no-python": Case(
        subject(lang="dockerfile"), ["lang: dockerfile"], [subject(lang="python3-http"), subject(lang="")]
    ),
    "other-python": Case(subject(lang="python3-http"), ["lang: python3-http"], [subject(lang="node22"), subject()]),
    "namespaces": Case(subject(namespace="dev"), ["namespace: dev"], [subject()]),
    "placement": Case(subject(constraints=("a=b",)), ["constraints: a=b"], [subject()]),
    "scaling": Case(labels(min="2"), [f"label {SCALE}.min: 2"], [subject(labels={"team": "a"})]),
    "labels": Case(subject(labels={"team": "a" * 99}), [f"label team: {'a' * 80}"], [labels(min="2")]),
    "triggers": Case(
        annotation("topic", "orders"), ["annotation topic: orders"], [annotation("topics"), annotation("schedule")]
    ),
    "annotations": Case(annotation("topics"), ["annotation topics: x"], [annotation("topic"), annotation("schedule")]),
    "requests": Case(subject(requests=Resources("1Mi")), ["requests.memory: 1Mi"], [limited("1Mi", "1"), subject()]),
    "cpu": Case(limited(cpu="500m"), ["limits.cpu: 500m"], [limited("1Gi"), subject()]),
    "devices": Case(subject(devices=("nvidia.com/gpu",)), ["limits.nvidia.com/gpu"], [subject()]),
    "read-only": Case(subject(read_only_root_filesystem=True), ["readonly_root_filesystem: true"], [subject()]),
    "build": Case(
        subject(build_keys=("skip_build", "build_args"), copied=("./common",)),
        ["build_args", "configuration.copy: ./common"],
        [subject(build_keys=("skip_build",))],
    ),
    "streams": Case(subject(streamed=("text/event-stream",)), ["a reply of text/event-stream"], [subject()]),
    "openwhisk-timeout": timeouts("301s", "5m"),
    "openwhisk-web-timeout": timeouts("1m1s", "60"),
    "openwhisk-timeout-setting": SETTING,
    "openwhisk-memory": memories("513Mi", "512Mi"),
    "openwhisk-least-memory": memories("64Mi", "128Mi"),
    "openwhisk-secrets": SECRETS,
    "openwhisk-schedule": SCHEDULE,
    "lambda-name": Case(subject(named="n" * 61), [f"name: {'n' * 61}"], [subject(named="n" * 60)]),
    "lambda-timeout": timeouts("901s", "15m"),
    "lambda-front-door-timeout": timeouts("30s", "29s"),
    "lambda-timeout-setting": SETTING,
    "lambda-memory": memories("11Gi", "10Gi"),
    "lambda-least-memory": memories("128M", "128Mi"),
    "lambda-memory-step": memories("200M", "200Mi"),
    "lambda-environment-size": Case(
        environment(AA="x" * 4096), ["environment of 4105 bytes"], [environment(AA="x" * 4000), subject()]
    ),
    "lambda-variable-name": Case(
        subject(env_vars={"A": "", "B-1": "", "_HANDLER": "", "OK": ""}),
        ["environment A", "environment B-1", "environment _HANDLER"],
        [environment(exec_timeout="3s")],
    ),
    "lambda-reserved-variable": Case(
        environment(AWS_REGION="x", SECRETS_PATH="x"),
        ["environment AWS_REGION", "environment SECRETS_PATH"],
        [environment(AWS_REGIONS="x", TZ="x", aws_region="x")],
    ),
    "lambda-secrets": SECRETS,
    "lambda-schedule": SCHEDULE,
    "google-name": Case(subject(named="2fn"), ["name: 2fn"], [subject()]),
    "google-timeout": timeouts("1h1s", "1h"),
    "google-event-timeout": Case(
        subject(annotations={"topic": "a"}, env_vars={"exec_timeout": "10m"}),
        ["environment exec_timeout: 10m"],
        [environment(exec_timeout="10m"), annotation("topic")],
    ),
    "google-timeout-setting": SETTING,
    "google-memory": memories("33Gi", "32Gi"),
    "google-least-memory": memories("64Mi", "128Mi"),
    "google-environment-size": Case(
        environment(AA="é" * 16384), ["environment of 32770 bytes"], [environment(AA="x" * 32766)]
    ),
    "google-reserved-variable": Case(
        environment(PORT="1", X_GOOGLE_A="1"), ["environment PORT", "environment X_GOOGLE_A"], [environment(PORTS="1")]
    ),
    "google-secrets": SECRETS,
    "google-schedule": SCHEDULE,
    "azure-name": Case(subject(named="n" * 61), [f"name: {'n' * 61}"], [subject()]),
    "azure-timeout": timeouts("231s", "230s"),
    "azure-timeout-setting": SETTING,
    "azure-memory": Case(limited("1Mi"), ["limits.memory: 1Mi"], [limited(cpu="1"), subject()]),
    "azure-variable-name": Case(subject(env_vars={"A-B": "", "A.B_1": ""}), ["environment A-B"], [subject()]),
    "azure-secrets": SECRETS,
    "azure-schedule": SCHEDULE,
}


def test_every_rule_has_a_case_and_every_case_a_rule() -> None:
    assert list(CASES) == [rule.id for rule in RULES]


@pytest.mark.parametrize("name", CASES)
def test_rule_finds_what_is_not_taken_and_nothing_else(name: str) -> None:
    case = CASES[name]

    assert list(BY_ID[name].check(case.bad)) == list(case.found)
    assert [list(BY_ID[name].check(good)) for good in case.good] == [[]] * len(case.good)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_names_targets_that_there_are_and_a_source_that_can_be_read(rule: Rule) -> None:
    assert rule.targets
    assert set(rule.targets) <= set(TARGETS)
    assert rule.says == rule.says.strip(". ")
    assert_source(rule.source)


def test_target_says_what_no_stack_file_tells_with_its_source() -> None:
    for target in TARGETS.values():
        assert target.unseen
        assert_source(target.source)


def assert_source(source: str) -> None:
    if source.startswith("https://"):
        return
    document, _, anchor = source.partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / document).read_text(), re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert anchor in ["", *anchors]
