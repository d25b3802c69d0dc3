"""Build the package, show what would change, and create or update the action."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from .. import found, plan, wanted
from ..console import Console
from ..errors import ApiError, DeployError
from ..plan import Change, Difference
from ..target import Target, ask, where
from ..world import World


def add_arguments(parser: ArgumentParser) -> None:
    """Add what the action is made of, and what may be done."""
    wanted.add_arguments(parser)
    parser.add_argument("--adopt", action="store_true", help="replace an action of this name that this did not make")
    parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")


def run(arguments: Namespace, world: World, console: Console) -> int:
    """Deploy. Raises Refused for another's action, DeployError if somebody else changes it meanwhile."""
    place = where(arguments, world, console)
    what = wanted.wanted(arguments, place.name, world)
    console.hide_in_errors(*(what.env or {}).values())
    target = ask(place, world, console)
    there = found.read(target.api, target.name)
    plan.check(there, what, adopt=arguments.adopt)
    changes = plan.changes(there, what)
    console.say(target.heading)
    for change in changes:
        console.say("\n".join(_lines(change)))
    if not arguments.dry_run:
        _carry_out(changes, target, console)
        console.say(target.url)
    done = "dry run" if arguments.dry_run else "deployed"
    console.result(
        _summary(changes, is_dry_run=arguments.dry_run),
        **target.facts,
        result=done if changes else "nothing to do",
        url=target.url,
        digest=what.digest,
        changes=[_facts(change) for change in changes],
    )
    return 0


def _carry_out(changes: list[Change], target: Target, console: Console) -> None:
    """Put every change. Raises DeployError for the first that fails, or that was not the only one."""
    for done, change in enumerate(changes):
        try:
            reply = target.api.put(change.path, change.body, overwrite=change.sign == "~")
        except ApiError as error:
            if done:
                console.warn(f"done before that: {changes[0].entity} {changes[0].name}")
            raise ApiError(f"{change.entity} {change.name} was not put: {error}", error.status) from None
        version = reply.payload.get("version") if isinstance(reply.payload, dict) else None
        # a PUT that was tried again may have been done twice
        if reply.attempts == 1 and version != change.version:
            raise DeployError(
                f"{change.entity} {change.name} is at version {version}, and not at {change.version}: somebody else "
                "changed it at the same time, and that change is overwritten; see who else deploys it"
            )


def _lines(change: Change) -> list[str]:
    return [f"  {change.sign} {change.entity:8} {change.name}", *(f"      {_told(one)}" for one in change.differences)]


def _told(one: Difference) -> str:
    if one.before is None or one.after is None:
        return f"{one.name}: {one.after if one.before is None else f'{one.before}, goes'}"
    return f"{one.name}: {one.before} -> {one.after}"


def _summary(changes: list[Change], *, is_dry_run: bool) -> str:
    if not changes:
        return "nothing to do"
    words = {"+": "created", "~": "updated"} if not is_dry_run else {"+": "to create", "~": "to update"}
    counts = {word: sum(change.sign == sign for change in changes) for sign, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _facts(change: Change) -> dict[str, Any]:
    differences = [{"name": one.name, "before": one.before, "after": one.after} for one in change.differences]
    return {"sign": change.sign, "entity": change.entity, "name": change.name, "differences": differences}
