"""What OpenWhisk refuses and does otherwise, with the limits that it has by default; an operator may have others."""

from __future__ import annotations

from ..inspections import MEGABYTE, annotations_named, memory, secrets, timeout
from ..model import Rule, Severity

REFUSES, IGNORES, DIFFERS = Severity
LIMITS = "https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits"
TARGET = ("openwhisk",)

RULES = (
    Rule("openwhisk-timeout", TARGET, REFUSES, timeout(over_s=300), "an action runs for 5 minutes at most", LIMITS),
    Rule(
        "openwhisk-web-timeout",
        TARGET,
        DIFFERS,
        timeout(over_s=60),
        "the caller of a web action gets a 202 after 60 s, and never the reply",
        "https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/"
        "controller/WebActions.scala",
    ),
    Rule(
        "openwhisk-timeout-setting",
        TARGET,
        DIFFERS,
        timeout(),
        "it is a variable and no limit; set the action's own, which is 60 s: wsk action update -t",
        LIMITS,
    ),
    Rule(
        "openwhisk-memory",
        TARGET,
        REFUSES,
        memory(lambda size: size > 512 * MEGABYTE),
        "an action has 512 MB at most",
        LIMITS,
    ),
    Rule(
        "openwhisk-least-memory",
        TARGET,
        DIFFERS,
        memory(lambda size: size < 128 * MEGABYTE),
        "an action has 128 MB at least",
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
