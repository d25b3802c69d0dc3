"""Functions as containers of a plain Docker engine, whose own objects are the only state.

The gateway sees the containers on its network that carry the label com.openfaas.function (spec.py has every label), so
several gateways share an engine unseen by each other. There is no restart policy: the gateway mends. A replica that it
stops itself gets the suffix `.idle` to its name first: one without it ended by itself, while no gateway watched.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event
from typing import Any

from docker.errors import APIError
from docker.errors import NotFound as NoContainer

from ....stack.errors import NotFound, Refused
from ....stack.messages import FunctionDeployment, FunctionName, LogMessage, LogQuery, Usage
from ...config import Config
from ...logs.archive import LogArchive
from ...secrets import SecretStore
from ..base import Notify, Replica, ReplicaState
from . import spec as spec
from .engine import Engine
from .events import Events
from .images import Images, missing_image
from .logs import Logs
from .usage import Usages

log = logging.getLogger(__name__)


class DockerProvider:
    """A Provider over the Docker engine at `engine_url`, or where DOCKER_HOST says, or else on this machine.

    Raises Unavailable if the engine does not answer.
    """

    orchestration = "docker"

    def __init__(
        self,
        config: Config,
        secrets: SecretStore,
        *,
        engine_url: str | None = None,
        archive: LogArchive | None = None,
    ) -> None:
        """Keep the logs of containers that it removes in `archive`; without one they are gone then."""
        self._network = config.network
        self._secrets = secrets
        self._engine = Engine(engine_url)
        self._images = Images(self._engine)
        self._events = Events(self._engine, self._network, lambda: {one.function for one in self.replicas()})
        self._usages = Usages(self._engine)
        self._logs = Logs(self._engine, self._list, archive)
        self._adopted: dict[str, spec.Origin] = {}
        self._unreadable: set[str] = set()

    def declared(self) -> Sequence[FunctionDeployment]:
        """Return none: containers are what there is."""
        return ()

    def check(self, deployment: FunctionDeployment) -> None:
        """Make sure that it has its secrets, limits that Docker takes, and its image: pulled if it is not here."""
        if deployment.constraints:
            log.warning(
                "%s: constraints are ignored, there is one machine: %s", deployment.name, deployment.constraints
            )
        with self._engine.errors(f"checking {deployment.name}"):
            self._settings(deployment, "")
            self._images.ensure(deployment.image)

    def replicas(self, function: FunctionName | None = None) -> list[Replica]:
        """Return every replica on the network, or those of one function."""
        with self._engine.errors("listing containers"):
            items = self._list(function)
            found = [self._replica(item) for item in items]
        if function is None:
            self._adopted = {one["Id"]: self._adopted[one["Id"]] for one in items if one["Id"] in self._adopted}
        return [one for one in found if one and function in (None, one.function)]

    def create(self, deployment: FunctionDeployment, revision: str) -> Replica:
        """Make a container and start it."""
        api = self._engine.api
        with self._engine.errors(f"creating a replica of {deployment.name}"):
            self._engine.ensure_network(self._network)
            settings = self._settings(deployment, revision)
            try:
                made = api.create_container_from_config(settings, spec.container_name(deployment.name))
            except NoContainer as error:  # Docker's answer for an image as well
                raise missing_image(deployment.image, error.explanation or str(error)) from error
            try:
                api.start(made["Id"])
                return self._read(made["Id"])
            except BaseException:
                with suppress(APIError):
                    api.remove_container(made["Id"], force=True, v=True)
                raise

    def set_state(self, replica: Replica, state: ReplicaState, *, grace_s: float = 0.0) -> Replica:
        """Start, pause, unpause, stop or remove a container."""
        with self._engine.errors(f"{replica.name} is to be {state.value}"):
            try:
                try:
                    return self._set_state(replica, state, grace_s)
                except NoContainer:
                    raise
                except APIError:  # it may not be as it was last seen
                    now = self._read(replica.id)
                    if now.state is replica.state:
                        raise
                    return self._set_state(now, state, grace_s)
            except (NoContainer, NotFound):
                if state is ReplicaState.REMOVED:
                    return replace(replica, state=state, host="", port=0)
                raise NotFound(f"replica {replica.name} is gone: somebody else has removed it") from None

    def watch(self, notify: Notify) -> None:
        """Report changes until `close`."""
        self._events.watch(notify)

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        """Yield what a function's containers printed, and the newest of those that are removed."""
        with self._engine.errors(f"reading the logs of {query.function}"):
            yield from self._logs.read(query, closed)

    def usage(self, function: FunctionName) -> Usage:
        """Return what the function's containers use, since they were last measured or else since their start."""
        with self._engine.errors(f"measuring {function}"):
            return self._usages.measure([one.id for one in self.replicas(function) if one.host])

    def close(self) -> None:
        """End `watch`; the containers go on."""
        self._events.close()
        self._engine.close()

    def _set_state(self, replica: Replica, state: ReplicaState, grace_s: float) -> Replica:
        match state:
            case ReplicaState.RUNNING:
                return self._wake(replica)
            case ReplicaState.PAUSED:
                if replica.state is not state:
                    self._engine.api.pause(replica.id)
                return replace(replica, state=state)
        if replica.state is ReplicaState.PAUSED:
            self._engine.api.unpause(replica.id)  # a frozen process cannot end
        if state is ReplicaState.STOPPED:
            return self._stop(replica, grace_s)
        return self._remove(replica, grace_s)

    def _wake(self, replica: Replica) -> Replica:
        if replica.state is ReplicaState.PAUSED:
            self._engine.api.unpause(replica.id)
            return replace(replica, state=ReplicaState.RUNNING)
        self._events.stopping.discard(replica.id)
        self._engine.api.start(replica.id)
        if replica.state is ReplicaState.STOPPED and not replica.ended:
            self._engine.api.rename(replica.id, replica.name)
        return self._read(replica.id)

    def _stop(self, replica: Replica, grace_s: float) -> Replica:
        if (replica.state is not ReplicaState.STOPPED or replica.ended) and not replica.is_adopted:
            self._engine.api.rename(replica.id, replica.name + spec.IDLE_SUFFIX)
        self._end(replica, grace_s)
        return replace(replica, state=ReplicaState.STOPPED, host="", port=0, ended="")

    def _remove(self, replica: Replica, grace_s: float) -> Replica:
        self._end(replica, grace_s)
        self._logs.keep(replica)
        self._engine.api.remove_container(replica.id, force=True, v=True)
        self._events.stopping.discard(replica.id)
        self._adopted.pop(replica.id, None)
        return replace(replica, state=ReplicaState.REMOVED, host="", port=0)

    def _end(self, replica: Replica, grace_s: float) -> None:
        self._events.stopping.add(replica.id)
        self._engine.api.stop(replica.id, timeout=math.ceil(grace_s))

    def _settings(self, deployment: FunctionDeployment, revision: str) -> dict[str, Any]:
        namespace = deployment.name.namespace
        return spec.container_settings(
            deployment,
            revision,
            network=self._network,
            secret_paths={
                name: self._engine.host_path(self._secrets.find(namespace, name)) for name in deployment.secrets
            },
            cpus=self._engine.cpus,
            created_at=datetime.now(UTC),
        )

    def _list(self, function: FunctionName | None = None) -> list[dict[str, Any]]:
        """Return the engine's list items of the containers on the network, of every namespace."""
        label = f"{spec.FUNCTION_LABEL}={function.name}" if function else spec.FUNCTION_LABEL
        found = self._engine.api.containers(all=True, filters={"label": [label], "network": [self._network]})
        return list(found)

    def _read(self, container_id: str) -> Replica:
        """Return a replica as it is now. Raises NotFound."""
        items = self._engine.api.containers(all=True, filters={"id": [container_id]})
        replica = self._replica(items[0]) if items else None
        if not replica:
            raise NotFound(f"container {container_id[:12]} is gone, or was taken off network {self._network!r}")
        return replica

    def _replica(self, item: Mapping[str, Any]) -> Replica | None:
        """Return the replica of a list item, None for one that is not the gateway's matter; logged once."""
        try:
            origin = spec.deployed(item) or self._adopt(item)
            return spec.to_replica(item, origin, self._network, self._ending(item, origin.deployment))
        except NoContainer:
            return None
        except (Refused, ValueError) as error:
            if item["Id"] not in self._unreadable:
                self._unreadable.add(item["Id"])
                log.warning("container %s is left alone: %s", spec.replica_name(item), error)
            return None

    def _adopt(self, item: Mapping[str, Any]) -> spec.Origin:
        container_id = item["Id"]
        if container_id not in self._adopted:
            inspected = self._engine.api.inspect_container(container_id)
            self._adopted[container_id] = spec.adopted(inspected, self._images.inspect(item["ImageID"]))
        return self._adopted[container_id]

    def _ending(self, item: Mapping[str, Any], deployment: FunctionDeployment) -> str:
        if item["State"] in ("running", "paused") or spec.is_idle(item):
            return ""
        state = self._engine.api.inspect_container(item["Id"])["State"]
        return spec.ending(state, deployment.limits.memory if deployment.limits else "")
