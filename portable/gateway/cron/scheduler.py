"""Calls functions at their times: through the same path as any other call, each run on its own."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from ...stack.errors import Refused
from ...stack.messages import FunctionDeployment, FunctionName, rfc3339
from ...stack.schedules import TOPIC, Schedule
from .. import VERSION
from ..calls.invoke import invoke
from ..calls.proxy import Proxy
from ..calls.pump import Clock, Timer, WallClock
from ..config import Config
from ..functions.state import Function
from .job import Job, Missed, Run
from .schedule_file import ScheduleFile

POLL_S = 1.0
"""How often to check which functions there are, and whether the wall clock was set or the machine slept."""
MAX_RUNNING = 10
"""So many runs of a function go on at a time; any more are skipped."""
_TROUBLE = "schedule"
_HEADERS = [
    (b"user-agent", f"portable-gateway/{VERSION} cron".encode()),
    (b"x-connector", b"cron-connector"),
    (b"x-topic", TOPIC.encode()),
]
_log = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """A schedule that cannot be used."""

    written: str
    why: str


class Cron:
    """The schedules of a gateway's functions; on the event loop alone."""

    def __init__(self, proxy: Proxy, file: ScheduleFile, clock: Clock) -> None:
        self._proxy = proxy
        self._functions = proxy.router.functions
        self._file = file
        self._clock = clock
        self._known: dict[FunctionName, FunctionDeployment] = {}
        self.refused: dict[str, Refusal] = {}
        """By function: those of a stack file, or of a container that was found; at a deployment it is an error."""
        self._runs: set[asyncio.Task[None]] = set()
        self._writing: asyncio.Task[None] | None = None
        self._timer: Timer | None = None

    @classmethod
    async def open(cls, config: Config, proxy: Proxy) -> Cron:
        """Return the schedules of a gateway, with what the last one kept of them."""
        file = ScheduleFile(config.state_dir)
        await file.load()
        return cls(proxy, file, WallClock())

    def start(self) -> None:
        """Begin to call what is due from now on; tell of what was due while there was no gateway."""
        self.refresh()
        for label in self._file.jobs.keys() - {function.label for function in self._functions.values()}:
            del self._file.jobs[label]
        now_s = self._clock.now()
        for label, job in self._file.jobs.items():
            _tell(label, job, job.take_over(now_s))
        self._file.is_dirty = True
        self._tick()

    async def stop(self, grace_s: float) -> None:
        """Begin nothing more, and break off what has not ended within `grace_s`."""
        if self._timer:
            self._timer.cancel()
        if self._runs:
            await asyncio.wait(self._runs, timeout=grace_s)
        for task in self._runs:
            task.cancel()
        if self._runs:
            await asyncio.wait(self._runs)
        await self._file.write()

    def refresh(self) -> None:
        """Learn which functions there are now: a schedule that is new holds from now on."""
        for name in self._known.keys() - self._functions.keys():
            self._forget(name)
        for name, function in self._functions.items():
            if self._known.get(name) is not function.deployment:
                self._learn(function)
            if refused := self.refused.get(function.label):
                function.troubles[_TROUBLE] = refused.why  # a deployment that succeeds clears them all

    @property
    def jobs(self) -> Mapping[str, Job]:
        """What is known of each function that has a schedule, by `name.namespace`."""
        return self._file.jobs

    def _tick(self) -> None:
        """Begin what is due, and see to it that the rest follows."""
        wait_s = POLL_S
        try:
            wait_s = self._begin_due(self._clock.now())
        except Exception:  # noqa: BLE001 - the edge: a fault of the gateway's own must not end all schedules
            _log.exception("schedules could not be checked; they are again")
        if self._file.is_dirty and (not self._writing or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(self._file.write())
        self._timer = self._clock.call_later(wait_s, self._tick)

    def _begin_due(self, now_s: float) -> float:
        """Begin what is due; return when to check again, in seconds from then."""
        self.refresh()
        wait_s = POLL_S
        for function in self._functions.values():
            if job := self._file.jobs.get(function.label):
                due_s, missed = job.take(now_s)
                if missed or due_s is not None:
                    self._file.is_dirty = True
                _tell(function.label, job, missed)
                if due_s is not None:
                    self._begin(function, job, due_s)
                wait_s = min(wait_s, job.next_s - now_s)
        return wait_s

    # Functions that come, change and go.

    def _learn(self, function: Function) -> None:
        name, label = function.name, function.label
        self._known[name] = function.deployment
        self.refused.pop(label, None)
        function.troubles.pop(_TROUBLE, None)
        schedule = None
        try:
            schedule = Schedule.from_annotations(function.deployment.annotations)
        except Refused as error:
            self.refused[label] = Refusal(function.deployment.annotations.get("schedule", ""), str(error))
            _log.warning("%s is not called by its schedule: %s", label, error)
        job = self._file.jobs.get(label)
        if (job.schedule.written if job else None) == (schedule.written if schedule else None):
            return
        self._file.jobs.pop(label, None)
        self._file.is_dirty = True
        if schedule:
            now_s = self._clock.now()
            self._file.jobs[label] = Job(schedule, now_s, now_s, last=job.last if job else None)

    def _forget(self, name: FunctionName) -> None:
        del self._known[name]
        self.refused.pop(str(name), None)
        if self._file.jobs.pop(str(name), None):
            self._file.is_dirty = True

    # Runs.

    def _begin(self, function: Function, job: Job, due_s: float) -> None:
        if job.running >= MAX_RUNNING:
            job.skipped += 1
            _log.warning("%s: its run of %s is skipped: %d still go on", function.label, _time(due_s), job.running)
            return
        run = job.last = Run(due_s, str(uuid.uuid4()))
        job.running += 1
        task = asyncio.get_running_loop().create_task(self._run(function, job, run))
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)

    async def _run(self, function: Function, job: Job, run: Run) -> None:
        headers = [*_HEADERS, (b"x-call-id", run.call_id.encode())]
        try:
            await self._file.write()  # a run that has begun is none that was missed, whatever happens to the gateway
            ran = await invoke(self._proxy, function, b"/", headers, b"", 0)
        except asyncio.CancelledError:
            run.error = "the gateway ended before it did"
            raise
        finally:
            job.running -= 1
            self._file.is_dirty = True
        run.status, run.duration_s, run.error = ran.reply.status, ran.duration_s, ran.reply.error
        if run.error or run.status >= 400:
            why = run.error or f"it answered {run.status}"
            _log.warning("%s: its run of %s failed: %s (call %s)", function.label, _time(run.due_s), why, run.call_id)


def _tell(label: str, job: Job, missed: Missed | None) -> None:
    if missed:
        _log.warning(
            "%s: missed %d%s of the runs of its schedule %r, the first at %s: the gateway did not run, the machine "
            "slept, or its clock was set; they are not made up for",
            label,
            missed.number,
            "" if missed.is_all else " or more",
            job.schedule.written,
            _time(missed.first_s),
        )


def _time(moment_s: float) -> str:
    return rfc3339(datetime.fromtimestamp(moment_s, UTC))
