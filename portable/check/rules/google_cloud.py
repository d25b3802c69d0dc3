"""What Cloud Run functions (the second generation of Cloud Functions) refuse and do otherwise."""

from __future__ import annotations

from platforms.google_cloud import limits

from ..inspections import (
    MEGABYTE,
    annotations_named,
    both,
    environment_over,
    memory,
    name_unlike,
    secrets,
    timeout,
    variables_named,
)
from ..model import Rule, Severity

REFUSES, IGNORES, DIFFERS = Severity
QUOTAS = "https://cloud.google.com/functions/quotas"
MEMORY = "https://cloud.google.com/functions/docs/configuring/memory"
VARIABLES = "https://cloud.google.com/run/docs/configuring/services/overview-environment-variables"
TARGET = ("google_cloud",)

RULES = (
    Rule(
        "google-name",
        TARGET,
        REFUSES,
        name_unlike("[a-z].*"),
        "a function's name begins with a letter",
        "https://cloud.google.com/functions/docs/deploy",
    ),
    Rule(
        "google-timeout",
        TARGET,
        REFUSES,
        timeout(over_s=limits.MAX_TIMEOUT_S),
        f"a call ends after {limits.MAX_TIMEOUT_S // 60} minutes at most",
        QUOTAS,
    ),
    Rule(
        "google-event-timeout",
        TARGET,
        DIFFERS,
        both(annotations_named("topic"), timeout(over_s=limits.MAX_EVENT_TIMEOUT_S)),
        f"a call by an event ends after {limits.MAX_EVENT_TIMEOUT_S // 60} minutes at most",
        QUOTAS,
    ),
    Rule(
        "google-timeout-setting",
        TARGET,
        DIFFERS,
        timeout(),
        "it is a variable and no limit; set the function's own: gcloud functions deploy --timeout",
        QUOTAS,
    ),
    Rule(
        "google-memory",
        TARGET,
        REFUSES,
        memory(lambda size: size > limits.MAX_MEMORY_MB * MEGABYTE),
        f"a function has {limits.MAX_MEMORY_MB // 1024} GiB at most",
        MEMORY,
    ),
    Rule(
        "google-least-memory",
        TARGET,
        DIFFERS,
        memory(lambda size: size < limits.MIN_MEMORY_MB * MEGABYTE),
        f"a function has {limits.MIN_MEMORY_MB} MiB at least",
        MEMORY,
    ),
    Rule(
        "google-environment-size",
        TARGET,
        REFUSES,
        environment_over(limits.MAX_ENVIRONMENT_BYTES, as_json=False),
        f"there are {limits.MAX_ENVIRONMENT_BYTES // 1024} KiB for all variables together",
        VARIABLES,
    ),
    Rule(
        "google-reserved-variable",
        TARGET,
        REFUSES,
        variables_named("PORT|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|K_SERVICE|K_REVISION|X_GOOGLE_.*"),
        "the platform sets it itself; take another name",
        VARIABLES,
    ),
    Rule(
        "google-secrets",
        TARGET,
        DIFFERS,
        secrets,
        "secrets are Secret Manager's; show each to the function as a variable of its name",
        VARIABLES,
    ),
    Rule(
        "google-schedule",
        TARGET,
        IGNORES,
        annotations_named("schedule"),
        "no schedule comes along: make a job of Cloud Scheduler that calls the function's URL",
        "https://cloud.google.com/scheduler/docs/tut-gcf-http",
    ),
)
