"""The options of a command as a message that names the next one repeats them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from portable.deploying.spelling import given


def test_it_is_what_the_user_gave_and_no_default() -> None:
    arguments = SimpleNamespace(function="a b", stack=Path("stack.yml"), config=None, front_door="url", json=True)

    assert given(arguments, "function", "stack", "config", "front_door") == ["--function=a b", "--front-door=url"]
    assert given(SimpleNamespace(stack=Path("x/stack.yml")), "stack") == ["--stack=x/stack.yml"]
