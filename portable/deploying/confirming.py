"""Asking before something is changed. Questions go to stderr."""

from __future__ import annotations

from .errors import Refused
from .world import World


def confirm(world: World, question: str, *, yes: bool) -> None:
    """Ask for a y, unless --yes said so. Raises Refused if it is not given, or nobody can be asked."""
    if yes:
        return
    _check_terminal(world)
    if _typed(world, f"{question} [y/N] ").lower() not in ("y", "yes"):
        raise Refused("not confirmed: nothing was changed")


def confirm_name(world: World, name: str, *, yes: bool) -> None:
    """Ask for the name itself, unless --yes said so. Raises Refused for any other, or if nobody can be asked."""
    if yes:
        return
    _check_terminal(world)
    if typed_name(world, name) != name:
        raise Refused("not confirmed: nothing was changed")


def typed_name(world: World, name: str) -> str:
    """Return what is typed when the name is asked for."""
    return _typed(world, f"Type {name} to go on: ")


def _check_terminal(world: World) -> None:
    if not world.stdin.isatty():
        raise Refused("nobody is there to be asked: say --yes to do it")


def _typed(world: World, prompt: str) -> str:
    print(prompt, end="", file=world.stderr, flush=True)
    return world.stdin.readline().strip()
