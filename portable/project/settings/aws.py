"""AWS's keys of deploy.toml: what stands in [defaults], [stages.STAGE] and [functions.NAME] themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...deploying.hints import hint
from .kinds import FLAG, NUMBER, TEXT, WHOLE, Keys, Kind, text, whole


@dataclass(frozen=True)
class Statement:
    """One statement of the user's own for the execution role: what the function may do."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class Smoke:
    """The request that proves a version and a URL: `GET /`. Without `statuses`, anything below 500 is well."""

    method: str = "GET"
    path: str = "/"
    statuses: tuple[int, ...] = ()
    """The statuses that are well, in deploy.toml `smoke_statuses`; without any, all below 500 are."""


def _smoke(value: Any) -> Smoke:
    method, space, path = text(value).partition(" ")
    if not space:
        raise ValueError
    return Smoke(method, path.strip())


def _statuses(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError
    return tuple(whole(one) for one in value)


def _statements(value: Any) -> tuple[Statement, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError
    return tuple(_statement(one, number) for number, one in enumerate(value, 1))


def _statement(fields: Mapping[str, Any], number: int) -> Statement:
    known = ("actions", "resources")
    for key in fields:
        if key not in known:
            raise ValueError(f"number {number} has {key!r}, which is not known; {hint(key, known)}")
    for key in known:
        values = fields.get(key)
        if not isinstance(values, list) or not values or not all(isinstance(one, str) for one in values):
            raise ValueError(f"{key} of number {number} must be a list of texts, with at least one")
    return Statement(tuple(fields["actions"]), tuple(fields["resources"]))


KEYS = Keys(
    single={
        "region": TEXT,
        "account": Kind('12 digits in quotes, such as "123456789012"', text),
        "profile": TEXT,
        "runtime": TEXT,
        "architecture": TEXT,
        "bytecode": FLAG,
        "memory_mb": WHOLE,
        "timeout_s": WHOLE,
        "ephemeral_storage_mb": WHOLE,
        "retention_days": WHOLE,
        "log_level": TEXT,
        "tracing": FLAG,
        "reserved_concurrency": WHOLE,
        "front_door": TEXT,
        "throttle_rate": NUMBER,
        "throttle_burst": WHOLE,
        "api_key": FLAG,
        "quota_per_day": WHOLE,
        "url_auth": TEXT,
        "alarm_email": TEXT,
        "budget_usd": NUMBER,
        "billing_alarm_usd": NUMBER,
        "keep_versions": WHOLE,
        "smoke": Kind('a method and a path, such as "POST /"', _smoke),
        "smoke_statuses": Kind("a list of HTTP statuses, such as [200, 204]", _statuses),
        "statements": Kind("a list of tables, [[defaults.statements]], each with actions and resources", _statements),
    },
    tables={"environment": TEXT, "tags": TEXT},
    elsewhere={
        "app": "the app is called as its function in stack.yml",
        "secrets": "secrets stand under the function in stack.yml",
        "stage": "the stage is chosen by --stage or APP_STAGE",
    },
)
