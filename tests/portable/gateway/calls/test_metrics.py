"""What /metrics says, under the names that OpenFaaS's dashboards and autoscaling read."""

from __future__ import annotations

import re

from portable.gateway.calls.metrics import MAX_SERIES, Metrics
from portable.gateway.calls.record import Call
from portable.gateway.functions.state import Function, Router
from portable.stack.messages import FunctionName

from ..peers.running import endpoint, function_of


def call(function: Function, status: int = 200, duration_s: float = 0.03) -> Call:
    """Return a call that ended."""
    return Call(function, "id", "GET", status, duration_s, "echo-1", was_cold=False)


def values(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample by its name and labels."""
    samples = re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", metrics.render().decode(), re.MULTILINE)
    return {
        (name, tuple(sorted(re.findall(r'(\w+)="([^"]*)"', labels)))): float(value) for name, labels, value in samples
    }


def with_function() -> tuple[Metrics, Router, Function]:
    """Return metrics of one function."""
    router, function = Router(), function_of()
    router.functions[function.name] = function
    return Metrics(router), router, function


OF_ECHO = ("function_name", "echo.openfaas-fn")


def test_calls_are_counted_by_function_and_code() -> None:
    metrics, _, function = with_function()
    for status, duration_s in ((200, 0.001), (200, 0.03), (502, 70.0)):
        function.invocation_count += 1
        metrics.record(call(function, status, duration_s))
    function.invocation_count += 1
    seen = values(metrics)
    ok, bad = (("code", "200"), OF_ECHO), (("code", "502"), OF_ECHO)

    assert seen["gateway_function_invocation_total", ok] == 2
    assert seen["gateway_function_invocation_total", bad] == 1
    assert seen["gateway_function_invocation_started", (OF_ECHO,)] == 4
    assert seen["gateway_functions_seconds_count", ok] == 2
    assert round(seen["gateway_functions_seconds_sum", ok], 6) == 0.031
    for bound, count in (("0.005", 1), ("0.025", 1), ("0.05", 2), ("10.0", 2), ("+Inf", 2)):
        assert seen["gateway_functions_seconds_bucket", (("code", "200"), OF_ECHO, ("le", bound))] == count
    assert seen["gateway_functions_seconds_bucket", (("code", "502"), OF_ECHO, ("le", "10.0"))] == 0


def test_types_are_those_of_counters_and_gauges() -> None:
    metrics, _, function = with_function()
    function.invocation_count += 1
    metrics.record(call(function))
    text = metrics.render().decode()

    for name, kind in (
        ("gateway_function_invocation_total", "counter"),
        ("gateway_function_invocation_started", "counter"),
        ("gateway_functions_seconds", "histogram"),
        ("gateway_service_count", "gauge"),
        ("gateway_function_invocation_inflight", "gauge"),
    ):
        assert f"# TYPE {name} {kind}\n" in text
    assert "process_resident_memory_bytes" in text


def test_replicas_and_calls_that_go_on_are_as_they_are_now() -> None:
    metrics, _, function = with_function()
    assert values(metrics)["gateway_service_count", (OF_ECHO,)] == 0
    ends = [endpoint(function, port) for port in (1, 2)]
    function.set_endpoints(ends)
    ends[0].acquire()
    function.waiting = 2

    assert values(metrics)["gateway_service_count", (OF_ECHO,)] == 2
    assert values(metrics)["gateway_function_invocation_inflight", (OF_ECHO,)] == 3


def test_removed_function_is_forgotten() -> None:
    metrics, router, function = with_function()
    function.invocation_count += 1
    metrics.record(call(function))
    del router.functions[function.name]

    assert "echo" not in metrics.render().decode()


def test_functions_that_come_and_go_unscraped_do_not_add_up() -> None:
    metrics = Metrics(Router())
    for number in range(MAX_SERIES + 10):
        function = function_of(FunctionName(f"f{number}"))
        function.invocation_count += 1
        metrics.record(call(function))

    assert metrics.series_count <= MAX_SERIES
