"""Plans as people and machines read them."""

from __future__ import annotations

import io
import json

from portable.aws.console import Console, plan_facts, plan_lines
from portable.aws.plan import Plan, Step
from portable.aws.world import World
from portable.deploying.changes import Difference

PLAN = Plan(
    (
        Step("+", "log group", "/aws/lambda/meditations-dev", (Difference("retention", None, "14 days"),)),
        Step("~", "function", "meditations-dev", (Difference("memory", "128 MB", "256 MB"),)),
        Step("-", "alarm", "meditations-dev-errors", (Difference("e-mail", "a***@example.org", None),)),
        Step("?", "check", "url"),
    ),
    notes=("the e-mail address is not confirmed yet",),
)


def make_console(*, json: bool = False, quiet: bool = False, color: bool = False) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(World(stdout=out, stderr=io.StringIO()), json=json, quiet=quiet, color=color), out


def test_a_plan_is_one_line_a_step_with_its_differences_below() -> None:
    assert plan_lines(PLAN) == [
        "  + log group        /aws/lambda/meditations-dev",
        "      retention: 14 days",
        "  ~ function         meditations-dev",
        "      memory: 128 MB -> 256 MB",
        "  - alarm            meditations-dev-errors",
        "      e-mail: a***@example.org, goes",
        "  ? check            url",
        "",
        "1 to add, 1 to change, 1 to remove",
        "note: the e-mail address is not confirmed yet",
    ]


def test_a_plan_for_machines_has_the_same() -> None:
    facts = plan_facts(PLAN)

    assert [change["sign"] for change in facts["changes"]] == ["+", "~", "-", "?"]
    assert facts["changes"][1]["differences"] == [{"name": "memory", "before": "128 MB", "after": "256 MB"}]
    assert facts["notes"] == ["the e-mail address is not confirmed yet"]
    json.dumps(facts)


def test_an_empty_plan_says_nothing() -> None:
    assert plan_lines(Plan(())) == []


def test_for_machines_only_the_result_is_printed() -> None:
    console, out = make_console(json=True)

    console.plan(PLAN)
    console.say("done")
    console.result("text", answer=42)

    assert json.loads(out.getvalue()) == {"answer": 42}


def test_quiet_leaves_the_result() -> None:
    console, out = make_console(quiet=True)

    console.plan(PLAN)
    console.result("https://u/")

    assert out.getvalue() == "https://u/\n"


def test_colors_are_by_sign_and_only_when_asked_for() -> None:
    colored, out = make_console(color=True)
    plain, plain_out = make_console()

    colored.plan(PLAN)
    plain.plan(PLAN)

    assert "\x1b[33m  ~ function         meditations-dev\x1b[0m" in out.getvalue()
    assert "\x1b" not in plain_out.getvalue()
