"""What AWS Lambda, its front doors and the deployer in portable/aws refuse and do otherwise."""

from __future__ import annotations

from platforms.aws_lambda import limits

from ..inspections import (
    MEGABYTE,
    annotations_named,
    environment_over,
    memory,
    name_unlike,
    secrets,
    timeout,
    variables_named,
    variables_unlike,
)
from ..model import Rule, Severity

REFUSES, IGNORES, DIFFERS = Severity
QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
VARIABLES = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"
PAGE = "docs/platforms/aws_lambda.md"
TARGET = ("aws_lambda",)
_RESERVED = (  # as in portable/aws/settings/texts.py
    "AWS_(ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|DEFAULT_REGION|REGION|EXECUTION_ENV)",
    "AWS_LAMBDA_(FUNCTION_NAME|FUNCTION_MEMORY_SIZE|FUNCTION_VERSION|RUNTIME_API)",
    "AWS_LAMBDA_(LOG_GROUP_NAME|LOG_STREAM_NAME|INITIALIZATION_TYPE|MAX_CONCURRENCY)",
    "LAMBDA_(TASK_ROOT|RUNTIME_DIR)",
    "SECRETS_PATH",  # the deployer's own
)

RULES = (
    Rule(
        "lambda-name",
        TARGET,
        REFUSES,
        name_unlike(f".{{1,{limits.MAX_NAME_CHARS - len('-dev')}}}"),
        f"a function's name has {limits.MAX_NAME_CHARS} characters at most, with the stage's: -dev",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
    ),
    Rule(
        "lambda-timeout",
        TARGET,
        REFUSES,
        timeout(over_s=limits.MAX_TIMEOUT_S),
        f"a call ends after {limits.MAX_TIMEOUT_S} s at most",
        QUOTAS,
    ),
    Rule(
        "lambda-front-door-timeout",
        TARGET,
        DIFFERS,
        timeout(over_s=limits.REST_TIMEOUT_S),
        f"the front door rest gives up after {limits.REST_TIMEOUT_S} s, and http after {limits.HTTP_TIMEOUT_S}",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
    ),
    Rule(
        "lambda-timeout-setting",
        TARGET,
        DIFFERS,
        timeout(),
        "it is a variable and no limit; set timeout_s in deploy.toml, which is 5 without it",
        f"{PAGE}#settings-of-deploytoml",
    ),
    Rule(
        "lambda-memory",
        TARGET,
        REFUSES,
        memory(lambda size: size > limits.MAX_MEMORY_MB * MEGABYTE),
        f"a function has {limits.MAX_MEMORY_MB} MB at most",
        QUOTAS,
    ),
    Rule(
        "lambda-least-memory",
        TARGET,
        DIFFERS,
        memory(lambda size: size < limits.MIN_MEMORY_MB * MEGABYTE),
        f"a function has {limits.MIN_MEMORY_MB} MB at least, and gets that",
        QUOTAS,
    ),
    Rule(
        "lambda-memory-step",
        TARGET,
        DIFFERS,
        memory(lambda size: size > limits.MIN_MEMORY_MB * MEGABYTE and size % MEGABYTE),
        "memory is whole megabytes (of 1024 * 1024 bytes), and rounded up",
        QUOTAS,
    ),
    Rule(
        "lambda-environment-size",
        TARGET,
        REFUSES,
        environment_over(limits.MAX_ENVIRONMENT_BYTES, as_json=True),
        f"there are {limits.MAX_ENVIRONMENT_BYTES} bytes for all variables together; "
        "put what is long into a file or a secret",
        QUOTAS,
    ),
    Rule(
        "lambda-variable-name",
        TARGET,
        REFUSES,
        variables_unlike("[a-zA-Z][a-zA-Z0-9_]+"),
        "a variable's name is two or more letters, digits and '_', a letter first",
        "https://docs.aws.amazon.com/lambda/latest/dg/API_Environment.html",
    ),
    Rule(
        "lambda-reserved-variable",
        TARGET,
        REFUSES,
        variables_named("|".join(_RESERVED)),
        "Lambda sets it itself; take another name",
        VARIABLES,
    ),
    Rule(
        "lambda-secrets",
        TARGET,
        DIFFERS,
        secrets,
        "secrets are Secrets Manager's, for each stage: `portable aws secret set` before the deploy",
        f"{PAGE}#secrets",
    ),
    Rule(
        "lambda-schedule",
        TARGET,
        IGNORES,
        annotations_named("schedule"),
        "no schedule comes along: make one in EventBridge Scheduler, which calls the function with an event",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-eventbridge-scheduler.html",
    ),
)
