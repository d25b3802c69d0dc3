"""Asking before something is changed."""

from __future__ import annotations

from .errors import Refused
from .world import World


def confirm(world: World, question: str, *, yes: bool) -> None:
    """Ask for a y. Raises Refused if it is not given, or cannot be."""
    if yes:
        return
    if not world.stdin.isatty():
        raise Refused("nobody is there to be asked: say --yes to do it")
    if _answer(world, f"{question} [y/N] ").lower() not in ("y", "yes"):
        raise Refused("not confirmed: nothing was changed")


def confirm_name(world: World, name: str, *, given: str | None) -> None:
    """Demand the name itself, by option or typed. Raises Refused for any other."""
    if given is None and world.stdin.isatty():
        given = _answer(world, f"Type {name} to go on: ")
    if given != name:
        raise Refused(f"this is a stage called prod: say --confirm {name} to do it")


def _answer(world: World, prompt: str) -> str:
    print(prompt, end="", file=world.stderr, flush=True)
    return world.stdin.readline().strip()
