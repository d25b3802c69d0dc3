"""What can be set, with its default: one field a setting, called as in deploy.toml. `settings_file.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

FrontDoor: TypeAlias = Literal["rest", "http", "url", "none"]
Architecture: TypeAlias = Literal["arm64", "x86_64"]


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


@dataclass(frozen=True)
class Settings:
    """The settings of one stage, checked. Every value is one that AWS takes."""

    app: str
    stage: str
    region: str
    account: str | None = None
    """The only account that may be changed; None: whichever the credentials are for."""
    profile: str | None = None
    runtime: str = "python3.13"
    architecture: Architecture | None = None
    """None: arm64, if there are wheels for it of everything that the function needs, else x86_64."""
    memory_mb: int = 128
    timeout_s: int = 5
    ephemeral_storage_mb: int = 512
    retention_days: int = 14
    log_level: str = "INFO"
    tracing: bool = False
    reserved_concurrency: int | None = None
    front_door: FrontDoor = "rest"
    throttle_rate: float = 10.0
    """Requests a second (front doors rest and http)."""
    throttle_burst: int = 20
    api_key: bool = False
    """Callers need an API key (front door rest)."""
    quota_per_day: int | None = None
    """Requests a day for that key."""
    url_auth: Literal["NONE", "AWS_IAM"] = "NONE"
    alarm_email: str | None = None
    """Alarms exist only with it."""
    budget_usd: float | None = None
    """A monthly budget, told about at 80 % spent and 100 % forecast; needs alarm_email."""
    billing_alarm_usd: float | None = None
    """The EstimatedCharges alarm, in us-east-1; needs alarm_email."""
    keep_versions: int = 10
    smoke: Smoke = Smoke()
    statements: tuple[Statement, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the function sees: stack.yml's, then deploy.toml's, then the command line's."""
    secrets: tuple[str, ...] = ()
    """The names under `secrets:` in stack.yml."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The user's own, besides app, stage and managed-by."""
