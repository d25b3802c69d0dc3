"""What Azure Functions refuse and do otherwise."""

from __future__ import annotations

from platforms.azure_functions import limits

from ..inspections import annotations_named, memory, name_unlike, secrets, timeout, variables_unlike
from ..model import Rule, Severity

REFUSES, IGNORES, DIFFERS = Severity
SCALE = "https://learn.microsoft.com/azure/azure-functions/functions-scale"
APP_SETTINGS = "https://learn.microsoft.com/azure/azure-functions/functions-app-settings"
TARGET = ("azure_functions",)

RULES = (
    Rule(
        "azure-name",
        TARGET,
        REFUSES,
        name_unlike(f".{{{limits.MIN_NAME_CHARS},{limits.MAX_NAME_CHARS}}}"),
        f"a function app's name has {limits.MIN_NAME_CHARS} to {limits.MAX_NAME_CHARS} characters",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftweb",
    ),
    Rule(
        "azure-timeout",
        TARGET,
        REFUSES,
        timeout(over_s=limits.HTTP_TIMEOUT_S),
        f"the front end ends a call by HTTP after {limits.HTTP_TIMEOUT_S:g} s, whatever the plan; "
        "go on in the background",
        f"{SCALE}#timeout",
    ),
    Rule(
        "azure-timeout-setting",
        TARGET,
        DIFFERS,
        timeout(),
        "it is a variable and no limit; set functionTimeout in host.json",
        f"{SCALE}#timeout",
    ),
    Rule(
        "azure-memory",
        TARGET,
        IGNORES,
        memory(bool),
        "memory comes with the plan and is for all functions of an instance; the Consumption plan has "
        f"{limits.CONSUMPTION_MEMORY_MB / 1024:g} GB",
        f"{SCALE}#service-limits",
    ),
    Rule(
        "azure-variable-name",
        TARGET,
        REFUSES,
        variables_unlike("[A-Za-z0-9_.]+"),
        "a setting's name is letters, digits, '_' and '.'",
        "https://learn.microsoft.com/azure/app-service/configure-common",
    ),
    Rule(
        "azure-secrets",
        TARGET,
        DIFFERS,
        secrets,
        "secrets are settings of the app, which context.secret finds in the environment",
        APP_SETTINGS,
    ),
    Rule(
        "azure-schedule",
        TARGET,
        IGNORES,
        annotations_named("schedule"),
        "no schedule comes along: set TIMER_SCHEDULE, six fields with the seconds first, which adds a timer trigger",
        "docs/platforms/azure_functions.md#how-events-map",
    ),
)
