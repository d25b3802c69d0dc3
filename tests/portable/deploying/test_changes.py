"""The lines of a plan, for people and machines."""

from __future__ import annotations

from portable.deploying import changes
from portable.deploying.changes import Change, Difference

CHANGES = [
    Change("+", "log group", "logs", (Difference("retention", None, "14 days"),)),
    Change("~", "function", "one", (Difference("memory", "1 MB", "2 MB"), Difference("tag", "a", None))),
    Change("~", "alias", "live"),
    Change("?", "check", "url"),
]


def test_people_read_a_line_a_change_with_its_differences_below() -> None:
    assert changes.lines(CHANGES, kind_width=10) == [
        "  + log group  logs",
        "      retention: 14 days",
        "  ~ function   one",
        "      memory: 1 MB -> 2 MB",
        "      tag: a, goes",
        "  ~ alias      live",
        "  ? check      url",
    ]


def test_changes_are_counted_in_the_order_of_the_words_and_only_those_that_have_one() -> None:
    assert changes.counted(CHANGES, {"~": "to change", "-": "to remove", "+": "to add"}) == "2 to change, 1 to add"
    assert changes.counted(CHANGES[3:], {"+": "to add"}) == ""


def test_machines_read_the_same() -> None:
    assert changes.facts(CHANGES[0], "entity") == {
        "sign": "+",
        "entity": "log group",
        "name": "logs",
        "differences": [{"name": "retention", "before": None, "after": "14 days"}],
    }
