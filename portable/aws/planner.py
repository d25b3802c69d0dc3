"""All the resources of a stage together: read them, say what would change, say what would go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from . import secrets
from .artifact.target import Target
from .aws import Aws
from .names import Names
from .plan import CheckUrl, Plan, Step
from .resources import alarms, billing_alarm, budget, doors, function, function_state, log_group, release, role, topic
from .resources.metric_alarms import Alarm
from .resources.topics import Topic


@dataclass(frozen=True)
class Found:
    """What a stage has at AWS."""

    log_group: log_group.LogGroup | None
    role: role.Role | None
    function: function_state.FunctionState | None
    doors: doors.Doors
    topic: Topic | None
    alarms: Mapping[str, Alarm]
    budget: budget.Budget | None
    billing_alarm: billing_alarm.BillingAlarm
    secrets: secrets.Secrets


_READERS: dict[str, Callable[[Aws, Names], Any]] = {
    "log_group": log_group.read,
    "role": role.read,
    "function": function_state.read,
    "doors": doors.read,
    "topic": topic.read,
    "alarms": alarms.read,
    "budget": budget.read,
    "billing_alarm": billing_alarm.read,
}


def read(aws: Aws, names: Names, wanted_secrets: Sequence[str] = ()) -> Found:
    """Ask AWS for everything at once: get, list and describe only."""
    with ThreadPoolExecutor(len(_READERS) + 1) as pool:
        reading = {name: pool.submit(reader, aws, names) for name, reader in _READERS.items()}
        reading["secrets"] = pool.submit(secrets.read, aws, names, wanted_secrets)
        return Found(**{name: one.result() for name, one in reading.items()})


def changes(found: Found, target: Target) -> Plan:
    """Return what makes the stage what the target says. Pure. What can serve is made before what watches over it."""
    known = doors.known(found.doors, target)
    if found.function and found.function.live:
        known["version"] = found.function.live.version
    steps = [
        *log_group.changes(found.log_group, target),
        *role.changes(found.role, target),
        *function.changes(found.function, target, role_is_new=found.role is None),
        *release.changes(found.function, target),
        *doors.changes(found.doors, found.function, target),
        *topic.changes(found.topic, target),
        *alarms.changes(found.alarms, target, known),
        *budget.changes(found.budget, target),
        *billing_alarm.changes(found.billing_alarm, target),
        *release.prune(found.function, target),
    ]
    notes = [
        *target.package.notes,
        *function.notes(found.function, target, role_is_new=found.role is None),
        *topic.notes(found.topic, target),
        *billing_alarm.notes(found.billing_alarm, target),
    ]
    return Plan(tuple(_without_idle_checks(steps)), known, tuple(notes))


def removal(found: Found, names: Names, *, logs: bool, secret_values: bool) -> Plan:
    """Return what takes the stage away, callers first and what they need last. Pure."""
    steps = [
        *alarms.removal(found.alarms, names),
        *billing_alarm.removal(found.billing_alarm, names),
        *budget.removal(found.budget, names),
        *doors.removal(found.doors, names, function_is_ours=_is_ours(found, names)),
        *function.removal(found.function, names),
        *role.removal(found.role, names),
        *(log_group.removal(found.log_group, names) if logs else ()),
        *topic.removal(found.topic, names),
        *(secrets.removal(found.secrets, names) if secret_values else ()),
    ]
    return Plan(tuple(steps))


def with_check(plan: Plan, found: Found, target: Target) -> Plan:
    """Return the plan with a check of the URL in any case: the last deploy may have ended before its own."""
    has_one = any(isinstance(action, CheckUrl) for step in plan.steps for action in step.actions)
    if has_one or not target.smoke or "url" not in plan.known:
        return plan
    return replace(plan, steps=(*plan.steps, doors.check(found.doors, target.settings, plan.known["url"])))


def left(found: Found, names: Names, plan: Plan) -> list[str]:
    """Return what a removal leaves in place."""
    gone = {(step.kind, step.name) for step in plan.steps}
    there = [("function", names.base)] if found.function else []
    there += [("log group", names.log_group)] if found.log_group else []
    there += [("secret", names.secrets_path + name) for name, one in found.secrets.found.items() if not one.deleted]
    return [" ".join(one) for one in there if one not in gone]


def _is_ours(found: Found, names: Names) -> bool:
    return found.function is None or names.is_ours(found.function.tags)


def _without_idle_checks(steps: list[Step]) -> list[Step]:
    """Leave out the checks that nothing to be checked stands before."""
    first = next((at for at, step in enumerate(steps) if step.sign != "?"), len(steps))
    return [step for at, step in enumerate(steps) if step.sign != "?" or at > first]
