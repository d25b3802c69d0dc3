"""JSON as Go's encoding/json decodes it into the types of faas-provider: another type is an error, null is the zero.

https://pkg.go.dev/encoding/json#Unmarshal, https://github.com/openfaas/faas-provider/tree/master/types
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

Decode = Callable[[Any, str], Any]
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


class GoError(Exception):
    """What faas-cli would print before it exits with 1."""


def unmarshal(document: bytes, decode: Decode) -> Any:
    """Return the value of a document. Raises GoError for what is no JSON, or not of that type."""
    try:
        value = json.loads(document, parse_constant=_no_constant)
    except ValueError as error:
        raise GoError(f"cannot parse result: {error}: {document[:200]!r}") from error
    return decode(value, "")


def text(value: Any, where: str) -> str:
    """Return a Go string."""
    checked: str = _checked(value, str, where, "string", "")
    return checked


def boolean(value: Any, where: str) -> bool:
    """Return a Go bool."""
    checked: bool = _checked(value, bool, where, "bool", zero=False)
    return checked


def unsigned(value: Any, where: str) -> int:
    """Return a Go uint64: 1.0 is none, nor is -1."""
    number: int = _checked(value, int, where, "uint64", 0)
    if not 0 <= number < 2**64:
        _fail(f"number {number}", where, "uint64")
    return number


def number(value: Any, where: str) -> float:
    """Return a Go float64."""
    return float(_checked(value, (int, float), where, "float64", 0.0))


def moment(value: Any, where: str) -> str:
    """Return a Go time.Time as it is written, by RFC 3339: never without a zone."""
    if value is None:
        return ""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        _fail(f"{value!r}", where, "time.Time")
    return value


def sequence(of: Decode) -> Decode:
    """Return the decoder of a Go slice."""

    def decode(value: Any, where: str) -> list[Any]:
        values = _checked(value, list, where, "slice", [])
        return [of(one, f"{where}[{index}]") for index, one in enumerate(values)]

    return decode


def mapping(of: Decode) -> Decode:
    """Return the decoder of a Go map[string]T."""

    def decode(value: Any, where: str) -> dict[str, Any]:
        return {key: of(one, f"{where}.{key}") for key, one in _checked(value, dict, where, "map", {}).items()}

    return decode


def struct(fields: Mapping[str, Decode], *, never_null: tuple[str, ...] = ()) -> Decode:
    """Return the decoder of a Go struct: names match in any case, unknown ones are passed over.

    The fields in `never_null` are pointers that faas-cli uses without a look: it would crash.
    """

    def decode(value: Any, where: str) -> dict[str, Any]:
        found = {key.lower(): one for key, one in _checked(value, dict, where, "struct", {}).items()}
        for name in never_null:
            if found.get(name.lower()) is None:
                raise GoError(
                    f"panic: runtime error: invalid memory address or nil pointer dereference: {where}.{name}"
                )
        return {name: of(found.get(name.lower()), f"{where}.{name}") for name, of in fields.items()}

    return decode


def _checked(value: Any, kind: Any, where: str, go_type: str, zero: Any = None) -> Any:
    if value is None:
        return zero
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        _fail(type(value).__name__, where, go_type)
    return value


def _fail(what: str, where: str, go_type: str) -> NoReturn:
    raise GoError(f"cannot parse result: json: cannot unmarshal {what} into Go value {where or '(whole)'} of {go_type}")


def _no_constant(written: str) -> NoReturn:
    raise ValueError(f"{written} is no JSON")


_RESOURCES = struct({"memory": text, "cpu": text})
_VERSION = struct({"commit_message": text, "sha": text, "release": text})
FUNCTION_STATUS = struct(
    {
        **dict.fromkeys(("name", "image", "namespace", "envProcess"), text),
        "envVars": mapping(text),
        "constraints": sequence(text),
        "secrets": sequence(text),
        "labels": mapping(text),
        "annotations": mapping(text),
        "limits": _RESOURCES,
        "requests": _RESOURCES,
        "readOnlyRootFilesystem": boolean,
        "invocationCount": number,
        "replicas": unsigned,
        "availableReplicas": unsigned,
        "createdAt": moment,
        "usage": struct({"cpu": number, "totalMemoryBytes": number}),
    }
)
FUNCTIONS = sequence(FUNCTION_STATUS)
SECRETS = sequence(struct({"name": text, "namespace": text}))
NAMESPACES = sequence(text)
LOG_MESSAGE = struct({"name": text, "namespace": text, "instance": text, "timestamp": moment, "text": text})
GATEWAY_INFO = struct(
    {
        "provider": struct({"provider": text, "orchestration": text, "version": _VERSION}, never_null=("version",)),
        "version": _VERSION,
        "arch": text,
    },
    never_null=("provider", "version"),
)
STORE = struct(
    {
        "version": text,
        "functions": sequence(
            struct(
                {
                    **dict.fromkeys(("title", "name", "description", "fprocess", "repo_url", "icon", "author"), text),
                    **dict.fromkeys(("images", "environment", "labels", "annotations"), mapping(text)),
                    "readOnlyRootFilesystem": boolean,
                }
            )
        ),
    }
)
