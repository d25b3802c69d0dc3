"""What is printed, where, and what never is."""

from __future__ import annotations

import json

import pytest

from portable.deploying.console import Console

from .worlds import make_world, printed


def test_hidden_value_is_printed_nowhere_in_none_of_its_spellings() -> None:
    console = Console(make_world(), json=True)
    console.hide('sword"fish', "ö-secret")

    console.result("", raw='sword"fish', other="an ö-secret")
    console.warn('sword"fish and ö-secret')

    out, err = printed(console.world)
    assert json.loads(out) == {"raw": "***", "other": "an ***"}
    assert err == "*** and ***\n"


def test_value_that_is_hidden_in_errors_is_left_in_what_we_say() -> None:
    console = Console(make_world(), verbose=True)
    console.hide_in_errors("hello")

    console.say("hello")
    console.trace("they said hello")
    code = console.fail("error: hello", 5)

    assert code == 5
    assert printed(console.world) == ("hello\n", "they said ***\nerror: ***\n")


def test_value_of_a_few_letters_is_no_secret() -> None:
    console = Console(make_world())
    console.hide("abc")

    console.say("abc")

    assert printed(console.world) == ("abc\n", "")


def test_failure_is_one_object_for_machines_too() -> None:
    console = Console(make_world(), json=True)

    console.fail("error: it broke", 1)

    out, err = printed(console.world)
    assert json.loads(out) == {"error": "it broke", "exit_code": 1}
    assert err == "error: it broke\n"


def test_trace_is_for_who_wants_to_know_more() -> None:
    console = Console(make_world())

    console.trace("GET /: 200")

    assert printed(console.world) == ("", "")


@pytest.mark.parametrize(("line", "color"), [("  + a", "32"), ("  ~ a", "33"), ("  - a", "31"), ("  ? a", "36")])
def test_line_of_a_plan_has_the_color_of_its_sign(line: str, color: str) -> None:
    assert Console(make_world(), color=True).colored(line) == f"\x1b[{color}m{line}\x1b[0m"
    assert Console(make_world()).colored(line) == line


def test_line_without_a_sign_has_no_color() -> None:
    assert Console(make_world(), color=True).colored("      memory: 1 -> 2") == "      memory: 1 -> 2"
