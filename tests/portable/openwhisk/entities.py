"""What OpenWhisk stores and what it refuses: actions and packages, by the rules of its documents and its source.

https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Actions.scala
https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Packages.scala
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from base64 import b64decode
from typing import Any

from platforms.openwhisk import limits

Entity = dict[str, Any]

KINDS = {"nodejs:20", "python:3.11", "python:3.12", "python:3.13"}
LIMITS = {
    "timeout": (limits.MIN_TIMEOUT_MS, limits.MAX_TIMEOUT_MS, limits.DEFAULT_TIMEOUT_MS),
    "memory": (limits.MIN_MEMORY_MB, limits.MAX_MEMORY_MB, limits.DEFAULT_MEMORY_MB),
    "logs": (0, limits.MAX_LOGS_MB, limits.DEFAULT_LOGS_MB),
}
_NAME = re.compile(rf"\w|\w[\w@ .-]{{0,{limits.MAX_NAME_CHARS - 2}}}[\w@.-]", re.ASCII)
_ACTION_FIELDS = {"namespace", "name", "exec", "parameters", "limits", "version", "publish", "annotations"}
_PACKAGE_FIELDS = _ACTION_FIELDS - {"exec", "limits"} | {"binding"}


class Rejected(Exception):
    """The API answers with `status` and this message, and does nothing."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Rejected(400, "The name of the entity contains illegal characters.")


def new_action(namespace: str, name: str, content: Entity) -> Entity:
    """Return the action that a PUT makes where there is none."""
    _check_fields(content, name, _ACTION_FIELDS)
    if "exec" not in content:
        raise Rejected(400, "exec undefined")
    made = _exec(content["exec"])
    annotations = _parameters(content.get("annotations", []))
    if all(one["key"] != "provide-api-key" for one in annotations):
        annotations.append({"key": "provide-api-key", "value": False})
    return {
        "namespace": namespace,
        "name": name,
        "exec": made,
        "parameters": _parameters(content.get("parameters", [])),
        "limits": _limits(content.get("limits", {}), {key: default for key, (_, _, default) in LIMITS.items()}),
        "version": "0.0.1",
        "publish": False,
        "annotations": _with_exec(annotations, made),
    }


def updated_action(action: Entity, content: Entity) -> Entity:
    """Return the action that a PUT with overwrite makes of one: what it does not say stays."""
    _check_fields(content, action["name"], _ACTION_FIELDS)
    made = _exec(content["exec"]) if "exec" in content else action["exec"]
    annotations = _parameters(content["annotations"]) if "annotations" in content else action["annotations"]
    return {
        **action,
        "exec": made,
        "parameters": _parameters(content["parameters"]) if "parameters" in content else action["parameters"],
        "limits": _limits(content.get("limits", {}), action["limits"]),
        "version": _next(action["version"]),
        "annotations": _with_exec(annotations, made),
    }


def package(namespace: str, name: str, content: Entity, before: Entity | None) -> Entity:
    """Return the package that a PUT makes, of the one that is there if one is."""
    if name == "default":
        raise Rejected(400, "Package name 'default' is reserved.")
    _check_fields(content, name, _PACKAGE_FIELDS)
    before = before or {"parameters": [], "annotations": [], "version": "0.0.0", "binding": {}}
    return {
        "namespace": namespace,
        "name": name,
        "binding": content.get("binding", before["binding"]),
        "parameters": _parameters(content.get("parameters", before["parameters"])),
        "annotations": _parameters(content.get("annotations", before["annotations"])),
        "version": _next(before["version"]),
        "publish": False,
    }


def _check_fields(content: Any, name: str, known: set[str]) -> None:
    if not isinstance(content, dict):
        raise _malformed("Object expected")
    if unknown := content.keys() - known:
        raise _malformed(f"strict: unknown fields {sorted(unknown)}")
    if content.get("name", name) != name or content.get("namespace", "_") != "_":
        raise _malformed("strict: the content names another entity than the path")


def _exec(made: Any) -> Entity:
    if not isinstance(made, dict) or not isinstance(made.get("kind"), str):
        raise _malformed("Object is missing required member 'kind'")
    if made["kind"] == "blackbox":
        if not isinstance(made.get("image"), str) or not made["image"]:
            raise _malformed("'image' must be a string defined in 'exec' for 'blackbox' actions")
        return {**made, "binary": False}
    if made["kind"] not in KINDS:
        raise _malformed(f"kind '{made['kind']}' not in {sorted(KINDS)}")
    code = made.get("code")
    if not isinstance(code, str) or not code:
        raise _malformed("'code' must be a string or attachment object defined in 'exec' for the kind")
    if len(code) > limits.MAX_CODE_BYTES:
        raise Rejected(413, f"exec larger than allowed: {len(code)} > {limits.MAX_CODE_BYTES} bytes.")
    _check_zip(code)
    if made.get("binary") is not True or made.get("main", "main") != "main":
        raise _malformed("strict: a zip is binary, and its main is main")
    return dict(made)


def _check_zip(code: str) -> None:
    """Refuse at once what the runtime would refuse at its first activation."""
    try:
        with zipfile.ZipFile(io.BytesIO(b64decode(code, validate=True))) as archive:
            names = archive.namelist()
    except (ValueError, zipfile.BadZipFile) as error:
        raise _malformed(f"strict: the code is no zip in base64: {error}") from error
    if "__main__.py" not in names:
        raise _malformed("strict: the zip has no __main__.py")


def _limits(given: Any, before: dict[str, int]) -> dict[str, int]:
    if not isinstance(given, dict) or given.keys() - LIMITS.keys():
        raise _malformed("strict: limits are timeout, memory and logs")
    for key, value in given.items():
        least, most, _ = LIMITS[key]
        if not isinstance(value, int) or isinstance(value, bool):
            raise _malformed(f"{key} limit malformed")
        if value < least:
            raise _malformed(f"requirement failed: {key} {value} below allowed threshold of {least}")
        if value > most:
            raise _malformed(f"requirement failed: {key} {value} exceeds allowed threshold of {most}")
    return {**before, **given}


def _parameters(given: Any) -> list[Entity]:
    is_list = isinstance(given, list) and all(
        isinstance(one, dict)
        and isinstance(one.get("key"), str)
        and "value" in one
        and not one.keys() - {"key", "value", "init"}
        and isinstance(one.get("init", False), bool)
        for one in given
    )
    if not is_list:
        # the source shows the values too:
        # https://github.com/apache/openwhisk/blob/master/common/scala/src/main/scala/org/apache/openwhisk/core/entity/Parameter.scala
        raise _malformed(f"parameters malformed could not read directly: {json.dumps(given)}")
    if sum(len(one["key"]) + len(json.dumps(one["value"])) for one in given) > limits.MAX_PARAMETERS_BYTES:
        raise Rejected(413, f"parameters larger than allowed: more than {limits.MAX_PARAMETERS_BYTES} bytes.")
    return [{**one} for one in {one["key"]: one for one in given}.values()]


def _with_exec(annotations: list[Entity], made: Entity) -> list[Entity]:
    return [*(one for one in annotations if one["key"] != "exec"), {"key": "exec", "value": made["kind"]}]


def _malformed(why: str) -> Rejected:
    return Rejected(400, f"The request content was malformed:\n{why}")


def _next(version: str) -> str:
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"
