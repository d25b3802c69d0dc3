"""Show what is there, and whether what is here differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...deploying.arguments import Arguments
from ...deploying.world import World
from ...packaging import openwhisk as package
from ...packaging.errors import PackageError
from .. import found
from ..activations import updated_at
from ..console import Console
from ..found import Entity, annotations_of
from ..names import DIGEST
from ..target import Target, again, ask, where

OPTIONS = ()


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print what is deployed, and whether it differs. Reads only."""
    place = where(arguments, world, console)
    target = ask(place, world, console)
    there = found.read(target.api, target.name)
    shown = {"version": "nothing yet"}
    if there.action:
        shown = _shown(there.action, target, _differs(there.action, place.action.function.folder, arguments))
    lines = [f"  {name:9} {value}" for name, value in shown.items()]
    if not there.action:
        lines = [f"nothing yet: `{again(arguments, 'deploy')}` makes it"]
    console.result("\n".join([target.heading, *lines]), **target.facts, deployed=bool(there.action), **_facts(shown))
    return 0


def _shown(action: Entity, target: Target, differs: str) -> dict[str, str]:
    """Return the lines, as name and text."""
    made, marked, limits = action.get("exec") or {}, annotations_of(action), action.get("limits") or {}
    is_web = marked.get("web-export") is True
    return {
        "version": f"{action.get('version')}, updated {updated_at(action)}",
        "kind": str(made.get("image") or made.get("kind")),
        "limits": f"{limits.get('memory')} MB, {limits.get('timeout')} ms, {limits.get('logs')} MB of logs",
        "env": " ".join(sorted(one["key"] for one in action.get("parameters") or [])) or "none",
        "url": target.url if is_web else "none: it is no web action",
        "made by": "this" if found.is_ours(action) else "somebody else: `deploy` refuses to touch it",
        "differs": differs,
    }


def _differs(action: Entity, function_dir: Path, arguments: Arguments) -> str:
    made = action.get("exec") or {}
    if found.is_ours(action) and found.changed_since(action):
        return "yes: it was changed after the last deploy"
    if made.get("kind") == "blackbox":
        return "not known: the code is in the image"
    try:
        built = package.build(function_dir, str(made.get("kind")))
    except PackageError as error:
        return f"not known: {error}"
    if built.digest == annotations_of(action).get(DIGEST):
        return "no: what is here is what is there"
    return f"yes: `{again(arguments, 'deploy', '--dry-run')}` shows how"


def _facts(shown: Mapping[str, str]) -> dict[str, str]:
    return {name.replace(" ", "_"): value for name, value in shown.items()}
