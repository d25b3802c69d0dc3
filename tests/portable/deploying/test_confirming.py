"""Nothing is changed unless it is confirmed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portable.deploying.confirming import confirm, confirm_name
from portable.deploying.errors import Refused

from .worlds import Terminal, make_world, printed


@pytest.mark.parametrize("typed", ["y\n", "Y\n", "yes\n", " yes \n"])
def test_yes_confirms(typed: str) -> None:
    world = make_world(stdin=Terminal(typed))

    confirm(world, "Do it?", yes=False)

    assert printed(world) == ("", "Do it? [y/N] ")


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "yep\n"])
def test_anything_else_does_not(typed: str) -> None:
    with pytest.raises(Refused, match="not confirmed: nothing was changed"):
        confirm(make_world(stdin=Terminal(typed)), "Do it?", yes=False)


def test_name_confirms() -> None:
    world = make_world(stdin=Terminal("one\n"))

    confirm_name(world, "one", yes=False)

    assert printed(world) == ("", "Type one to go on: ")


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "One\n"])
def test_another_name_does_not(typed: str) -> None:
    with pytest.raises(Refused, match="not confirmed: nothing was changed"):
        confirm_name(make_world(stdin=Terminal(typed)), "one", yes=False)


@pytest.mark.parametrize("ask", [confirm, confirm_name])
def test_where_nobody_is_to_be_asked_it_takes_the_option(ask: Callable[..., None]) -> None:
    world = make_world()

    with pytest.raises(Refused, match="nobody is there to be asked: say --yes to do it"):
        ask(world, "one", yes=False)
    ask(world, "one", yes=True)

    assert printed(world) == ("", "")
