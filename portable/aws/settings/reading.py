"""The settings of one stage, from everywhere they may be written; what AWS would not take is refused before any call.

What wins: command line, environment, deploy.toml (of its tables see project/settings/deploy_toml.py), stack.yml, the
default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from platforms.aws_lambda.limits import MIN_MEMORY_MB

from ...deploying.errors import BadSettings
from ...project.functions import STACK, short
from ...project.settings import deploy_toml, stack
from ...project.settings.written import Written, places_of, table_of
from . import Settings, Smoke, checks, region

DEFAULT_STAGE = "dev"
_OFFLINE_REGION = "us-east-1"


@dataclass(frozen=True)
class Options:
    """What the command line says of the settings; None for what it does not say."""

    stage: str | None = None
    config: Path | None = None
    function: str | None = None
    """Its name in the stack file, or its folder; None for the only one."""
    stack: Path = STACK
    region: str | None = None
    profile: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """The function's own variables, of --env."""
    flags: Mapping[str, Written] = field(default_factory=dict)
    """Settings that have a flag of their own, such as front_door."""
    offline: bool = False
    """For a command that makes no call: without any region it takes us-east-1."""


def load(options: Options, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a stage, checked.

    Raises BadSettings that names the file, the table and the key (or the flag or variable), the value, and what is
    allowed. An environment variable's value is never named: it may be secret.
    """
    stage = _stage(options, environ)
    checks.check_stage(*stage)
    shared = stack.read(options.function, options.stack, environ, least_mb=MIN_MEMORY_MB)
    name = shared.function.name
    file = deploy_toml.find(options.config, options.stack, environ, shared.functions)
    written = {
        "app": Written(name, shared.place),
        "stage": stage,
        **shared.written,
        **file.for_aws(name, stage.value),
        **{f"environment.{key}": Written(value, f"--env {key}") for key, value in options.environment.items()},
        **options.flags,
    }
    written["profile"] = _profile(options, environ, written)
    written["region"] = _region(options, environ, written)
    settings = _settings(written, shared)
    checks.check(settings, places_of(written))
    return settings


def _stage(options: Options, environ: Mapping[str, str]) -> Written:
    if options.stage is not None:
        return Written(options.stage, "--stage")
    return Written(environ.get("APP_STAGE") or DEFAULT_STAGE, "APP_STAGE")


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


def _settings(written: Mapping[str, Written], shared: stack.StackSettings) -> Settings:
    values: dict[str, Any] = {key: one.value for key, one in written.items() if "." not in key}
    statuses = values.pop("smoke_statuses", ())
    values["smoke"] = replace(values.get("smoke", Smoke()), statuses=statuses)
    values |= {table: table_of(written, table) for table in ("environment", "tags")}
    return Settings(**values, folder=short(shared.function.folder), secrets=shared.secrets)
