"""What can be set, with its default: one field a setting, called as in deploy.toml. `reading.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ...packaging.wheels import Architecture as Architecture
from ...project.settings.aws import Smoke as Smoke
from ...project.settings.aws import Statement as Statement

FrontDoor: TypeAlias = Literal["rest", "http", "url", "none"]


@dataclass(frozen=True)
class Settings:
    """The settings of one stage, checked. Every value is one that AWS takes."""

    app: str
    """The name of the function in stack.yml: what everything at AWS is called after."""
    stage: str
    """dev, prod ...: --stage or APP_STAGE."""
    region: str
    """AWS's region; AWS_REGION wins over it, and without either it is the one of the profile."""
    folder: Path = Path("function")
    """The function's folder."""
    account: str | None = None
    """The only account that may be changed; without it, whichever the credentials are for."""
    profile: str | None = None
    """The profile of the credentials, unless AWS_PROFILE or credentials stand in the environment."""
    runtime: str = "python3.13"
    """python3.11 to python3.14."""
    architecture: Architecture | None = None
    """arm64 or x86_64; without it arm64, if everything that the function needs has wheels for it, else x86_64."""
    bytecode: bool = False
    """Ship function and shim compiled too, by a Python of the runtime's version: a larger zip that starts sooner."""
    memory_mb: int = 128
    """128 to 10240; wins over `limits.memory` in stack.yml."""
    timeout_s: int = 5
    """1 to 900; behind front door rest up to 29, behind http up to 30."""
    ephemeral_storage_mb: int = 512
    """The size of /tmp: 512 to 10240."""
    retention_days: int = 14
    """How long CloudWatch keeps the log: 1, 3, 5, 7, 14, 30, 60, 90 ... 3653."""
    log_level: str = "INFO"
    """What is logged: TRACE, DEBUG, INFO, WARN, ERROR or FATAL."""
    tracing: bool = False
    """Trace calls with X-Ray."""
    reserved_concurrency: int | None = None
    """Calls at once, taken out of the account's quota for this function alone."""
    front_door: FrontDoor = "rest"
    """rest (API Gateway: the paths of the function's openapi.json, without that file every path), http (HTTP API), url
    (Function URL) or none."""
    throttle_rate: float = 10.0
    """Requests a second (front doors rest and http)."""
    throttle_burst: int = 20
    """Requests at once (front doors rest and http)."""
    api_key: bool = False
    """Callers need an API key (front door rest)."""
    quota_per_day: int | None = None
    """Requests a day for that key."""
    url_auth: Literal["NONE", "AWS_IAM"] = "NONE"
    """Who may call front door url: everybody (NONE), or AWS_IAM."""
    alarm_email: str | None = None
    """Alarms exist only with it."""
    budget_usd: float | None = None
    """A monthly budget, told about at 80 % spent and 100 % forecast; needs alarm_email."""
    billing_alarm_usd: float | None = None
    """The EstimatedCharges alarm, in us-east-1; needs alarm_email."""
    keep_versions: int = 10
    """Older versions are deleted, but never one that an alias uses."""
    smoke: Smoke = field(default_factory=Smoke)
    """The request that a new version and the URL must answer: `smoke = "POST /"`."""
    statements: tuple[Statement, ...] = ()
    """What the function may do besides writing its log: [[defaults.statements]] with actions and resources."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the function sees: stack.yml's, then deploy.toml's, then the command line's."""
    secrets: tuple[str, ...] = ()
    """The names under `secrets:` in stack.yml."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The user's own, besides app, stage and managed-by."""
