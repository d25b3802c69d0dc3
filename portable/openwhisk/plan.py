"""What a deploy would change, as data: it can be printed, and carried out. Nothing here calls anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..deploying.changes import Change, Difference, Sign
from ..deploying.errors import BadSettings, Refused
from .found import Entity, Found, annotations_of, changed_since, is_binding, is_ours
from .names import DIGEST, MANAGED_BY, VERSION
from .wanted import Wanted

_FIRST_VERSION = "0.0.1"
_SHOWN_DIGEST = 12
# the controller sets it: https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Actions.scala
_OF_THE_CONTROLLER = "exec"


@dataclass(frozen=True, kw_only=True)
class Put(Change):
    """A package or an action that comes (+) or changes (~), and the PUT that does it.

    `version` is the one that it will have.
    """

    path: str
    body: Mapping[str, Any] = field(repr=False)
    version: str


def check(found: Found, wanted: Wanted, *, adopt: bool) -> None:
    """Raise Refused for an action that we did not make, BadSettings for a package that cannot have actions."""
    if found.package and is_binding(found.package):
        raise BadSettings(
            f"the package {wanted.name.package} is a binding to another one: deploy into that one, or into your own"
        )
    if found.action and not is_ours(found.action) and not adopt:
        raise Refused(
            f"there is an action {wanted.name}, version {found.action.get('version')}, that this did not make: "
            "choose another --name, or say --adopt to replace it"
        )


def changes(found: Found, wanted: Wanted) -> list[Put]:
    """Return what has to be put, in its order."""
    puts = []
    if wanted.name.package and wanted.name.package_path and found.package is None:
        body = {"namespace": "_", "name": wanted.name.package, "annotations": _as_list(dict([MANAGED_BY]))}
        path = wanted.name.package_path
        puts.append(Put("+", "package", wanted.name.package, path=path, body=body, version=_FIRST_VERSION))
    differences = _differences(found, wanted)
    if found.action is None:
        puts.append(_put(found, wanted, "+", _FIRST_VERSION, differences))
    elif differences:
        version = _next(str(found.action.get("version")))
        puts.append(_put(found, wanted, "~", version, differences))
    return puts


def _put(found: Found, wanted: Wanted, sign: Sign, version: str, differences: list[Difference]) -> Put:
    # what others have annotated stays: one of it may be require-whisk-auth
    annotated = annotations_of(found.action or {})
    kept = {key: value for key, value in annotated.items() if key not in (_OF_THE_CONTROLLER, DIGEST)}
    body: dict[str, Any] = {
        "namespace": "_",
        "name": wanted.name.name,
        "exec": wanted.exec,
        "annotations": _as_list({**kept, **wanted.annotations, VERSION: version}),
        "limits": wanted.limits,
        "parameters": [*_bound(found, wanted), *wanted.parameters],
    }
    name = wanted.name
    return Put(sign, "action", str(name), tuple(differences), path=name.path, body=body, version=version)


def _differences(found: Found, wanted: Wanted) -> list[Difference]:
    action: Entity = found.action or {}
    before, marked = action.get("exec") or {}, annotations_of(action)
    rows = [(name, before.get(name), wanted.exec.get(name)) for name in ("kind", "image")]
    rows += [("code", _short(marked.get(DIGEST)), _short(wanted.digest))]
    rows += [(name, (action.get("limits") or {}).get(name), value) for name, value in wanted.limits.items()]
    ours = {key: value for key, value in wanted.annotations.items() if key not in (DIGEST, *wanted.annotated)}
    rows += [(key, marked.get(key), value) for key, value in ours.items()]
    is_new = found.action is None
    told = [Difference(name, _text(old), _text(new)) for name, old, new in rows if old != new]
    if is_new:
        told = [one for one in told if one.name not in ours]
    elif changed_since(action) and is_ours(action):
        told.insert(
            0,
            Difference(
                "changed after the last deploy, version", _text(marked.get(VERSION)), _text(action.get("version"))
            ),
        )
    annotated = {key: value for key, value in marked.items() if key in wanted.annotated}
    before = {one["key"]: one for one in _own_parameters(found) if one.get("init")}
    after = {one["key"]: one for one in wanted.parameters if one not in _inherited(found)}
    return [*told, *_names("annotations", annotated, wanted.annotated), *_names("env", before, after)]


def _names(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the names of what comes, changes and goes: no values, which may be secret."""
    signs = [f"+{name}" for name in sorted(after.keys() - before.keys())]
    signs += [f"~{name}" for name in sorted(after.keys() & before.keys()) if after[name] != before[name]]
    signs += [f"-{name}" for name in sorted(before.keys() - after.keys())]
    return [Difference(what, None, " ".join(signs))] if signs else []


def _bound(found: Found, wanted: Wanted) -> list[Mapping[str, Any]]:
    """Return the parameters that others have bound to the action: they are no variables, and stay."""
    return [one for one in _own_parameters(found) if not one.get("init") and one["key"] not in wanted.env]


def _own_parameters(found: Found) -> list[Mapping[str, Any]]:
    # the parameters of an action in a package are told with the package's own among them
    return [one for one in (found.action or {}).get("parameters") or [] if one not in _inherited(found)]


def _inherited(found: Found) -> list[Mapping[str, Any]]:
    return (found.package or {}).get("parameters") or []


def _as_list(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _short(digest: Any) -> str | None:
    return digest[:_SHOWN_DIGEST] if isinstance(digest, str) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _next(version: str) -> str:
    # https://github.com/apache/openwhisk/blob/master/common/scala/src/main/scala/org/apache/openwhisk/core/entity/SemVer.scala
    major_minor, dot, patch = version.rpartition(".")
    return f"{major_minor}{dot}{int(patch) + 1}" if patch.isdigit() else version
