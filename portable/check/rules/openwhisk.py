"""What OpenWhisk refuses and does otherwise, with the limits that it has by default; an operator may have others."""

from __future__ import annotations

from platforms.openwhisk import limits

from ..inspections import MEGABYTE, annotations_named, memory, secrets, timeout
from ..model import Rule, Severity

REFUSES, IGNORES, DIFFERS = Severity
LIMITS = "https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits"
TARGET = ("openwhisk",)

RULES = (
    Rule(
        "openwhisk-timeout",
        TARGET,
        REFUSES,
        timeout(over_s=limits.MAX_TIMEOUT_MS / 1000),
        f"an action runs for {limits.MAX_TIMEOUT_MS // 60_000} minutes at most",
        LIMITS,
    ),
    Rule(
        "openwhisk-web-timeout",
        TARGET,
        DIFFERS,
        timeout(over_s=limits.WEB_TIMEOUT_S),
        f"the caller of a web action gets a 202 after {limits.WEB_TIMEOUT_S} s, and never the reply",
        "https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/"
        "controller/WebActions.scala",
    ),
    Rule(
        "openwhisk-timeout-setting",
        TARGET,
        DIFFERS,
        timeout(),
        f"it is a variable and no limit; set the action's own, which is {limits.DEFAULT_TIMEOUT_MS // 1000} s: "
        "wsk action update -t",
        LIMITS,
    ),
    Rule(
        "openwhisk-memory",
        TARGET,
        REFUSES,
        memory(lambda size: size > limits.MAX_MEMORY_MB * MEGABYTE),
        f"an action has {limits.MAX_MEMORY_MB} MB at most",
        LIMITS,
    ),
    Rule(
        "openwhisk-least-memory",
        TARGET,
        DIFFERS,
        memory(lambda size: size < limits.MIN_MEMORY_MB * MEGABYTE),
        f"an action has {limits.MIN_MEMORY_MB} MB at least",
        LIMITS,
    ),
    Rule(
        "openwhisk-secrets",
        TARGET,
        DIFFERS,
        secrets,
        "there are no secrets: context.secret finds files of the image and variables of the environment alone",
        "docs/platforms/openwhisk.md#what-the-handler-sees",
    ),
    Rule(
        "openwhisk-schedule",
        TARGET,
        IGNORES,
        annotations_named("schedule"),
        "no schedule comes along: make a trigger of the alarms package's feed, and a rule that fires the action",
        "https://github.com/apache/openwhisk-package-alarms",
    ),
)
