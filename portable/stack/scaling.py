"""The labels by which a function is scaled, and the annotations by which it is probed.

https://docs.openfaas.com/reference/yaml/#function-labels
https://docs.openfaas.com/reference/workloads/#custom-http-health-checks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from .errors import Refused
from .messages import FunctionDeployment
from .quantities import parse_duration_s

T = TypeVar("T")
MAX_REPLICAS = 20
MAX_DELAY_S = 3600.0


@dataclass(frozen=True)
class ScalePolicy:
    """How many replicas a function has, and when it rests; times in seconds."""

    minimum: int = 1
    maximum: int = MAX_REPLICAS
    to_zero: bool = False
    pause_after_s: float = 15 * 60.0
    """Idle for so long, its replicas are paused: they keep their memory and wake within milliseconds."""

    stop_after_s: float = 60 * 60.0
    """Paused for so long, they are stopped: one is kept, and wakes as fast as its process starts."""

    @classmethod
    def from_labels(cls, labels: Mapping[str, str]) -> ScalePolicy:
        """Return what the labels say. Raises Refused for a value that cannot be used, naming the label."""
        policy = cls(
            minimum=_read(labels, "com.openfaas.scale.min", _count, cls.minimum),
            maximum=_read(labels, "com.openfaas.scale.max", _count, cls.maximum),
            to_zero=_read(labels, "com.openfaas.scale.zero", _boolean, cls.to_zero),
            pause_after_s=_read(labels, "com.openfaas.scale.zero-duration", parse_duration_s, cls.pause_after_s),
            stop_after_s=_read(labels, "com.openfaas.scale.stop-duration", parse_duration_s, cls.stop_after_s),
        )
        if policy.minimum > policy.maximum:
            raise Refused(
                f"label com.openfaas.scale.min is {policy.minimum}, more than com.openfaas.scale.max: {policy.maximum}"
            )
        return policy


@dataclass(frozen=True)
class Probe:
    """How a replica is asked whether it is ready, or alive; times in seconds."""

    path: str = "/_/health"
    initial_delay_s: float = 0.0
    period_s: float = 2.0
    timeout_s: float = 1.0
    failure_threshold: int = 3

    @classmethod
    def of(cls, deployment: FunctionDeployment, kind: str) -> Probe:
        """Return the probe of that kind, "ready" or "health". Raises Refused for a value that cannot be used.

        An annotation holds, as in OpenFaaS, and a label where there is none: a container of somebody else's has labels
        alone. Where no other path is given, being ready is asked by the path of health.
        """

        def read(name: str, parse: Callable[[str], T], default: T) -> T:
            name = f"com.openfaas.{kind}.http.{name}"
            if name in deployment.annotations:
                return _read(deployment.annotations, name, parse, default, what="annotation")
            return _read(deployment.labels, name, parse, default)

        path = cls.of(deployment, "health").path if kind == "ready" else cls.path
        return cls(
            path=read("path", _path, path),
            initial_delay_s=read("initialDelaySeconds", _delay_s, cls.initial_delay_s),
            period_s=read("periodSeconds", _period_s, cls.period_s),
            timeout_s=read("timeoutSeconds", _period_s, cls.timeout_s),
            failure_threshold=read("failureThreshold", _count, cls.failure_threshold),
        )


def check_policies(deployment: FunctionDeployment) -> None:
    """Raise Refused if a label or an annotation by which functions are scaled or probed cannot be used."""
    ScalePolicy.from_labels(deployment.labels)
    for kind in ("ready", "health"):
        Probe.of(deployment, kind)


def _read(texts: Mapping[str, str], name: str, parse: Callable[[str], T], default: T, *, what: str = "label") -> T:
    if name not in texts:
        return default
    try:
        return parse(texts[name])
    except ValueError as error:
        raise Refused(f"{what} {name}: {error}") from None


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 1 <= len(written) <= 4 and 1 <= int(written) <= MAX_REPLICAS):
        raise ValueError(f"{written[:80]!r} is no whole number from 1 to {MAX_REPLICAS}")
    return int(written)


def _boolean(written: str) -> bool:
    if written not in ("true", "false"):
        raise ValueError(f'{written[:80]!r} is neither "true" nor "false"')
    return written == "true"


def _delay_s(written: str) -> float:
    seconds = parse_duration_s(written)
    if seconds > MAX_DELAY_S:
        raise ValueError(f"{written[:80]!r} is more than {MAX_DELAY_S:g} s")
    return seconds


def _period_s(written: str) -> float:
    seconds = parse_duration_s(written)
    if not 0.01 <= seconds <= MAX_DELAY_S:
        raise ValueError(f"{written[:80]!r} is not from 10ms to {MAX_DELAY_S:g} s")
    return seconds


def _path(written: str) -> str:
    if not written.startswith("/") or not written.isascii() or not written.isprintable() or " " in written:
        raise ValueError(f"{written[:80]!r} is no path, such as /_/ready")
    return written
