"""What Cloud Run functions (the second generation of Cloud Functions) refuse and do otherwise."""

from __future__ import annotations

from ..inspections import (
    MEGABYTE,
    annotations_named,
    both,
    environment_over,
    memory,
    name_of_no,
    secrets,
    timeout,
    variables,
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
        name_of_no("[a-z].*"),
        "a function's name begins with a letter",
        "https://cloud.google.com/functions/docs/deploy",
    ),
    Rule("google-timeout", TARGET, REFUSES, timeout(over_s=3600), "a call ends after 60 minutes at most", QUOTAS),
    Rule(
        "google-event-timeout",
        TARGET,
        DIFFERS,
        both(annotations_named("topic"), timeout(over_s=540)),
        "a call by an event ends after 9 minutes at most",
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
        memory(lambda size: size > 32 * 1024 * MEGABYTE),
        "a function has 32 GiB at most",
        MEMORY,
    ),
    Rule(
        "google-least-memory",
        TARGET,
        DIFFERS,
        memory(lambda size: size < 128 * MEGABYTE),
        "a function has 128 MiB at least",
        MEMORY,
    ),
    Rule(
        "google-environment-size",
        TARGET,
        REFUSES,
        environment_over(32 * 1024, as_json=False),
        "there are 32 KiB for all variables together",
        VARIABLES,
    ),
    Rule(
        "google-reserved-variable",
        TARGET,
        REFUSES,
        variables("PORT|FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|K_SERVICE|K_REVISION|X_GOOGLE_.*"),
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
