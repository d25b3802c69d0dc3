"""Show what is live, what watches over it, and whether what is here differs."""

from __future__ import annotations

from ...deploying.arguments import Arguments
from .. import planner, secrets, versions
from ..console import Console
from ..resources import doors, topic
from ..stage import Stage, connect
from ..world import World
from . import building

OPTIONS = building.OPTIONS


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Print what is live, its alarms, and how many changes wait. Reads only."""
    stage = connect(arguments, world, console)
    found = planner.read(stage.aws, stage.names, stage.settings.secrets)
    shown = _facts(stage, found)
    plan = planner.changes(found, building.target_of(arguments, stage))
    waiting = sum(step.sign != "?" for step in plan.steps)
    differs = f"{waiting} change(s) wait: see `{stage.names.command('plan')}`"
    shown["differs"] = differs if waiting else "no: what is here is what is live"
    lines = [f"  {name:10} {value}" for name, value in shown.items()]
    console.result("\n".join([stage.heading, *lines]), **stage.facts, **shown)
    return 0


def _facts(stage: Stage, found: planner.Found) -> dict[str, str]:
    """Return the lines, as name and text."""
    rows = [row for row in versions.rows(found.function) if row.marks]
    shown = {" ".join(row.marks): f"version {row.version}, commit {row.commit or 'unknown'}" for row in rows}
    shown = shown or {"live": f"nothing yet: `{stage.names.command('deploy')}` makes it"}
    shown["url"] = doors.url_of(found.doors, stage.names) or "none"
    states = [
        f"{name.removeprefix(stage.names.base + '-')} {alarm.settings['StateValue']}"
        for name, alarm in found.alarms.items()
    ]
    shown["alarms"] = ", ".join(states) or "none: set alarm_email"
    if stage.settings.alarm_email:
        waits = topic.pending(found.topic, stage.settings.alarm_email)
        shown["e-mail"] = "waits for a click in its mail: confirm the subscription" if waits else "confirmed"
    if missing := secrets.missing(found.secrets, stage.settings.secrets):
        shown["secrets"] = missing
    return shown
