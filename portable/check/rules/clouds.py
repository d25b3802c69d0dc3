"""What none of the platforms outside OpenFaaS knows: what stands in a stack file for OpenFaaS alone."""

from __future__ import annotations

from ..inspections import (
    annotations_named,
    build_keys,
    constraints,
    copied,
    cpu_limit,
    devices,
    either,
    labels_named,
    namespace,
    not_python,
    other_python,
    read_only,
    requests,
    streamed,
)
from ..model import Rule, Severity
from ..targets import CLOUDS

REFUSES, IGNORES, DIFFERS = Severity
YAML = "https://docs.openfaas.com/reference/yaml/"
_SCALE = r"com\.openfaas\.scale\..+"
_TRIGGERS = "topic|schedule"  # of schedules each platform's own file tells

RULES = (
    Rule(
        "no-python",
        CLOUDS,
        REFUSES,
        not_python,
        "what runs there is a Python handler of this repository's contract, with `lang: portable`",
        "ARCHITECTURE.md",
    ),
    Rule(
        "other-python",
        CLOUDS,
        DIFFERS,
        other_python,
        "the handler is called with this repository's Event and Context: try it with `lang: portable`",
        "ARCHITECTURE.md",
    ),
    Rule("namespaces", CLOUDS, IGNORES, namespace, "namespaces are OpenFaaS's; use a stage or an account", YAML),
    Rule("placement", CLOUDS, IGNORES, constraints, "where a function runs is not chosen", YAML),
    Rule("scaling", CLOUDS, IGNORES, labels_named(_SCALE), "the platform scales by settings of its own", YAML),
    Rule(
        "labels",
        CLOUDS,
        IGNORES,
        labels_named(f"(?!{_SCALE}).+"),
        "labels are OpenFaaS's; use the platform's tags",
        YAML,
    ),
    Rule(
        "triggers",
        CLOUDS,
        IGNORES,
        annotations_named("topic"),
        "nothing calls the function then: set up a trigger of the platform's own",
        "https://docs.openfaas.com/reference/triggers/",
    ),
    Rule(
        "annotations", CLOUDS, IGNORES, annotations_named(f"(?!({_TRIGGERS})$).+"), "annotations are OpenFaaS's", YAML
    ),
    Rule("requests", CLOUDS, IGNORES, requests, "there is a limit, and no request besides", YAML),
    Rule("cpu", CLOUDS, IGNORES, cpu_limit, "processor time comes with the memory, or with the plan", YAML),
    Rule("devices", CLOUDS, IGNORES, devices, "functions get no GPU", YAML),
    Rule(
        "read-only",
        ("openwhisk", "google_cloud", "azure_functions"),
        IGNORES,
        read_only,
        "the file system is what the platform makes it; write to /tmp alone",
        YAML,
    ),
    Rule(
        "build",
        CLOUDS,
        IGNORES,
        either(build_keys("(?!skip_build$).+"), copied),
        "no image is built from the stack file; what the function needs goes into its own folder",
        YAML,
    ),
    Rule(
        "streams",
        ("openwhisk", "aws_lambda", "azure_functions"),
        DIFFERS,
        streamed,
        "a stream is collected, and sent whole when it ends",
        "ARCHITECTURE.md",
    ),
)
