"""What the editions of OpenFaaS take of labels and annotations: scaling, probes, events, asynchronous calls."""

from __future__ import annotations

from platforms.openfaas import limits

from ..inspections import annotations_named, labels_named, malformed_labels, more_than, unreadable_schedule
from ..model import Rule, Severity
from ..targets import OPENFAAS

REFUSES, IGNORES, DIFFERS = Severity
COMPARISON = "https://docs.openfaas.com/openfaas-pro/comparison/"
AUTOSCALING = "https://docs.openfaas.com/architecture/autoscaling/"
WORKLOADS = "https://docs.openfaas.com/reference/workloads/"
FAASD = "https://github.com/openfaas/faasd"
CE, FAASD_ONLY, PRO = ("openfaas-ce",), ("faasd",), ("openfaas-pro",)
NOT_PRO = ("openfaas-ce", "faasd")
_SCALE = r"com\.openfaas\.scale\."
_PROBES = r"com\.openfaas\.(health|ready)\.http\..+"
_QUEUE = r"com\.openfaas\.queue"


def _is_true(value: str) -> bool:
    return value == "true"


def _is_cron(topic: str) -> bool:
    return topic == "cron-function"


RULES = (
    # Scaling.
    Rule(
        "ce-scale-to-zero",
        CE,
        REFUSES,
        labels_named(f"{_SCALE}zero", _is_true),
        "scaling to zero is Pro's; take the label out",
        COMPARISON,
    ),
    Rule(
        "ce-autoscaling",
        CE,
        REFUSES,
        labels_named(f"{_SCALE}(zero-duration|target|type)"),
        "its one rule of scaling is the same for all functions; take the label out",
        COMPARISON,
    ),
    Rule(
        "ce-replicas",
        CE,
        REFUSES,
        labels_named(f"{_SCALE}(min|max)", more_than(limits.CE_MAX_REPLICAS)),
        f"a function has at most {limits.CE_MAX_REPLICAS} replicas",
        COMPARISON,
    ),
    Rule(
        "ce-autoscaling-more",
        CE,
        IGNORES,
        labels_named(rf"{_SCALE}(down\.window|target-proportion)"),
        "its one rule of scaling is the same for all functions",
        AUTOSCALING,
    ),
    Rule(
        "faasd-scale-to-zero",
        FAASD_ONLY,
        IGNORES,
        labels_named(f"{_SCALE}zero", _is_true),
        "functions go on running when they are idle: scaling to zero is OpenFaaS Edge's",
        COMPARISON,
    ),
    Rule(
        "faasd-replicas",
        FAASD_ONLY,
        IGNORES,
        labels_named(f"{_SCALE}(min|max)", more_than(1)),
        "a function is one replica",
        FAASD,
    ),
    Rule(
        "faasd-autoscaling",
        FAASD_ONLY,
        IGNORES,
        labels_named(f"{_SCALE}(target.*|type|factor|zero-duration|down.*)"),
        "a function is one replica",
        FAASD,
    ),
    Rule(
        "stop-duration",
        OPENFAAS,
        IGNORES,
        labels_named(f"{_SCALE}stop-duration"),
        "the label is the local gateway's own",
        "docs/gateway.md#labels",
    ),
    # Labels and annotations.
    Rule(
        "label-syntax",
        ("openfaas-ce", "openfaas-pro"),
        REFUSES,
        malformed_labels,
        "a label of Kubernetes is up to 63 letters, digits, '-', '_' and '.'; make it an annotation",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    ),
    Rule(
        "probe-labels",
        OPENFAAS,
        IGNORES,
        labels_named(_PROBES),
        "health and readiness are set by annotations, there and here; make it one",
        WORKLOADS,
    ),
    Rule(
        "ce-probes",
        NOT_PRO,
        IGNORES,
        annotations_named(_PROBES),
        "paths and times of probes are Pro's; serve /_/health",
        WORKLOADS,
    ),
    Rule(
        "ce-cloud-annotations",
        CE,
        REFUSES,
        annotations_named(r".*(amazonaws\.com|gke\.io).*"),
        "annotations of a cloud are Pro's; take it out",
        COMPARISON,
    ),
    Rule(
        "ce-profile",
        NOT_PRO,
        IGNORES,
        annotations_named(r"com\.openfaas\.(profile|serviceaccount)"),
        "profiles and service accounts are Pro's",
        "https://docs.openfaas.com/reference/profiles/",
    ),
    # Events and asynchronous calls.
    Rule(
        "ce-topics",
        CE,
        REFUSES,
        annotations_named("topic", lambda topic: "," in topic),
        "a function has one topic",
        COMPARISON,
    ),
    Rule(
        "ce-connectors",
        NOT_PRO,
        IGNORES,
        annotations_named("topic", lambda topic: not _is_cron(topic)),
        "the connectors of queues and databases are sold with Pro and Edge: nothing calls the function",
        COMPARISON,
    ),
    Rule(
        "cron-connector",
        OPENFAAS,
        DIFFERS,
        annotations_named("topic", _is_cron),
        "nothing calls the function until the cron-connector is installed",
        "https://docs.openfaas.com/reference/cron/",
    ),
    Rule(
        "cron-schedule",
        OPENFAAS,
        IGNORES,
        unreadable_schedule,
        "the cron-connector cannot read it and leaves the function out: write five fields, as `*/5 * * * *`",
        "https://docs.openfaas.com/reference/cron/",
    ),
    Rule(
        "ce-retries",
        NOT_PRO,
        IGNORES,
        annotations_named(r"com\.openfaas\.retry\..+"),
        "an asynchronous call that fails is not tried again: that is Pro's",
        "https://docs.openfaas.com/openfaas-pro/retries/",
    ),
    Rule(
        "ce-queue",
        NOT_PRO,
        IGNORES,
        annotations_named(_QUEUE),
        "there is one queue, for all functions",
        COMPARISON,
    ),
    Rule(
        "pro-queue",
        PRO,
        DIFFERS,
        annotations_named(_QUEUE),
        "queues of one's own are the Enterprises edition's, and need a queue worker each",
        COMPARISON,
    ),
)
