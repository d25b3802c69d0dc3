"""Show what is there, and whether what is here differs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...deploying.arguments import Arguments
from ...deploying.world import World
from ...packaging import openwhisk as package
from ...packaging.errors import PackageError
from .. import found
from ..activations import updated_at
from ..console import Console
from ..found import Entity, annotations_of
from ..names import DIGEST
from ..target import Target, ask, where

OPTIONS = ()


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print what is deployed, and whether it differs. Reads only."""
    place = where(arguments, world, console)
    target = ask(place, world, console)
    there = found.read(target.api, target.name)
    shown = _shown(there.action, target, place.action.function.folder) if there.action else {"version": "nothing yet"}
    lines = [f"  {name:9} {value}" for name, value in shown.items()]
    if not there.action:
        lines = ["nothing yet: `deploy` makes it"]
    console.result("\n".join([target.heading, *lines]), **target.facts, deployed=bool(there.action), **_facts(shown))
    return 0


def _shown(action: Entity, target: Target, function_dir: Path) -> dict[str, str]:
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
        "differs": _differs(action, made, function_dir),
    }


def _differs(action: Entity, made: Mapping[str, Any], function_dir: Path) -> str:
    if found.is_ours(action) and found.changed_since(action):
        return "yes: it was changed after the last deploy"
    if made.get("kind") == "blackbox":
        return "not known: the code is in the image"
    try:
        built = package.build(function_dir, str(made.get("kind")))
    except PackageError as error:
        return f"not known: {error}"
    is_same = built.digest == annotations_of(action).get(DIGEST)
    return "no: what is here is what is there" if is_same else "yes: `deploy --dry-run` shows how"


def _facts(shown: Mapping[str, str]) -> dict[str, str]:
    return {name.replace(" ", "_"): value for name, value in shown.items()}
