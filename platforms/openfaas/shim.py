"""OpenFaaS: the WSGI shim with the paths and limits that of-watchdog gives a function.

Entry point: `application`, or `python -m platforms.openfaas`. The environment is of-watchdog's, as its README names
it: https://github.com/openfaas/of-watchdog#configuration
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..contract import Event, Response
from ..durations import parse_duration_s
from ..invoke import invoke
from ..loading import load_handler
from ..result import normalise
from ..wsgi.responder import Responder, sent_header
from ..wsgi.shim import make_application
from .limits import WATCHDOG_TIMEOUT_S

if TYPE_CHECKING:
    from ..loading import Handler


class ConfigurationError(ValueError):
    """A variable of the environment has a value that cannot be used: names both."""


@dataclass(frozen=True)
class Limits:
    """What of-watchdog reads from the environment, by its names; times in seconds, 0 for no limit.

    `healthcheck_interval` is how long requests are still taken after SIGTERM: 1 s, where of-watchdog waits for
    `write_timeout`, which makes every stop as slow as the slowest request might be.
    """

    max_in_flight: int = 0
    exec_timeout_s: float = WATCHDOG_TIMEOUT_S
    read_timeout_s: float = WATCHDOG_TIMEOUT_S
    write_timeout_s: float = WATCHDOG_TIMEOUT_S
    healthcheck_interval_s: float = 1.0

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Limits:
        """Return the limits that the environment sets. Raises ConfigurationError for one that is no number or time."""
        return cls(
            max_in_flight=_count(environ, "max_inflight"),
            exec_timeout_s=_duration_s(environ, "exec_timeout", cls.exec_timeout_s),
            read_timeout_s=_duration_s(environ, "read_timeout", cls.read_timeout_s),
            write_timeout_s=_duration_s(environ, "write_timeout", cls.write_timeout_s),
            healthcheck_interval_s=_duration_s(environ, "healthcheck_interval", cls.healthcheck_interval_s),
        )


class OpenFaaSResponder(Responder):
    """Answers as a function behind of-watchdog does: health, readiness, 429 over the limit, 504 past the deadline."""

    platform = "openfaas"
    id_header = "x-call-id"

    def __init__(self, handler: Handler, environ: Mapping[str, str]) -> None:
        super().__init__(handler, environ)
        self.limits = Limits.from_environ(environ)
        self.max_in_flight = self.limits.max_in_flight
        self.function_name = environ.get("OPENFAAS_NAME") or self.function_name

    def probe(self, event: Event) -> Response | None:
        """Answer /_/health and /_/ready: 503 while draining, and 429 from the latter while at the limit."""
        if event.raw_path not in ("/_/health", "/_/ready"):
            return None
        if self.in_flight.draining:
            return _plain(503, "the function is shutting down", event)
        if event.raw_path == "/_/ready" and 0 < self.max_in_flight <= self.in_flight.count:
            return _plain(429, f"busy with {self.in_flight.count} requests, the most it takes", event)
        return _plain(200, "OK", event)

    def respond(self, event: Event, native: Any = None) -> Response:
        """Answer one request with the handler, which sees the deadline."""
        timeout_s = self.timeout_s(event)
        context = self.to_context(event, native, None if timeout_s is None else time.time() + timeout_s)
        return invoke(self.handler, event, context, raise_errors=self.raise_errors)

    def timeout_s(self, event: Event) -> float | None:
        """Return exec_timeout (None if it is 0), or the X-Timeout that the caller sent if that is shorter."""
        longest_s = self.limits.exec_timeout_s or None
        sent = sent_header(event, "x-timeout")
        asked_s = _asked_s(sent) if sent else None
        return min(asked_s, longest_s or asked_s) if asked_s else longest_s

    def on_overload(self, event: Event) -> Response:
        """Return the 429, marked as the platform's own so that a queue worker retries it."""
        return _internal(super().on_overload(event))

    def on_timeout(self, event: Event) -> Response:
        """Return the 504, marked as the platform's own so that a queue worker retries it."""
        return _internal(super().on_timeout(event))


def _asked_s(x_timeout: str) -> float | None:
    """Return the seconds that a caller asks for; None if the header tells no time above 0: it is then not obeyed."""
    try:
        return max(0.0, parse_duration_s(x_timeout)) or None
    except ValueError:
        return None


def _duration_s(environ: Mapping[str, str], name: str, default_s: float) -> float:
    text = environ.get(name, "").strip()
    if not text:
        return default_s
    with suppress(ValueError):
        if (seconds := parse_duration_s(text)) >= 0:
            return seconds
    raise ConfigurationError(f"{name} is {text!r}; it takes seconds or a Go duration such as 30s, 500ms or 1m30s")


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "").strip() or "0"
    if not (text.isascii() and text.isdigit()):
        raise ConfigurationError(f"{name} is {text!r}; it takes a whole number of requests, 0 for no limit")
    return int(text)


def _plain(status: int, text: str, event: Event) -> Response:
    return normalise((text, status), event.method)


def _internal(response: Response) -> Response:
    return response._replace(headers=[*response.headers, ("X-OpenFaaS-Internal", "portable")])


def __getattr__(name: str) -> Any:
    # made when it is asked for, as in the WSGI shim
    if name != "application":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return make_application(OpenFaaSResponder(load_handler(os.environ), os.environ))
