"""The seam between the gateway and what runs functions: a Provider keeps replicas, and knows nothing else.

Rolling updates, scaling, readiness and traffic are the gateway's (the room `functions`); they are the same over every
provider. A provider's methods block, and are called in threads; several may run at a time.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Protocol

from ...stack.messages import FunctionDeployment, FunctionName, LogMessage, LogQuery, Usage


class ReplicaState(enum.Enum):
    """What a replica does; REMOVED is only ever asked for."""

    RUNNING = "running"
    """It has a process and an address, and may be ready or not."""

    PAUSED = "paused"
    """Frozen with its memory: awake within milliseconds."""

    STOPPED = "stopped"
    """No process: ended by the gateway, or by itself (`Replica.ended` says how)."""

    REMOVED = "removed"
    """Gone, and what it kept with it."""


@dataclass(frozen=True)
class Replica:
    """One running, paused or stopped copy of a function, as its provider last saw it."""

    id: str
    name: str
    """What logs and errors call it: the container's name, or the process's."""

    function: FunctionName
    deployment: FunctionDeployment
    revision: str
    """Replicas of one revision run the same thing; an update makes a new one, whose name says when (revisions.py)."""

    created_at: datetime
    """With a time zone. An adopted revision is as old as its newest replica: the newest that gets ready serves."""

    state: ReplicaState
    host: str = ""
    port: int = 0
    ended: str = ""
    """How a stopped one ended by itself, e.g. "exit code 1" or "out of memory (limit 64Mi)"; "" if it was told to."""

    is_adopted: bool = False
    """Made by somebody else (docker compose): the gateway never starts, stops or multiplies it. It may pause an idle
    one, and removes it only with its function. An update sends it no more requests, and leaves it."""


class Change(enum.Enum):
    """What a provider's `watch` reports about a function."""

    REPLICAS = "replicas"
    """A replica came, went, ended or changed its state: ask for the replicas again."""

    STOPPING = "stopping"
    """A replica was told to stop by somebody else, and still answers: send it nothing more. It has the time of the
    setting write-timeout to end; one that runs on after it is used again."""

    SOURCE = "source"
    """The function's source changed: replace its replicas."""


Notify = Callable[[FunctionName, Change, str], None]
"""Called from the provider's threads with the function, what changed, and the id of the replica ("" for SOURCE)."""


class Provider(Protocol):
    """Where functions run. Errors are those of stack/errors.py, with a text for the caller."""

    orchestration: str
    """Its name in /system/info: "docker" or "process"."""

    def declared(self) -> Sequence[FunctionDeployment]:
        """Return the functions that exist without having been deployed: those of a stack file, or none."""

    def check(self, deployment: FunctionDeployment) -> None:
        """Make sure that `create` can work: image (pulled if it must be), secrets. May take minutes.

        Raises Refused for what the caller can mend, Unavailable if the provider cannot be reached.
        """

    def replicas(self, function: FunctionName | None = None) -> list[Replica]:
        """Return every replica there is, or those of one function: after a restart, this is all that is known."""

    def create(self, deployment: FunctionDeployment, revision: str) -> Replica:
        """Make a replica and start it; it need not be ready yet. Nothing is left behind when it raises."""

    def set_state(self, replica: Replica, state: ReplicaState, *, grace_s: float = 0.0) -> Replica:
        """Start, pause, unpause, stop or remove a replica and return how it is then; its address may have changed.

        STOPPED and REMOVED first ask it to end, and kill it after `grace_s`. Being in that state already, or gone
        when asked to be REMOVED, is fine; NotFound if it is gone otherwise.
        """

    def watch(self, notify: Notify) -> None:
        """Report changes until `close`; blocks, reconnects by itself, and reports everything after a reconnect."""

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield what a function printed, oldest first; with `follow` until `closed` is set (looked at each second)."""

    def usage(self, function: FunctionName) -> Usage:
        """Return what the function's replicas use now, added up."""

    def close(self) -> None:
        """End `watch`, and what is the gateway's own; functions that can outlive it go on."""
