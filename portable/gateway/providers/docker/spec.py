"""A deployment as the settings of a container, and containers as replicas: pure translation, no engine.

A container says all that there is to know of its replica:

    com.openfaas.function            the function's name; with it alone, the container is adopted
    com.openfaas.namespace           openfaas-fn unless set
    com.openfaas.annotation.NAME     an annotation of an adopted one: Docker itself knows labels alone
    com.openfaas.gateway.deployment  JSON of the whole deployment, as faas-cli sent it
    com.openfaas.gateway.revision    which deployment it came of
    com.openfaas.gateway.created     when, finer than Docker's list says it
    its name                         `<function>.<namespace>-<8 hex digits>`; `.idle` after it: the gateway stopped it
"""

from __future__ import annotations

import json
import secrets
import signal
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ....stack.errors import Refused
from ....stack.messages import DEFAULT_NAMESPACE, FunctionDeployment, FunctionName, rfc3339
from ....stack.quantities import parse_quantity
from ...config import IN_CLUSTER_HOSTS
from ..base import Replica, ReplicaState

FUNCTION_LABEL = "com.openfaas.function"
NAMESPACE_LABEL = "com.openfaas.namespace"
ANNOTATION_LABELS = "com.openfaas.annotation."
NETWORK_LABEL = "com.openfaas.gateway.network"
DEPLOYMENT_LABEL = "com.openfaas.gateway.deployment"
REVISION_LABEL = "com.openfaas.gateway.revision"
CREATED_LABEL = "com.openfaas.gateway.created"
IDLE_SUFFIX = ".idle"
SECRETS_DIR = "/var/openfaas/secrets"
PORT = 8080  # of every function: https://docs.openfaas.com/reference/workloads/
_OWN_LABELS = ("com.docker.compose.", "com.openfaas.gateway.", ANNOTATION_LABELS, FUNCTION_LABEL, NAMESPACE_LABEL)
_MIN_MEMORY_BYTES = 6 * 2**20  # Docker takes no less
_STATES = {
    "running": ReplicaState.RUNNING,
    "paused": ReplicaState.PAUSED,
    "created": ReplicaState.STOPPED,
    "restarting": ReplicaState.STOPPED,
    "exited": ReplicaState.STOPPED,
    "dead": ReplicaState.STOPPED,
}


class Origin(NamedTuple):
    """What a container was made of, and when."""

    deployment: FunctionDeployment
    created_at: datetime
    """Finer than the engine's list has it, in whose seconds one container may follow another."""


def container_name(function: FunctionName) -> str:
    """Return a name for a new container."""
    return f"{function}-{secrets.token_hex(4)}"


def container_settings(
    deployment: FunctionDeployment,
    revision: str,
    *,
    network: str,
    secret_paths: Mapping[str, str],
    cpus: int,
    created_at: datetime,
) -> dict[str, Any]:
    """Return the body of the engine's POST /containers/create.

    `secret_paths` are the files on the engine's machine, by the secret's name; `cpus` is how many cores that has.
    Raises Refused for limits that no container can have.
    """
    host: dict[str, Any] = {
        "NetworkMode": network,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges"],
        "PidsLimit": 512,
        "ReadonlyRootfs": deployment.read_only_root_filesystem,
        "Mounts": [
            {"Type": "bind", "Source": path, "Target": f"{SECRETS_DIR}/{name}", "ReadOnly": True}
            for name, path in secret_paths.items()
        ],
        # the engine's own choice may be unbounded, or one that cannot be read back
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "2"}},
        **_resources(deployment, cpus),
    }
    if deployment.read_only_root_filesystem:
        host["Tmpfs"] = {"/tmp": "rw,exec,nosuid,nodev,mode=1777"}  # noqa: S108 - the function's
    return {
        "Image": deployment.image,
        "Env": [f"{name}={value}" for name, value in _environment(deployment).items()],
        "Labels": {
            **deployment.labels,
            FUNCTION_LABEL: deployment.name.name,
            NAMESPACE_LABEL: deployment.name.namespace,
            NETWORK_LABEL: network,
            DEPLOYMENT_LABEL: json.dumps(deployment.to_wire()),
            REVISION_LABEL: revision,
            CREATED_LABEL: rfc3339(created_at),
        },
        "HostConfig": host,
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": aliases(deployment.name)}}},
    }


def aliases(name: FunctionName) -> list[str]:
    """Return the host names of a function: those of a cluster, without any of the gateway's.

    The bare one is for the default namespace alone: on one network, two namespaces would share it.
    """
    bare = [name.name] if name.namespace == DEFAULT_NAMESPACE else []
    return [one for one in (*bare, str(name), f"{name}.svc.cluster.local") if one not in IN_CLUSTER_HOSTS]


def replica_name(item: Mapping[str, Any]) -> str:
    """Return what a container is called while it runs, from its item of the engine's list."""
    names: list[str] = item["Names"] or ["/" + item["Id"][:12]]
    return names[0].removeprefix("/").removesuffix(IDLE_SUFFIX)


def is_idle(item: Mapping[str, Any]) -> bool:
    """Whether the gateway stopped it, or was about to."""
    return any(name.endswith(IDLE_SUFFIX) for name in item["Names"] or ())


def function_name(labels: Mapping[str, str]) -> FunctionName:
    """Return the function that a container's labels name. Raises Refused if it cannot be one's name."""
    return FunctionName.checked(labels.get(FUNCTION_LABEL, ""), labels.get(NAMESPACE_LABEL, ""))


def deployed(item: Mapping[str, Any]) -> Origin | None:
    """Return what the gateway wrote into a container's labels, from its item of the engine's list.

    None if the container was made by another program. Raises Refused or ValueError if it cannot be read.
    """
    labels = item["Labels"]
    if not (written := labels.get(DEPLOYMENT_LABEL)):
        return None
    deployment = FunctionDeployment.from_wire(json.loads(written))
    return Origin(deployment, datetime.fromisoformat(labels.get(CREATED_LABEL, "")))


def adopted(container: Mapping[str, Any], image: Mapping[str, Any]) -> Origin:
    """Return what an adopted container was made of, from what inspecting it and its image say.

    What the image itself sets is left out, as faas-cli would not have sent it.
    """
    config, made_of = container["Config"], image.get("Config") or {}
    env_vars = dict(one.partition("=")[::2] for one in _without(config.get("Env"), made_of.get("Env")))
    of_image = (made_of.get("Labels") or {}).items()
    deployment = FunctionDeployment(
        name=function_name(config["Labels"]),
        image=config["Image"],
        env_process=env_vars.pop("fprocess", ""),
        env_vars=env_vars,
        labels=dict(
            one for one in config["Labels"].items() if one not in of_image and not one[0].startswith(_OWN_LABELS)
        ),
        annotations={
            label.removeprefix(ANNOTATION_LABELS): value
            for label, value in config["Labels"].items()
            if label.startswith(ANNOTATION_LABELS)
        },
        read_only_root_filesystem=bool(container["HostConfig"].get("ReadonlyRootfs")),
    )
    return Origin(deployment, datetime.fromisoformat(container["Created"]))


def to_replica(item: Mapping[str, Any], origin: Origin, network: str, ended: str) -> Replica | None:
    """Return the replica of an item of the engine's list; None if it is being removed, or not on the network."""
    state = _STATES.get(item["State"])
    endpoint = item["NetworkSettings"]["Networks"].get(network)
    if state is None or endpoint is None:
        return None
    labels = item["Labels"]
    host = (endpoint["IPAddress"] or endpoint["GlobalIPv6Address"]) if state is not ReplicaState.STOPPED else ""
    return Replica(
        id=item["Id"],
        name=replica_name(item),
        function=origin.deployment.name,
        deployment=origin.deployment,
        revision=labels.get(REVISION_LABEL) or _foreign_revision(item, origin.created_at),
        created_at=origin.created_at,
        state=state,
        host=host,
        port=PORT if host else 0,
        ended=ended if state is ReplicaState.STOPPED else "",
        is_adopted=DEPLOYMENT_LABEL not in labels,
    )


def ending(state: Mapping[str, Any], memory_limit: str) -> str:
    """Return how a container ended by itself, from the State that inspecting it gives."""
    if state["Status"] == "created":
        return f"never started: {state['Error']}" if state.get("Error") else "never started"
    if state["OOMKilled"]:
        return f"out of memory (limit {memory_limit})" if memory_limit else "out of memory"
    code: int = state["ExitCode"]
    try:
        return f"exit code {code} (killed by {signal.Signals(code - 128).name})"
    except ValueError:
        return f"exit code {code}"


def time_ns(written: str) -> int:
    """Return the nanoseconds since the epoch of a time as the engine writes it: "2026-01-02T03:04:05.678901234Z"."""
    second = datetime.fromisoformat(written[:19]).replace(tzinfo=UTC)
    return int(second.timestamp()) * 10**9 + int(written[20:-1].ljust(9, "0"))


def _foreign_revision(item: Mapping[str, Any], created_at: datetime) -> str:
    """Return the same for the replicas of one compose service, another once it is changed or built anew."""
    config_hash = item["Labels"].get("com.docker.compose.config-hash")
    return f"{config_hash or created_at.isoformat()}-{item['ImageID']}"


def _environment(deployment: FunctionDeployment) -> dict[str, str]:
    own = {"OPENFAAS_NAME": deployment.name.name, "OPENFAAS_NAMESPACE": deployment.name.namespace}
    if deployment.env_process:
        own["fprocess"] = deployment.env_process
    return {**own, **deployment.env_vars}


def _resources(deployment: FunctionDeployment, cpus: int) -> dict[str, int]:
    settings: dict[str, int] = {}
    if limits := deployment.limits:
        if limits.memory:
            memory = _memory_bytes(limits.memory, "limits.memory")
            if memory < _MIN_MEMORY_BYTES:
                raise Refused(f"limits.memory is {limits.memory!r}, less than the 6Mi that Docker needs")
            settings |= {"Memory": memory, "MemorySwap": memory}  # no swap besides, so that the limit is one
        # more cores than there are is no limit, and Docker would refuse it
        if limits.cpu and 0 < (nano_cpus := _nano_cpus(limits.cpu, "limits.cpu")) < cpus * 10**9:
            settings["NanoCpus"] = max(nano_cpus, 10**7)
    if requests := deployment.requests:
        if requests.memory and (memory := _memory_bytes(requests.memory, "requests.memory")) >= _MIN_MEMORY_BYTES:
            settings["MemoryReservation"] = memory
        if requests.cpu:
            settings["CpuShares"] = min(max(_nano_cpus(requests.cpu, "requests.cpu") * 1024 // 10**9, 2), 2**18)
    if settings.get("MemoryReservation", 0) > settings.get("Memory", 2**63):
        raise Refused("requests.memory is more than limits.memory")
    return settings


def _memory_bytes(written: str, field: str) -> int:
    return _whole(written, 1, field, 2**60)


def _nano_cpus(written: str, field: str) -> int:
    return _whole(written, 10**9, field, 10**15)


def _whole(written: str, factor: int, field: str, most: int) -> int:
    try:
        return min(int(parse_quantity(written) * factor), most)
    except ValueError as error:
        raise Refused(f"{field}: {error}") from None


def _without(values: Iterable[str] | None, others: Iterable[str] | None) -> list[str]:
    left_out = set(others or ())
    return [one for one in values or () if one not in left_out]
