"""What pages show of a function: copied on the loop, where it cannot change meanwhile, for another thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ...stack.messages import FunctionDeployment, FunctionName, Resources
from ...stack.scaling import ScalePolicy
from ..functions.state import Function
from ..history.models import Summary
from ..providers.base import Replica, ReplicaState
from .chart import Chart, chart_of


class ReplicaView(NamedTuple):
    """One replica."""

    name: str
    state: str
    in_flight: int
    created_at: datetime
    note: str
    """How it ended, what is wrong with it, or that it is adopted."""


class FunctionView(NamedTuple):
    """One function."""

    name: FunctionName
    deployment: FunctionDeployment
    state: str
    reason: str
    """Why it is not as it should be; "" if it is."""
    ready: int
    wanted: int
    invocation_count: int
    created_at: datetime
    replicas: Sequence[ReplicaView]
    policy: ScalePolicy


class FunctionRow(NamedTuple):
    """One function with how it did."""

    view: FunctionView
    summary: Summary
    chart: Chart


def view_of(function: Function) -> FunctionView:
    """Return how a function is; on the loop."""
    in_flight = {endpoint.replica.id: endpoint.in_flight for endpoint in function.endpoints}
    replicas = [*function.replicas.values(), *function.incoming.values()]
    return FunctionView(
        name=function.name,
        deployment=function.deployment,
        state=state_of(function),
        reason=function.reason,
        ready=len(function.endpoints),
        wanted=function.wanted,
        invocation_count=function.invocation_count,
        created_at=function.created_at,
        replicas=[_view_of_replica(one, in_flight, function) for one in sorted(replicas, key=lambda one: one.name)],
        policy=function.policy,
    )


def row_of(view: FunctionView, summary: Summary) -> FunctionRow:
    """Return what the list shows of a function."""
    return FunctionRow(view, summary, chart_of(summary.series))


def state_of(function: Function) -> str:
    """Return the state of a function in a word or two."""
    if function.endpoints:
        return "updating" if function.incoming else "ready"
    if function.waiting:
        return "waking"
    if function.troubles:
        return "in trouble"
    states = {replica.state for replica in function.serving}
    if function.incoming or not states or ReplicaState.RUNNING in states:
        return "starting"
    return "paused" if ReplicaState.PAUSED in states else "stopped"


def limits_of(deployment: FunctionDeployment) -> list[tuple[str, str]]:
    """Return limits and requests, as they were written."""
    both: tuple[tuple[str, Resources | None], ...] = (("limit", deployment.limits), ("request", deployment.requests))
    return [
        (f"{name} {what}", written)
        for what, resources in both
        for name, written in (resources.to_wire() if resources else {}).items()
    ]


def _view_of_replica(replica: Replica, in_flight: dict[str, int], function: Function) -> ReplicaView:
    is_ready = replica.id in in_flight
    state = "ready" if is_ready else "starting" if replica.state is ReplicaState.RUNNING else replica.state.value
    notes = [function.troubles.get(replica.id, ""), replica.ended, "made by docker compose" * replica.is_adopted]
    return ReplicaView(
        name=replica.name,
        state=state,
        in_flight=in_flight.get(replica.id, 0),
        created_at=replica.created_at,
        note="; ".join(filter(None, notes)),
    )
