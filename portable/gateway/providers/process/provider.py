"""The functions of a stack file as processes of this machine: for a machine without Docker, reloaded when they change.

Each replica is the command that is set, on a port of its own of 127.0.0.1.
Limits, requests, constraints and a read-only file system are not enforced. The processes end with the gateway.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Event

from ....project.environment import Environment
from ....project.functions import function_of
from ....stack.errors import Conflict, NotFound, Refused, Unavailable
from ....stack.messages import FunctionDeployment, FunctionName, LogMessage, LogQuery, Usage
from ....stack.stack_file import StackFunction
from ...config import Config
from ...logs.archive import LogArchive
from ...logs.buffer import LogBuffer
from ...secrets import SecretStore
from ..base import Change, Notify, Replica, ReplicaState
from .declared import checked, difference
from .launch import (
    HOST,
    Environments,
    command_for,
    environ_for,
    environment_of,
    free_port,
    package_dirs,
    secret_values,
)
from .running import RunningProcess
from .sources import FunctionSources
from .usage import usage_of

log = logging.getLogger(__name__)


class ProcessProvider:
    """Keeps the replicas of a stack file's functions as processes. A Provider."""

    orchestration = "process"

    def __init__(
        self,
        functions: Sequence[StackFunction],
        *,
        stack_path: Path,
        secrets: SecretStore,
        environ: Mapping[str, str],
        environments: Environments,
        command: Sequence[str] = Config.process_command,
        grace_s: float = 60.0,
        archive: LogArchive | None = None,
    ) -> None:
        """Take the functions of `stack_path`; `command` serves one, in `environ` but for the gateway's own settings.

        `environments` gives the Python of a function, with what it requires.
        `grace_s` is how long a process may take to end when the gateway does. What they print is kept in `archive`, and
        begins with what is there already; without one it goes with the gateway. Raises Refused for a function that is
        not of lang portable, or whose folder is not there.
        """
        self._functions = {one.deployment.name: checked(one, stack_path) for one in functions}
        self._stack_path = stack_path
        self._root = stack_path.absolute().parent
        self._secrets = secrets
        self._environ = environ
        self._environments = environments
        self._command = command
        self._grace_s = grace_s
        self._log_buffer = LogBuffer(archive)
        for name in self._functions:
            self._log_buffer.restore(name)
        self._lock = threading.Lock()
        self._slots: dict[str, _Slot] = {}
        self._numbers = count(1)
        self._notify: Notify | None = None
        self._closed = Event()
        self._sources = FunctionSources(self._functions.values(), stack_path, package_dirs(command))

    def declared(self) -> Sequence[FunctionDeployment]:
        """Return the deployments of the stack file."""
        return [one.deployment for one in self._functions.values()]

    def check(self, deployment: FunctionDeployment) -> None:
        """Raise Refused unless it is a declared function as it is declared, and its secrets are there."""
        declared = self._functions.get(deployment.name)
        if not declared:
            names = ", ".join(str(name) for name in self._functions)
            raise Refused(self._only(f"{deployment.name} is not in it (it has {names})"))
        if different := difference(declared.deployment, deployment):
            raise Refused(self._only(f"{deployment.name} has another {', another '.join(different)} there"))
        secret_values(self._secrets, deployment, self._root, self._environ)

    def replicas(self, function: FunctionName | None = None) -> list[Replica]:
        """Return every replica there is, or those of one function."""
        with self._lock:
            replicas = [slot.replica for slot in self._slots.values()]
        return [one for one in replicas if function in (None, one.function)]

    def create(self, deployment: FunctionDeployment, revision: str) -> Replica:
        """Start a process of a declared function. Raises Refused for any other, or if a secret is missing."""
        if deployment.name not in self._functions:
            self.check(deployment)
        made = self._environment(deployment.name)
        with self._lock:
            self._check_open()
            name = f"{deployment.name.name}-{next(self._numbers)}"
            slot = _Slot(
                Replica(
                    id=name,
                    name=name,
                    function=deployment.name,
                    deployment=deployment,
                    revision=revision,
                    created_at=datetime.now(UTC),
                    state=ReplicaState.STOPPED,
                )
            )
            self._start(slot, made)
            self._slots[name] = slot
            return slot.replica

    def set_state(self, replica: Replica, state: ReplicaState, *, grace_s: float = 0.0) -> Replica:
        """Start, pause, wake, stop or remove a process; one that is started again has another port.

        Raises NotFound if it is gone, Conflict if there is no process to pause.
        """
        with self._lock:
            slot = self._slots.get(replica.id)
        if not slot:
            return _gone(replica, state)
        with slot.changing:
            if state in (ReplicaState.STOPPED, ReplicaState.REMOVED):
                return self._stop(slot, state, grace_s)
            made = self._environment(slot.replica.function) if slot.replica.state is ReplicaState.STOPPED else None
            with self._lock:
                if replica.id not in self._slots:  # removed while this waited
                    return _gone(replica, state)
                if state is ReplicaState.PAUSED:
                    slot.pause()
                elif slot.replica.state is ReplicaState.STOPPED:
                    self._check_open()
                    if not made:
                        raise Unavailable(f"{slot.replica.name} ended while it was to be woken: call again")
                    self._start(slot, made)
                else:
                    slot.resume()
                return slot.replica

    def watch(self, notify: Notify) -> None:
        """Report processes that end, and functions whose source changes, until `close`; blocks."""
        self._notify = notify
        for replica in self.replicas():
            notify(replica.function, Change.REPLICAS, replica.id)
        for names, is_stack_changed in self._sources.watch(self._closed):
            self._on_change(names, is_stack_changed=is_stack_changed)

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield what a function's processes printed; also those that are gone, of this gateway or an earlier one."""
        return self._log_buffer.read(query, closed)

    def usage(self, function: FunctionName) -> Usage:
        """Return what the function's processes use now, without those that they started; zero if not on Linux."""
        with self._lock:
            pids = [slot.process.pid for slot in self._slots.values() if slot.is_of(function) and slot.process]
        return usage_of(pids)

    def close(self) -> None:
        """End `watch`, every process and every reader of logs."""
        self._closed.set()
        self._notify = None
        with self._lock:
            replicas = [slot.replica for slot in self._slots.values()]
        if replicas:
            with ThreadPoolExecutor(len(replicas)) as pool:
                removed = [
                    pool.submit(self.set_state, replica, ReplicaState.REMOVED, grace_s=self._grace_s)
                    for replica in replicas
                ]
                for future in removed:
                    future.result()
        self._log_buffer.close()

    def _start(self, slot: _Slot, made: Environment) -> None:
        """Start a stopped replica's process; the lock is held."""
        deployment = slot.replica.deployment
        port = free_port({one.replica.port for one in self._slots.values()})
        secrets = secret_values(self._secrets, deployment, self._root, self._environ)
        declared = self._functions[deployment.name]
        try:
            process = RunningProcess(
                command_for(made, self._command, declared.handler_dir, port, self._grace_s),
                environ=environ_for(declared, self._environ) | secrets,
                cwd=self._root,
                on_line=lambda line: self._log_buffer.append(deployment.name, slot.replica.name, line),
                on_exit=lambda: self._on_exit(slot),
            )
        except OSError as error:
            raise Unavailable(f"cannot start a process for {deployment.name}: {error.strerror or error}") from None
        slot.process = process
        slot.replica = replace(slot.replica, state=ReplicaState.RUNNING, host=HOST, port=port, ended="")

    def _stop(self, slot: _Slot, state: ReplicaState, grace_s: float) -> Replica:
        """End a replica's process, if it has one; `slot.changing` is held, the lock is not."""
        with self._lock:
            process, slot.process = slot.process, None
        if process:
            process.terminate()
            process.finish(grace_s)
        with self._lock:
            if process:
                slot.replica = replace(slot.replica, state=ReplicaState.STOPPED, host="", port=0, ended="")
            if state is ReplicaState.REMOVED:
                self._slots.pop(slot.replica.id, None)
                return replace(slot.replica, state=state)
            return slot.replica

    def _on_exit(self, slot: _Slot) -> None:
        with self._lock:
            process = slot.process
            if not process or not process.ended:  # told to end, or this is of one that was there before
                return
            slot.process = None
            slot.replica = replace(slot.replica, state=ReplicaState.STOPPED, host="", port=0, ended=process.ended)
        replica = slot.replica
        log.warning("%s of %s ended by itself: %s", replica.name, replica.function, replica.ended)
        if notify := self._notify:
            notify(replica.function, Change.REPLICAS, replica.id)

    def _on_change(self, names: Sequence[FunctionName], *, is_stack_changed: bool) -> None:
        for name in names:
            if self._notify:
                log.info("the source of %s changed", name)
                self._notify(name, Change.SOURCE, "")
        if is_stack_changed:
            log.warning("%s changed: start the gateway again to use it", self._stack_path)

    def _environment(self, name: FunctionName) -> Environment:
        return environment_of(function_of(self._functions[name], self._stack_path), self._environments)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise Unavailable("the gateway is shutting down")

    def _only(self, reason: str) -> str:
        return (
            f"this gateway runs the functions of {self._stack_path} as processes, and {reason}: "
            "change the file and start the gateway again, or run `docker compose up` for a gateway that runs images"
        )


class _Slot:
    """A replica and its process, if it has one; read and written with the provider's lock."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.process: RunningProcess | None = None
        self.changing = threading.Lock()
        """Held for a change of state, which takes as long as the process takes to end."""

    def is_of(self, function: FunctionName) -> bool:
        return self.replica.function == function

    def pause(self) -> None:
        """Freeze the process. Raises Conflict if there is none."""
        if not self.process:
            raise Conflict(f"{self.replica.name} has no process to pause: it ended ({self.replica.ended or 'stopped'})")
        self.process.pause()
        self.replica = replace(self.replica, state=ReplicaState.PAUSED)

    def resume(self) -> None:
        if self.process:
            self.process.resume()
            self.replica = replace(self.replica, state=ReplicaState.RUNNING)


def _gone(replica: Replica, state: ReplicaState) -> Replica:
    if state is ReplicaState.REMOVED:
        return replace(replica, state=state)
    raise NotFound(f"there is no process {replica.name} of {replica.function}: it was removed")
