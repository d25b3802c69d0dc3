"""What is there: an action and its package, as the API tells of them. It reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .api import Api
from .names import MANAGED_BY, VERSION, ActionName

Entity = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """The API's own records, None for what is not there. They have parameters, which may be secret."""

    package: Entity | None = field(repr=False)
    action: Entity | None = field(repr=False)


def read(api: Api, name: ActionName) -> Found:
    """Return what is there by this name."""
    package = api.find(name.package_path) if name.package_path else None
    if name.package_path and package is None:
        # asking for an action in it is answered as if the key had no right to:
        # https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/Actions.scala
        return Found(None, None)
    return Found(package, api.find(name.path, code=False))


def annotations_of(entity: Entity) -> dict[str, Any]:
    """Return a record's annotations by their keys."""
    return {one["key"]: one.get("value") for one in entity.get("annotations") or []}


def is_ours(entity: Entity) -> bool:
    """Tell whether a record is of what we made."""
    key, value = MANAGED_BY
    return bool(annotations_of(entity).get(key) == value)


def changed_since(action: Entity) -> bool:
    """Tell whether somebody else changed an action of ours after us."""
    return bool(annotations_of(action).get(VERSION) != action.get("version"))


def is_binding(package: Entity) -> bool:
    """Tell whether a package stands for another one."""
    return bool(package.get("binding"))
