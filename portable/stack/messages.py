"""The messages of the OpenFaaS REST API with their wire names, as the MIT-licensed faas-provider has them.

`from_wire` refuses what a Go server would, and what no provider could run; `to_wire` is what a Go client decodes:
https://github.com/openfaas/faas-provider/tree/master/types
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .errors import Refused
from .fields import mapping_of_text, optional, sequence_of_text, text, whole_number

DEFAULT_NAMESPACE = "openfaas-fn"
MAX_SECRET_BYTES = 2**20  # what Kubernetes takes
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


class FunctionName(NamedTuple):
    """A function's name and its namespace; written `name.namespace`."""

    name: str
    namespace: str = DEFAULT_NAMESPACE

    def __str__(self) -> str:
        return f"{self.name}.{self.namespace}"

    @property
    def short(self) -> str:
        """The name alone, where its namespace is the default."""
        return self.name if self.namespace == DEFAULT_NAMESPACE else str(self)

    @classmethod
    def parse(cls, written: str, namespace: str = "") -> FunctionName:
        """Return the name that `fn` or `fn.namespace` stands for; the last dot separates."""
        name, dot, after = written.rpartition(".")
        if not dot or namespace:
            return cls(written, namespace or DEFAULT_NAMESPACE)
        return cls(name, after)

    @classmethod
    def checked(cls, name: str, namespace: str) -> FunctionName:
        """Return a name that a function may be given. Raises Refused if Kubernetes would not take it."""
        for what, value in (("name", name), ("namespace", namespace or DEFAULT_NAMESPACE)):
            if not _LABEL.fullmatch(value):
                raise Refused(
                    f"a function's {what} is 1 to 63 of a-z, 0-9 and '-', and begins and ends with a letter or digit: "
                    f"{value[:80]!r} is not; change it in the stack file"
                )
        return cls(name, namespace or DEFAULT_NAMESPACE)


@dataclass(frozen=True)
class Resources:
    """Limits or requests, as quantities of Kubernetes: memory "128Mi", cpu "500m"; "" for none."""

    memory: str = ""
    cpu: str = ""

    @classmethod
    def from_wire(cls, fields: Any, where: str) -> Resources | None:
        """Return the resources, or None if there are none. Raises Refused for GPUs: there are none here."""
        if fields is None:
            return None
        if not isinstance(fields, Mapping):
            raise Refused(f"{where} must be an object with memory and cpu, not {type(fields).__name__}")
        for name, value in fields.items():
            if name.endswith("/gpu") and value:
                raise Refused(f"{where}: this gateway gives functions no GPU; take {name!r} out")
        return cls(memory=text(fields, "memory", where), cpu=text(fields, "cpu", where))

    def to_wire(self) -> dict[str, str]:
        """Return the fields that are set."""
        return {name: value for name, value in (("memory", self.memory), ("cpu", self.cpu)) if value}


@dataclass(frozen=True)
class FunctionDeployment:
    """What `faas-cli deploy` sends: everything that makes a function."""

    name: FunctionName
    image: str
    env_process: str = ""
    env_vars: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    limits: Resources | None = None
    requests: Resources | None = None
    read_only_root_filesystem: bool = False

    @classmethod
    def from_wire(cls, body: Any) -> FunctionDeployment:
        """Return the deployment that a JSON body stands for. Raises Refused with the field that is wrong."""
        fields = _object(body)
        name = FunctionName.checked(text(fields, "service"), text(fields, "namespace"))
        image = text(fields, "image")
        if not image or len(image) > 1024 or not image.isprintable() or " " in image:
            raise Refused(f"image: the name of an image is needed, e.g. local/{name.name}:latest; not {image[:80]!r}")
        secrets = sequence_of_text(fields, "secrets")
        for secret in secrets:
            check_secret_name(secret)
        return cls(
            name=name,
            image=image,
            env_process=text(fields, "envProcess"),
            env_vars=mapping_of_text(fields, "envVars"),
            constraints=sequence_of_text(fields, "constraints"),
            secrets=secrets,
            labels=mapping_of_text(fields, "labels"),
            annotations=mapping_of_text(fields, "annotations"),
            limits=Resources.from_wire(fields.get("limits"), "limits"),
            requests=Resources.from_wire(fields.get("requests"), "requests"),
            read_only_root_filesystem=optional(fields, "readOnlyRootFilesystem", bool, default=False),
        )

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that `from_wire` reads."""
        return {"service": self.name.name, **self.common_fields()}

    def common_fields(self) -> dict[str, Any]:
        """Return the fields that a deployment and a status share: what was deployed, so that a diff is clean."""
        fields: dict[str, Any] = {
            "namespace": self.name.namespace,
            "image": self.image,
            "envProcess": self.env_process,
            "envVars": dict(self.env_vars),
            "constraints": list(self.constraints),
            "secrets": list(self.secrets),
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
            "readOnlyRootFilesystem": self.read_only_root_filesystem,
        }
        for name, resources in (("limits", self.limits), ("requests", self.requests)):
            if resources:
                fields[name] = resources.to_wire()
        return fields


@dataclass(frozen=True)
class Usage:
    """What a function uses now: cpu in thousandths of a core, memory in bytes."""

    cpu_millicores: float = 0.0
    memory_bytes: float = 0.0


@dataclass(frozen=True)
class FunctionStatus:
    """What `faas-cli list` and `describe` read about a function."""

    deployment: FunctionDeployment
    replicas: int
    available_replicas: int
    invocation_count: int
    created_at: datetime
    usage: Usage | None = None
    reason: str = ""
    """Why it is not as it should be, e.g. why the last update was taken back; a field of this gateway's own."""

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that a Go client decodes: whole numbers are ints, and the time has a zone."""
        fields: dict[str, Any] = {
            "name": self.deployment.name.name,
            **self.deployment.common_fields(),
            "replicas": self.replicas,
            "availableReplicas": self.available_replicas,
            "invocationCount": self.invocation_count,
            "createdAt": rfc3339(self.created_at),
        }
        if self.usage:
            fields["usage"] = {"cpu": self.usage.cpu_millicores, "totalMemoryBytes": self.usage.memory_bytes}
        if self.reason:
            fields["reason"] = self.reason
        return fields


@dataclass(frozen=True)
class ScaleServiceRequest:
    """What POST /system/scale-function/{name} takes."""

    name: str
    replicas: int

    @classmethod
    def from_wire(cls, body: Any) -> ScaleServiceRequest:
        """Return the request. Raises Refused if replicas is missing or no whole number from 0."""
        fields = _object(body)
        if fields.get("replicas") is None:
            raise Refused('replicas is missing: send e.g. {"serviceName": "meditations", "replicas": 2}')
        return cls(name=text(fields, "serviceName"), replicas=whole_number(fields, "replicas"))


@dataclass(frozen=True)
class Secret:
    """A secret and its value, which no reply, log or label ever shows."""

    name: str
    namespace: str
    value: bytes = field(repr=False, default=b"")

    @classmethod
    def from_wire(cls, body: Any, *, has_value: bool = True) -> Secret:
        """Return the secret; `rawValue` (base64) wins over `value`. Raises Refused, without the value in its text."""
        fields = _object(body)
        name = text(fields, "name")
        check_secret_name(name)
        namespace = FunctionName.checked("any", text(fields, "namespace")).namespace
        if not has_value:
            return cls(name, namespace)
        raw = text(fields, "rawValue", is_secret=True)
        try:
            value = base64.b64decode(raw, validate=True) if raw else text(fields, "value", is_secret=True).encode()
        except (binascii.Error, ValueError):
            raise Refused(f"secret {name!r}: rawValue is not base64") from None
        if not value:
            raise Refused(f"secret {name!r} has no value: give --from-literal, --from-file or standard input")
        if len(value) > MAX_SECRET_BYTES:
            raise Refused(f"secret {name!r} has {len(value)} bytes, more than the {MAX_SECRET_BYTES} a secret may have")
        return cls(name, namespace, value)


class LogMessage(NamedTuple):
    """A line that a replica printed; `text` keeps its newline."""

    name: str
    namespace: str
    instance: str
    timestamp: datetime
    text: str

    def to_wire(self) -> dict[str, str]:
        """Return the JSON object of one line of the stream."""
        return {**self._asdict(), "timestamp": rfc3339(self.timestamp)}


@dataclass(frozen=True)
class LogQuery:
    """Which lines of a function's log are wanted."""

    function: FunctionName
    instance: str = ""
    tail: int = -1
    """The newest so many lines of each replica; all for 0 and below."""

    follow: bool = False
    since: datetime | None = None
    """With a time zone; None for the beginning."""


def rfc3339(moment: datetime) -> str:
    """Return a time as Go reads it: in UTC, with a Z. Raises ValueError if it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def check_secret_name(name: str) -> None:
    """Raise Refused unless Kubernetes would take the name: it becomes a file's."""
    if len(name) > 253 or not _SUBDOMAIN.fullmatch(name) or ".." in name:
        raise Refused(f"a secret's name is up to 253 of a-z, 0-9, '-' and '.', not {name[:80]!r}")


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Refused(f"the body must be a JSON object, not {type(body).__name__}")
    return body
