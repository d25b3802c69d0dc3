"""Prometheus metrics under OpenFaaS's names. Calls are counted by plain arithmetic; the rest is done at a scrape."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ...stack.messages import FunctionName
from ..functions.state import Router
from .record import Call

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MAX_SERIES = 10_000
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Series:
    """Calls of one function that ended with one status."""

    __slots__ = ("buckets", "total_s")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BUCKETS_S) + 1)
        self.total_s = 0.0


class Metrics(Collector):
    """Counts calls; `render` may be called from another thread."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._series: dict[tuple[FunctionName, int], _Series] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def record(self, call: Call) -> None:
        """Count a call that ended."""
        key = (call.function.name, call.status)
        series = self._series.get(key)
        if series is None:
            if len(self._series) >= MAX_SERIES:
                self._forget_removed()
            series = self._series[key] = _Series()
        series.buckets[bisect.bisect_left(BUCKETS_S, call.duration_s)] += 1
        series.total_s += call.duration_s

    @property
    def series_count(self) -> int:
        """How many series of calls are kept: at most MAX_SERIES, unless so many functions are deployed."""
        return len(self._series)

    def render(self) -> bytes:
        """Return everything in Prometheus's text format."""
        self._forget_removed()
        # The client library would call a counter ..._total, which is not OpenFaaS's name for this one.
        return generate_latest(self._registry).replace(b"_started gauge\n", b"_started counter\n")

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics; those of calls were counted, those of replicas are counted now."""
        calls = CounterMetricFamily(
            "gateway_function_invocation", "Calls that ended.", labels=["function_name", "code"]
        )
        seconds = HistogramMetricFamily(
            "gateway_functions_seconds", "How long calls took.", labels=["function_name", "code"]
        )
        for (name, status), series in sorted(self._series.copy().items()):
            labels = [str(name), str(status)]
            buckets = _cumulated(series.buckets.copy())
            calls.add_metric(labels, buckets[-1][1])
            seconds.add_metric(labels, buckets, series.total_s)
        yield from (calls, seconds)
        yield from self._gauges()

    def _gauges(self) -> Iterable[Metric]:
        started = GaugeMetricFamily(
            "gateway_function_invocation_started", "Calls that began.", labels=["function_name"]
        )
        replicas = GaugeMetricFamily("gateway_service_count", "Replicas that take calls.", labels=["function_name"])
        in_flight = GaugeMetricFamily(
            "gateway_function_invocation_inflight", "Calls that go on.", labels=["function_name"]
        )
        for function in sorted(self._router.functions.copy().values(), key=lambda function: function.name):
            if function.invocation_count:
                started.add_metric([function.label], function.invocation_count)
            replicas.add_metric([function.label], len(function.endpoints))
            in_flight.add_metric([function.label], function.in_flight)
        return started, replicas, in_flight

    def _forget_removed(self) -> None:
        there = self._router.functions
        for key in [key for key in self._series.copy() if key[0] not in there]:
            self._series.pop(key, None)


def _cumulated(counts: list[int]) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in BUCKETS_S), "+Inf"]
    return [(bound, float(sum(counts[: index + 1]))) for index, bound in enumerate(bounds)]
