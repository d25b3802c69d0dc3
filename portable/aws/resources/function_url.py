"""The front door `url`: an address of the alias's own, without throttling, API keys or a spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...deploying.changes import Difference
from ..artifact.target import Target
from ..aws import NOT_FOUND, Aws
from ..names import ALIAS_LIVE, Names
from ..plan import Call, Step
from . import permissions
from .permissions import Permission

KIND = "function URL"
# the runtime client for Python cannot stream: https://github.com/aws/aws-lambda-roadmap/issues/39
_BUFFERED = "BUFFERED"


def read(aws: Aws, names: Names) -> Mapping[str, Any] | None:
    """Return the alias's URL as get_function_url_config answers; None if there is none."""
    return aws.find("lambda", "get_function_url_config", **_place(names))


def permission(target: Target) -> tuple[Permission, ...]:
    """Return what callers need."""
    return permissions.for_url(target.settings)


def changes(found: Mapping[str, Any] | None, target: Target) -> list[Step]:
    """Return the step that makes it, or lets in whom the settings say."""
    names = target.names
    wanted = {"AuthType": target.settings.url_auth, "InvokeMode": _BUFFERED}
    params = {**_place(names), **wanted}
    if found is None:
        difference = Difference("AuthType", None, wanted["AuthType"])
        create = Call("lambda", "create_function_url_config", params, keeps={"url": "FunctionUrl"})
        return [Step("+", KIND, names.base, (difference,), (create,))]
    differences = [
        Difference(name, found.get(name), value) for name, value in wanted.items() if found.get(name) != value
    ]
    back = {**_place(names), **{one.name: one.before for one in differences if one.before}}
    update = Call("lambda", "update_function_url_config", params)
    undo = Call("lambda", "update_function_url_config", back)
    return [Step("~", KIND, names.base, tuple(differences), (update,), (undo,))] if differences else []


def removal(found: Mapping[str, Any] | None, names: Names) -> list[Step]:
    """Return what deletes it."""
    if found is None:
        return []
    call = Call("lambda", "delete_function_url_config", _place(names), done_if=tuple(sorted(NOT_FOUND)))
    return [Step("-", KIND, names.base, actions=(call,))]


def _place(names: Names) -> dict[str, str]:
    return {"FunctionName": names.base, "Qualifier": ALIAS_LIVE}
