"""The settings of one stage, from everywhere they may be written; what AWS would not take is refused before any call.

What wins: command line, environment, [stages.NAME] of deploy.toml, its [defaults], stack.yml, the default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...deploying.errors import BadSettings
from . import Settings, Smoke, checks, region, stack
from .places import Written
from .toml import read_stage

DEFAULT_CONFIG = Path("deploy.toml")
DEFAULT_STAGE = "dev"
_OFFLINE_REGION = "us-east-1"


@dataclass(frozen=True)
class Options:
    """What the command line says of the settings; None for what it does not say."""

    stage: str | None = None
    config: Path | None = None
    function_dir: Path = Path("function")
    stack: Path = Path("stack.yml")
    region: str | None = None
    profile: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """The function's own variables, of --env."""

    offline: bool = False
    """For a command that makes no call: without any region it takes us-east-1."""


def load(options: Options, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a stage, checked.

    Raises BadSettings that names the file, the table and the key (or the flag or variable), the value, and what is
    allowed. An environment variable's value is never named: it may be secret.
    """
    stage = _stage(options, environ)
    checks.check_stage(*stage)
    shared = stack.read(options.stack, options.function_dir, environ)
    written = {
        "app": Written(shared.app, shared.place),
        "stage": stage,
        **_of_stack(shared),
        **_of_file(options, environ, stage.value),
        **{f"environment.{name}": Written(value, f"--env {name}") for name, value in options.environment.items()},
    }
    written["profile"] = _profile(options, environ, written)
    written["region"] = _region(options, environ, written)
    settings = _settings(written, shared.secrets)
    checks.check(settings, {key: one.place for key, one in written.items()})
    return settings


def _stage(options: Options, environ: Mapping[str, str]) -> Written:
    if options.stage is not None:
        return Written(options.stage, "--stage")
    return Written(environ.get("APP_STAGE") or DEFAULT_STAGE, "APP_STAGE")


def _of_stack(shared: stack.StackSettings) -> dict[str, Written]:
    written = {
        f"environment.{name}": Written(value, f"{shared.place}: environment.{name}")
        for name, value in shared.environment.items()
    }
    if shared.memory_mb is not None:
        written["memory_mb"] = Written(shared.memory_mb, f"{shared.place}: limits.memory")
    return written


def _of_file(options: Options, environ: Mapping[str, str], stage: str) -> dict[str, Written]:
    """Return what deploy.toml sets; nothing if it is not there and nobody named it."""
    named, place = options.config, "--config"
    if named is None and environ.get("APP_CONFIG"):
        named, place = Path(environ["APP_CONFIG"]), "APP_CONFIG"
    path = named or DEFAULT_CONFIG
    try:
        return read_stage(path, stage)
    except FileNotFoundError:
        if named is None:
            return {}
        raise BadSettings(f"{place}: there is no file {str(path)!r}") from None
    except OSError as error:
        raise BadSettings(f"{path}: cannot read it: {error.strerror}") from None


def _profile(options: Options, environ: Mapping[str, str], written: Mapping[str, Written]) -> Written:
    """Return the profile; None where the environment has credentials or a profile: boto3 finds these by itself."""
    if options.profile is not None:
        return Written(options.profile, "--profile")
    if region.of_environment(environ) or environ.get("AWS_ACCESS_KEY_ID"):
        return Written(None, "AWS_PROFILE")
    return written.get("profile", Written(None, "profile"))


def _region(options: Options, environ: Mapping[str, str], written: Mapping[str, Written]) -> Written:
    """Return the region. The profile's own comes last: deploy.toml knows the app, the profile only the person."""
    if options.region is not None:
        return Written(options.region, "--region")
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if environ.get(variable):
            return Written(environ[variable], variable)
    if "region" in written:
        return written["region"]
    if of_profile := _region_of_profile(options, environ, written["profile"].value):
        return of_profile
    if options.offline:
        return Written(_OFFLINE_REGION, "region")
    raise BadSettings(
        'there is no region: give --region or AWS_REGION, write e.g. region = "eu-west-1" under [defaults] in '
        "deploy.toml, or give the profile one (`aws configure`)"
    )


def _region_of_profile(options: Options, environ: Mapping[str, str], profile: str | None) -> Written | None:
    try:
        found = region.of_profile(profile, environ)
    except BadSettings:
        if not options.offline:
            raise
        return None
    name = profile or region.of_environment(environ) or "default"
    return Written(found, f"the region of profile {name!r}") if found else None


def _settings(written: Mapping[str, Written], secrets: tuple[str, ...]) -> Settings:
    values: dict[str, Any] = {key: one.value for key, one in written.items() if "." not in key}
    statuses = values.pop("smoke_statuses", ())
    values["smoke"] = replace(values.get("smoke", Smoke()), statuses=statuses)
    for table in ("environment", "tags"):
        names = [key for key in written if key.startswith(f"{table}.")]
        values[table] = {key.removeprefix(f"{table}."): written[key].value for key in names}
    return Settings(**values, secrets=secrets)
