"""Remove the action, and its package if this made it and nothing else is in it."""

from __future__ import annotations

import click

from ...deploying.arguments import Arguments, yes_option
from ...deploying.confirming import confirm_name
from ...deploying.errors import Refused
from ...deploying.world import World
from .. import found
from ..answers import ApiError
from ..console import Console
from ..found import Found, is_ours
from ..target import Target, connect

OPTIONS = (
    click.option("--adopt", is_flag=True, help="Remove an action that this did not make, too."),
    yes_option,
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Ask, remove, and say what is left. What is gone already is no failure."""
    target = connect(arguments, world, console)
    there = found.read(target.api, target.name)
    if there.action and not is_ours(there.action) and not arguments.adopt:
        raise Refused(f"this did not make the action {target.name}: say --adopt to remove it nevertheless")
    takes_package = _takes_package(there, target)
    console.say(target.heading)
    if there.action or takes_package:
        if not arguments.yes and (console.json or console.quiet):
            console.warn(target.heading)
        confirm_name(world, str(target.name), yes=arguments.yes)
    removed, left = _remove(there, target, takes_package=takes_package)
    for line in removed:
        console.say(f"  - {line}")
    for line in left:
        console.say(f"left: {line}")
    summary = f"{len(removed)} removed" if removed else "nothing to do: already gone"
    console.result(summary, **target.facts, removed=removed, left=left)
    return 0


def _takes_package(there: Found, target: Target) -> bool:
    """Tell whether the package goes too: we made it, and there is nothing in it but the action."""
    if there.package is None or not is_ours(there.package) or found.is_binding(there.package):
        return False
    actions = [one.get("name") for one in there.package.get("actions") or []]
    return not there.package.get("feeds") and set(actions) <= {target.name.name}


def _remove(there: Found, target: Target, *, takes_package: bool) -> tuple[list[str], list[str]]:
    """Return what was removed, and what was not."""
    removed, left = [], []
    if there.action and target.api.delete(target.name.path):
        removed.append(f"action   {target.name}")
    if takes_package and target.name.package_path:
        try:
            if target.api.delete(target.name.package_path):
                removed.append(f"package  {target.name.package}")
        except ApiError as error:
            if error.status != 409:
                raise
            left.append(f"package {target.name.package}: something else is in it now")
    elif there.package:
        left.append(f"package {target.name.package}: something else is in it, or this did not make it")
    return removed, left
