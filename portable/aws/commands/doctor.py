"""Check what a deploy needs, and say what to do about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from ...deploying.arguments import Arguments
from ...deploying.errors import DeployError
from ...deploying.finding import Finding, tell, tried
from .. import failures, planner, secrets
from ..artifact import spec
from ..console import Console
from ..resources import function_state
from ..settings import Settings
from ..stage import Stage, connect, settings_of
from ..world import World
from . import building

OPTIONS = ()


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print every finding; return 1 if one is bad. Reads only."""
    findings = list(_findings(arguments, world, console))
    return tell(findings, console, bad="deploy would fail: see NO above")


def _findings(arguments: Arguments, world: World, console: Console) -> Iterator[Finding]:
    settings: list[Settings] = []
    stages: list[Stage] = []
    yield _tried("settings", lambda: _settings(settings_of(arguments, world), settings))
    if settings:
        yield _tried("package", lambda: _package(settings[0]))
        if settings[0].front_door == "rest":
            yield _tried("spec", lambda: _spec(settings[0]))
    yield _local_run()
    if settings:
        yield _tried("credentials", lambda: _credentials(connect(arguments, world, console), stages))
    for stage in stages:
        yield _tried("quotas", lambda: _quotas(stage))  # noqa: B023 - called before the next turn
        yield _tried("secrets", lambda: _secrets(stage))  # noqa: B023


def _tried(about: str, check: Callable[[], str]) -> Finding:
    return tried(about, check, failures.explained)


def _settings(settings: Settings, found: list[Settings]) -> str:
    found.append(settings)
    return f"{settings.app}-{settings.stage} in {settings.region}, {settings.runtime}, front door {settings.front_door}"


def _package(settings: Settings) -> str:
    package = building.package_of(settings)
    return f"{len(package.content):,} bytes for {package.architecture}, all wheels there"


def _spec(settings: Settings) -> str:
    read = building.spec_of(settings)
    return "no openapi.json: every path" if read is spec.EVERYTHING else f"{len(read['paths'])} path(s)"


def _local_run() -> Finding:
    if find_spec("awslambdaric"):
        return Finding("local run", "awslambdaric is installed")
    return Finding("local run", "`portable aws run` needs awslambdaric, which is for Linux", is_well=None)


def _credentials(stage: Stage, found: list[Stage]) -> str:
    found.append(stage)
    guard = (
        "the only one that deploy.toml allows" if stage.settings.account else "deploy.toml allows any: set `account`"
    )
    return f"account {stage.names.account} ({guard})"


def _quotas(stage: Stage) -> str:
    limit = stage.aws.call("lambda", "get_account_settings")["AccountLimit"]
    free = limit["UnreservedConcurrentExecutions"]
    said = f"{limit['ConcurrentExecutions']} executions at once, {free} of them not reserved"
    wanted, state = stage.settings.reserved_concurrency, function_state.read(stage.aws, stage.names)
    already = (state.reserved_concurrency if state else None) or 0
    if wanted and free + already - wanted < 100:
        raise DeployError(f"{said}: reserving {wanted} would leave less than the 100 that AWS wants")
    return said


def _secrets(stage: Stage) -> str:
    if missing := secrets.missing(
        planner.read(stage.aws, stage.names, stage.settings.secrets).secrets, stage.settings.secrets
    ):
        raise DeployError(missing)
    return f"{len(stage.settings.secrets)} declared, all set"
