"""The file of what is known of schedules, and what is done about one that cannot be used."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...stack.schedules import Schedule
from ..storage.json_file import put_aside, read_json, replace_text
from .job import Job, Run

FILE_NAME = "cron.json"
VERSION = 1
_LATEST_S = 2.0**36
_KEPT = ("since_s", "seen_s", "missed", "missed_last_s", "skipped")
_log = logging.getLogger(__name__)


class ScheduleFile:
    """Keeps jobs; on the event loop, and its file in threads."""

    def __init__(self, state_dir: Path) -> None:
        self._path = state_dir / FILE_NAME
        self._writing = asyncio.Lock()
        self._has_failed = False
        self.jobs: dict[str, Job] = {}
        """By function, as `name.namespace`."""
        self.is_dirty = False
        """Whether the file does not have what is in `jobs`."""

    async def load(self) -> None:
        """Take what the last gateway kept. A file that cannot be read is put aside: schedules begin anew."""
        try:
            self.jobs = await asyncio.to_thread(_read, self._path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.error("%s cannot be used (%r): missed runs are not known", self._path, error)
            await asyncio.to_thread(_put_aside, self._path)

    async def write(self) -> None:
        """Write the jobs as they are now. What cannot be written is logged, and tried again the next time."""
        async with self._writing:
            if not self.is_dirty:
                return
            self.is_dirty = False
            text = json.dumps({"version": VERSION, "functions": {name: _pack(job) for name, job in self.jobs.items()}})
            try:
                await asyncio.to_thread(replace_text, self._path, text)
                self._has_failed = False
            except OSError as error:
                self.is_dirty = True
                if not self._has_failed:
                    _log.error("%s cannot be written: %s; missed runs will not be known", self._path, error)
                self._has_failed = True


def _pack(job: Job) -> dict[str, Any]:
    kept = {name: getattr(job, name) for name in _KEPT}
    return {"schedule": job.schedule.written, **kept, "last": asdict(job.last) if job.last else None}


def _read(path: Path) -> dict[str, Job]:
    try:
        kept = read_json(path)
    except FileNotFoundError:
        return {}
    if kept["version"] != VERSION:
        raise ValueError(f"its version is {kept['version']!r}")
    return {name: _unpack(fields) for name, fields in kept["functions"].items()}


def _unpack(fields: Mapping[str, Any]) -> Job:
    last = fields["last"]
    run = Run(last["due_s"], last["call_id"], last["status"], last["duration_s"], last["error"]) if last else None
    numbers = {name: fields[name] for name in _KEPT}
    for name, number in [*numbers.items(), ("due_s", run.due_s if run else 0.0)]:
        if not isinstance(number, int | float) or not 0 <= number < _LATEST_S:
            raise ValueError(f"{name} is {number!r:.80}")
    return Job(Schedule.parse(fields["schedule"]), last=run, **numbers)


def _put_aside(path: Path) -> None:
    try:
        _log.error("it is now %s", put_aside(path))
    except OSError as error:
        _log.error("it cannot be put aside, and is replaced: %s", error)
