"""Asking before something is changed. Questions go to stderr."""

from __future__ import annotations

from .errors import Refused
from .world import World


def confirm(world: World, question: str, *, yes: bool) -> None:
    """Ask for a y, unless `yes`. Raises Refused for any other answer, or if stdin is no terminal."""
    if yes:
        return
    _check_terminal(world)
    if _typed(world, f"{question} [y/N] ").lower() not in ("y", "yes"):
        raise Refused("not confirmed: nothing was changed")


def confirm_name(world: World, name: str, *, yes: bool) -> None:
    """Ask for the name, unless `yes`. Raises Refused for any other answer, or if stdin is no terminal."""
    if yes:
        return
    _check_terminal(world)
    if typed_name(world, name) != name:
        raise Refused("not confirmed: nothing was changed")


def typed_name(world: World, name: str) -> str:
    """Ask for the name; return what is typed."""
    return _typed(world, f"Type {name} to go on: ")


def _check_terminal(world: World) -> None:
    if not world.stdin.isatty():
        raise Refused("nobody is there to be asked: say --yes to do it")


def _typed(world: World, prompt: str) -> str:
    print(prompt, end="", file=world.stderr, flush=True)
    return world.stdin.readline().strip()
