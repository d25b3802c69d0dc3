"""Schedules over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response

from ...stack.messages import rfc3339
from ..cron.job import Job, Run
from ..cron.scheduler import Cron, Refusal
from .bodies import json_reply
from .functions import RunOnLoop

Wire = dict[str, Any]


class CronRoutes:
    """The view of /system/cron."""

    def __init__(self, cron: Cron, run: RunOnLoop) -> None:
        self._cron = cron
        self._run = run

    def list(self) -> Response:
        """Answer each function that has a schedule: when it runs next, what came of its last run, what was missed."""
        return json_reply(self._run(states(self._cron)))


async def states(cron: Cron) -> list[Wire]:
    """Return how every schedule is, by its function's name; on the loop."""
    cron.refresh()
    wires = [_to_wire(label, job) for label, job in cron.jobs.items()]
    wires += [_refused_to_wire(label, refused) for label, refused in cron.refused.items()]
    return sorted(wires, key=lambda wire: str(wire["function"]))


def _refused_to_wire(label: str, refused: Refusal) -> Wire:
    nothing = {"nextAt": None, "running": 0, "lastRun": None, "missed": 0, "lastMissedAt": None, "skipped": 0}
    return {"function": label, "schedule": refused.written, **nothing, "error": refused.why}


def _to_wire(label: str, job: Job) -> Wire:
    return {
        "function": label,
        "schedule": job.schedule.written,
        "nextAt": _time(job.next_s),
        "running": job.running,
        "lastRun": _run_to_wire(job.last) if job.last else None,
        "missed": job.missed,
        "lastMissedAt": _time(job.missed_last_s) if job.missed else None,
        "skipped": job.skipped,
        "error": "",
    }


def _run_to_wire(run: Run) -> Wire:
    return {
        "dueAt": _time(run.due_s),
        "callId": run.call_id,
        "status": run.status or None,
        "durationSeconds": round(run.duration_s, 6),
        "error": run.error,
    }


def _time(moment_s: float) -> str:
    return rfc3339(datetime.fromtimestamp(moment_s, UTC))
