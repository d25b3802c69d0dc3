"""Checks that rules are made of: each finds what a target may not take, as the stack file has it."""

from __future__ import annotations

import ipaddress
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal

from ..stack.errors import Refused
from ..stack.messages import DEFAULT_NAMESPACE
from ..stack.quantities import parse_duration_s, parse_quantity
from ..stack.schedules import Schedule
from .model import Check, Subject

MEGABYTE = 2**20
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
_LABEL_NAME = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_LOCAL_DOMAINS = (".local", ".localhost", ".internal", ".lan", ".home.arpa")
_ECR = re.compile(r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")  # never public: that is public.ecr.aws


def labels_named(pattern: str, fits: Callable[[str], object] = lambda _: True) -> Check:
    """Find labels whose name is of this pattern and whose value fits."""
    return lambda subject: _named("label", subject.deployment.labels, pattern, fits)


def annotations_named(pattern: str, fits: Callable[[str], object] = lambda _: True) -> Check:
    """Find annotations whose name is of this pattern and whose value fits."""
    return lambda subject: _named("annotation", subject.deployment.annotations, pattern, fits)


def more_than(limit: int) -> Callable[[str], bool]:
    """Return whether a label's value is a larger number."""
    return lambda value: value.isdecimal() and int(value) > limit


def malformed_labels(subject: Subject) -> Iterator[str]:
    """Find labels that Kubernetes would not take."""
    for name, value in subject.deployment.labels.items():
        if not _LABEL_NAME.fullmatch(name) or not _LABEL_VALUE.fullmatch(value):
            yield f"label {name}: {value:.80}"


def unreadable_schedule(subject: Subject) -> Iterator[str]:
    """Find a schedule that the cron-connector cannot read, or that is missing."""
    try:
        Schedule.from_annotations(subject.deployment.annotations)
    except Refused:
        yield f"annotation schedule: {subject.deployment.annotations.get('schedule', 'none'):.80}"


def constraints(subject: Subject) -> Iterator[str]:
    """Find constraints."""
    if subject.deployment.constraints:
        yield f"constraints: {', '.join(subject.deployment.constraints)}"


def namespace(subject: Subject) -> Iterator[str]:
    """Find a namespace other than the usual one."""
    if subject.deployment.name.namespace != DEFAULT_NAMESPACE:
        yield f"namespace: {subject.deployment.name.namespace}"


def read_only(subject: Subject) -> Iterator[str]:
    """Find a root file system that is to be read-only."""
    if subject.deployment.read_only_root_filesystem:
        yield "readonly_root_filesystem: true"


def secrets(subject: Subject) -> Iterator[str]:
    """Find secrets."""
    if subject.deployment.secrets:
        yield f"secrets: {', '.join(subject.deployment.secrets)}"


def number_over(limit: int) -> Check:
    """Find functions that are one too many, in the order of the stack file."""
    return lambda subject: [f"function number {subject.number}"] if subject.number > limit else []


def name_unlike(pattern: str) -> Check:
    """Find a function's name that is not of this pattern."""
    return lambda subject: [] if re.fullmatch(pattern, name := subject.deployment.name.name) else [f"name: {name}"]


# Images.


def local_image(subject: Subject) -> Iterator[str]:
    """Find an image whose name says no registry: local/NAME, or no more than NAME."""
    image = subject.deployment.image
    if not _registry(image) and ("/" not in image or image.startswith("local/")):
        yield f"image: {image}"


def private_image(subject: Subject) -> Iterator[str]:
    """Find an image that nobody else can pull without a login, as far as its name tells."""
    registry = _registry(subject.deployment.image)
    if registry and _is_private(registry.lower()):
        yield f"image: {subject.deployment.image}"


def _registry(image: str) -> str:
    """Return an image's registry, with its port; "" for Docker Hub's, which is not written.

    https://github.com/distribution/reference/blob/main/reference.go
    """
    first, slash, _ = image.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else ""


def _is_private(registry: str) -> bool:
    host = registry.rpartition(":")[0] if re.search(r":[0-9]+$", registry) else registry
    with suppress(ValueError):
        return not ipaddress.ip_address(host.strip("[]")).is_global
    return "." not in host or host.endswith(_LOCAL_DOMAINS) or bool(_ECR.fullmatch(host))


# Limits and requests.


def memory(fits: Callable[[Decimal], object]) -> Check:
    """Find a limits.memory whose bytes fit."""

    def check(subject: Subject) -> Iterator[str]:
        written = subject.deployment.limits.memory if subject.deployment.limits else ""
        with suppress(ValueError):  # no quantity: that is not for this report to tell
            if written and fits(parse_quantity(written)):
                yield f"limits.memory: {written}"

    return check


def cpu_limit(subject: Subject) -> Iterator[str]:
    """Find limits.cpu."""
    if subject.deployment.limits and subject.deployment.limits.cpu:
        yield f"limits.cpu: {subject.deployment.limits.cpu}"


def requests(subject: Subject) -> Iterator[str]:
    """Find requests of memory and cpu."""
    asked = subject.deployment.requests
    for name, written in asked.to_wire().items() if asked else ():
        yield f"requests.{name}: {written}"


def request_over_limit(subject: Subject) -> Iterator[str]:
    """Find a request that is larger than its limit."""
    limits, asked = subject.deployment.limits, subject.deployment.requests
    for name, written in asked.to_wire().items() if asked else ():
        limit = limits.to_wire().get(name) if limits else None
        with suppress(ValueError):
            if limit and parse_quantity(written) > parse_quantity(limit):
                yield f"requests.{name}: {written}"


def devices(subject: Subject) -> Iterator[str]:
    """Find GPUs and the like."""
    for name in subject.devices:
        yield f"limits.{name}"


# The environment.


def timeout(over_s: float = -1.0) -> Check:
    """Find an exec_timeout that is longer than this; 0 is none at all, and so the longest."""

    def check(subject: Subject) -> Iterator[str]:
        written = subject.deployment.env_vars.get("exec_timeout", "")
        with suppress(ValueError):
            if written and (parse_duration_s(written) or math.inf) > over_s:
                yield f"environment exec_timeout: {written}"

    return check


def variables_named(pattern: str) -> Check:
    """Find variables whose name is of this pattern."""
    return lambda subject: _variables(subject, lambda name: re.fullmatch(pattern, name))


def variables_unlike(pattern: str) -> Check:
    """Find variables whose name is not of this pattern."""
    return lambda subject: _variables(subject, lambda name: not re.fullmatch(pattern, name))


def _variables(subject: Subject, fits: Callable[[str], object]) -> list[str]:
    return [f"environment {name}" for name in subject.deployment.env_vars if fits(name)]


def environment_over(limit_bytes: int, *, as_json: bool) -> Check:
    """Find an environment that is larger in all: as a text of JSON, or names and values alone."""

    def check(subject: Subject) -> Iterator[str]:
        environment = dict(subject.deployment.env_vars)
        written = json.dumps(environment, ensure_ascii=False, separators=(",", ":"))
        text = written if as_json else "".join(name + value for name, value in environment.items())
        size = len(text.encode(errors="replace"))
        if size > limit_bytes:
            yield f"environment of {size} bytes"

    return check


# What only the stack file and the folder tell.


def other_python(subject: Subject) -> Iterator[str]:
    """Find a function of another template for Python."""
    if subject.lang.startswith("python"):
        yield f"lang: {subject.lang}"


def not_python(subject: Subject) -> Iterator[str]:
    """Find a function that is not in Python, or whose image is made by a Dockerfile of its own."""
    if subject.lang not in ("", "portable") and not subject.lang.startswith("python"):
        yield f"lang: {subject.lang}"


def build_keys(pattern: str) -> Check:
    """Find keys of this pattern that are only of use while an image is built."""
    return lambda subject: [key for key in subject.build_keys if re.fullmatch(pattern, key)]


def copied(subject: Subject) -> Iterator[str]:
    """Find folders that faas-cli copies into the function."""
    return (f"configuration.copy: {path}" for path in subject.copied)


def streamed(subject: Subject) -> Iterator[str]:
    """Find media types of streams in the function's source."""
    for media_type in subject.streamed:
        yield f"a reply of {media_type}"


def either(*checks: Check) -> Check:
    """Find what any of these finds."""
    return lambda subject: [what for check in checks for what in check(subject)]


def both(condition: Check, check: Check) -> Check:
    """Find what `check` finds, if `condition` finds anything."""
    return lambda subject: check(subject) if any(True for _ in condition(subject)) else []


def _named(kind: str, pairs: Mapping[str, str], pattern: str, fits: Callable[[str], object]) -> Iterator[str]:
    for name, value in pairs.items():
        if re.fullmatch(pattern, name) and fits(value):
            yield f"{kind} {name}: {value:.80}"
