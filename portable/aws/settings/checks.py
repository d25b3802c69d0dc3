"""AWS's rules for the settings, checked before any call: a setting that AWS would refuse half-way is refused here.

Every message begins with where the value was written, and says what is allowed and why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from platforms.aws_lambda import limits

from ...deploying.errors import BadSettings
from ...deploying.hints import hint
from ...project.settings.deploy_toml import STAGE
from ...project.settings.written import Places, refuse
from ..names import Names
from . import Settings, region, texts

_INT32 = 2**31 - 1
_RESERVED_STAGES = ("test-invoke-stage",)  # what API Gateway's console calls with


class _Range(NamedTuple):
    key: str
    least: int
    most: int
    what: str


_RANGES = (
    _Range("memory_mb", limits.MIN_MEMORY_MB, limits.MAX_MEMORY_MB, "MB of memory, as Lambda gives"),
    _Range("timeout_s", limits.MIN_TIMEOUT_S, limits.MAX_TIMEOUT_S, "seconds, as Lambda allows"),
    _Range("ephemeral_storage_mb", limits.MIN_STORAGE_MB, limits.MAX_STORAGE_MB, "MB of /tmp, as Lambda gives"),
    _Range("reserved_concurrency", 0, _INT32, "calls at once"),
    _Range("throttle_burst", 1, _INT32, "requests at once"),
    _Range("quota_per_day", 1, _INT32, "requests a day"),
    _Range("keep_versions", 1, _INT32, "versions (those that an alias uses are kept besides)"),
)
_POSITIVE = ("throttle_rate", "budget_usd", "billing_alarm_usd")
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-supported
_RUNTIMES = ("python3.11", "python3.12", "python3.13", "python3.14")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "architecture": ("arm64", "x86_64"),
    "front_door": ("rest", "http", "url", "none"),
    "log_level": ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"),
    "url_auth": ("NONE", "AWS_IAM"),
}
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_PATIENCE_S = {"rest": limits.REST_TIMEOUT_S, "http": limits.HTTP_TIMEOUT_S}
"""How long the front doors wait for the function."""
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def check_stage(stage: str, place: str) -> None:
    """Raise BadSettings for a name that no stage can have."""
    if not STAGE.fullmatch(stage) or stage in _RESERVED_STAGES:
        raise BadSettings(f"{place} is {stage!r}: a stage is called by a-z, 0-9 and '-', a letter first, e.g. dev")


def check(settings: Settings, places: Places) -> None:
    """Raise BadSettings for the first setting that AWS would not take, or that would do nothing."""
    for rule in (
        _check_account_and_region,
        _check_names,
        _check_choices,
        _check_runtime,
        _check_numbers,
        _check_front_door,
        _check_throttling,
        _check_alarms,
        texts.check,
    ):
        rule(settings, places)


def _check_account_and_region(settings: Settings, places: Places) -> None:
    region.check_region(settings.region, places.get("region", "region"))
    if settings.account is not None and not re.fullmatch(r"[0-9]{12}", settings.account):
        refuse(places, "account", f'is {settings.account!r}: an account is 12 digits, such as "123456789012"')


def _check_names(settings: Settings, places: Places) -> None:
    name = Names(settings.app, settings.stage, "", settings.region).global_base
    if len(name) > limits.MAX_NAME_CHARS:
        refuse(
            places,
            "app",
            f"makes the role's name {name!r}: {len(name)} characters, and IAM takes {limits.MAX_NAME_CHARS}; "
            "shorten the function's name in stack.yml, or the stage's",
        )


def _check_choices(settings: Settings, places: Places) -> None:
    for key, known in CHOICES.items():
        value = getattr(settings, key)
        if value is not None and value not in known:
            refuse(places, key, f"is {value!r}; {hint(value, known)}")
    if settings.retention_days not in RETENTIONS:
        allowed = ", ".join(map(str, RETENTIONS))
        refuse(places, "retention_days", f"is {settings.retention_days}: CloudWatch Logs takes {allowed}")


def _check_runtime(settings: Settings, places: Places) -> None:
    if settings.runtime in _RUNTIMES:
        return
    old = re.fullmatch(r"python(2\.7|3\.[0-9]|3\.10)", settings.runtime)
    reason = "AWS has deprecated it and takes no new functions of it" if old else "it is none that the deployer knows"
    refuse(places, "runtime", f"is {settings.runtime!r}: {reason}; there are: {', '.join(_RUNTIMES)}")


def _check_numbers(settings: Settings, places: Places) -> None:
    for key, least, most, what in _RANGES:
        value = getattr(settings, key)
        if value is not None and not least <= value <= most:
            allowed = f"at least {least}" if most == _INT32 and value < least else f"from {least} to {most}"
            refuse(places, key, f"is {value}, and must be {allowed} {what}")
    for key in _POSITIVE:
        value = getattr(settings, key)
        if value is not None and value <= 0:
            refuse(places, key, f"is {value:g}, and must be more than 0")


def _check_front_door(settings: Settings, places: Places) -> None:
    door, patience_s = settings.front_door, _PATIENCE_S.get(settings.front_door)
    if patience_s and settings.timeout_s > patience_s:
        refuse(
            places,
            "timeout_s",
            f"is {settings.timeout_s}: front door {door} waits for {patience_s} s, then answers 504 while the function "
            f'goes on; take at most {patience_s}, or front_door = "url"',
        )
    if settings.api_key and door != "rest":
        refuse(places, "api_key", f'is true, and front door {door} has no API keys; take front_door = "rest"')
    if settings.quota_per_day is not None and not settings.api_key:
        refuse(places, "quota_per_day", "counts the calls of an API key, and there is none; set api_key = true")
    if settings.url_auth != "NONE" and door != "url":
        refuse(places, "url_auth", f'is for front door url, and this one is {door}; take front_door = "url"')


def _check_throttling(settings: Settings, places: Places) -> None:
    """Refuse a throttle that was written and would do nothing: who wrote it counts on it."""
    for key in ("throttle_rate", "throttle_burst"):
        if key in places and settings.front_door not in ("rest", "http"):
            refuse(
                places,
                key,
                f"does nothing: front door {settings.front_door} has no throttle; reserved_concurrency bounds the "
                "calls at once there",
            )


def _check_alarms(settings: Settings, places: Places) -> None:
    email = settings.alarm_email
    if email is not None and not (_EMAIL.fullmatch(email) and len(email) <= _LONGEST_EMAIL):
        refuse(places, "alarm_email", f"is {email!r}: it takes one e-mail address, such as you@example.org")
    for key in ("budget_usd", "billing_alarm_usd"):
        if getattr(settings, key) is not None and email is None:
            refuse(places, key, "is told about by e-mail, and there is no address; set alarm_email")
    if settings.billing_alarm_usd is not None and region.partitions()[settings.region] != "aws":
        refuse(
            places,
            "billing_alarm_usd",
            f"needs AWS's metric of charges, which is in us-east-1 alone and not to be had from {settings.region}",
        )
