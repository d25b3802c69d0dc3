"""One namespace of an OpenWhisk: its packages and actions, which really run, and their activations."""

from __future__ import annotations

import json
import uuid
from base64 import b64decode
from contextlib import ExitStack
from typing import Any

from portable.emulators import openwhisk as controller
from portable.emulators.messages import Pairs, Request
from tests.runtimes import action_loop

from . import entities
from .entities import Entity, Rejected

NAMESPACE = "guest@example.com_dev"
NOW_MS = 1_800_000_000_000
STATUSES = ("success", "application error", "action developer error", "whisk internal error")
_MISSING = "The requested resource does not exist."

Path = tuple[str, ...]
Answer = tuple[int, Any]


class Whisk:
    """What the API does, without HTTP. `waits` is False for a controller whose wait is over at once."""

    def __init__(self) -> None:
        self.packages: dict[str, Entity] = {}
        self.actions: dict[Path, Entity] = {}
        self.activations: list[Entity] = []
        self.waits = True
        self._loops: dict[Path, action_loop.ActionLoop] = {}
        self._stack = ExitStack()
        self._clock_ms = NOW_MS

    def close(self) -> None:
        """End every action that runs."""
        self._stack.close()

    def put_package(self, name: str, content: Entity, *, overwrite: bool) -> Entity:
        before = self.packages.get(name)
        if before and not overwrite:
            raise Rejected(409, "resource already exists")
        self.packages[name] = entities.package(NAMESPACE, name, content, before)
        return self._package(name)

    def get_package(self, name: str) -> Entity:
        if name not in self.packages:
            raise Rejected(404, _MISSING)
        return self._package(name)

    def delete_package(self, name: str) -> Entity:
        found = self.get_package(name)
        if count := len(found["actions"]):
            raise Rejected(409, f"Package not empty (contains {count} {'entity' if count == 1 else 'entities'})")
        return self.packages.pop(name)

    def put_action(self, path: Path, content: Entity, *, overwrite: bool) -> Entity:
        package = self._package_of(path)
        if package and package["binding"]:
            raise Rejected(400, "Operation not permitted on package binding.")
        before = self.actions.get(path)
        if before and not overwrite:
            raise Rejected(409, "resource already exists")
        namespace = "/".join([NAMESPACE, *path[:-1]])
        action = (
            entities.updated_action(before, content) if before else entities.new_action(namespace, path[-1], content)
        )
        self.actions[path] = {**action, "updated": self._tick()}
        return self.actions[path]

    def get_action(self, path: Path, *, code: bool) -> Entity:
        package = self._package_of(path, missing=403)
        action = self._action(path)
        inherited = {one["key"]: one for one in package["parameters"]} if package else {}
        parameters = {**inherited, **{one["key"]: one for one in action["parameters"]}}
        made = {key: value for key, value in action["exec"].items() if key != "code" or code}
        return {**action, "parameters": list(parameters.values()), "exec": made}

    def delete_action(self, path: Path) -> Entity:
        self._package_of(path)
        self._action(path)
        return self.actions.pop(path)

    def invoke(self, path: Path, payload: Any, *, blocking: bool, result: bool) -> Answer:
        if not isinstance(payload, dict):
            raise Rejected(400, "The request content was malformed:\nObject expected")
        action = self.get_action(path, code=True)
        bound = {one["key"] for one in action["parameters"] if not one.get("init")}
        if bound & payload.keys():
            raise Rejected(400, "Request defines parameters that are not allowed (e.g., reserved properties).")
        activation = self.activate(path, payload)
        if not blocking or not self.waits:
            return 202, {"activationId": activation["activationId"]}
        status = {"success": 200, "whisk internal error": 500}.get(activation["response"]["status"], 502)
        return status, activation["response"]["result"] if result else activation

    def activate(self, path: Path, args: Entity) -> Entity:
        """Run an action, and keep a record of it."""
        action = self.get_action(path, code=True)
        activation_id, start = uuid.uuid4().hex, self._tick()
        code, result, log = self._run(path, action, args, activation_id)
        activation = {
            "activationId": activation_id,
            "namespace": NAMESPACE,
            "name": path[-1],
            "version": action["version"],
            "publish": False,
            "start": start,
            "end": start + 12,
            "duration": 12,
            "logs": [f"2027-01-15T08:00:00.000000Z stderr: {line}" for line in log.splitlines()],
            "response": {"status": STATUSES[code], "success": code == 0, "result": result},
            "annotations": [{"key": "path", "value": "/".join([NAMESPACE, *path])}],
        }
        self.activations.insert(0, activation)
        return activation

    def list_activations(self, name: str, limit: int, since: int) -> list[Entity]:
        if not 0 <= limit <= 200:
            raise Rejected(400, f"The value '{limit}' is not in the range of 0 to 200 for activations.")
        path = "/".join([NAMESPACE, name])
        found = [one for one in self.activations if one["annotations"][0]["value"] == path and one["start"] >= since]
        # what the database's view has of them
        return [
            {
                **{key: value for key, value in one.items() if key not in ("response", "logs")},
                "statusCode": STATUSES.index(one["response"]["status"]),
            }
            for one in found[:limit]
        ]

    def get_activation(self, activation_id: str) -> Entity:
        if len(activation_id) != 32:
            raise Rejected(400, "The activation id is not valid.")
        for one in self.activations:
            if one["activationId"] == activation_id:
                return one
        raise Rejected(404, _MISSING)

    def call_web(self, path: Path, method: str, target: str, headers: Pairs, body: bytes) -> Any:
        """Call a raw-http web action and return status, headers and body of the reply."""
        annotations = {one["key"]: one["value"] for one in self.get_action(path, code=False)["annotations"]}
        if annotations.get("web-export") is not True:
            raise Rejected(404, _MISSING)
        assert annotations.get("raw-http") is True, "only raw-http web actions are known here"
        assert annotations.get("web-custom-options") is True
        activation = self.activate(path, controller.to_native(Request(method, target, headers, body)))
        return controller.from_native(activation["response"]["result"])

    def _run(self, path: Path, action: Entity, args: Entity, activation_id: str) -> tuple[int, Any, str]:
        bound = {one["key"]: one["value"] for one in action["parameters"] if not one.get("init")}
        message = {
            "value": {**bound, **args},
            "namespace": NAMESPACE,
            "action_name": "/" + "/".join([NAMESPACE, *path]),
            "action_version": action["version"],
            "activation_id": activation_id,
            "deadline": str(NOW_MS + 60_000),
        }
        try:
            loop = self._loop(path, action)
        except action_loop.InitFailed as error:
            return 2, {"error": "The action did not initialize and exited unexpectedly."}, str(error)
        before = len(loop.log)
        result = loop.run(message)
        return (1 if "error" in result else 0), result, loop.log[before:]

    def _loop(self, path: Path, action: Entity) -> action_loop.ActionLoop:
        """Return the action's process; a new one for each version."""
        key = (*path, action["version"], str(action["updated"]))
        if key not in self._loops:
            env = {one["key"]: _as_text(one["value"]) for one in action["parameters"] if one.get("init")}
            packed = b64decode(action["exec"]["code"])
            self._loops[key] = self._stack.enter_context(action_loop.running(packed, env))
        return self._loops[key]

    def _action(self, path: Path) -> Entity:
        if path not in self.actions:
            raise Rejected(404, _MISSING)
        return self.actions[path]

    def _package_of(self, path: Path, *, missing: int = 404) -> Entity | None:
        if len(path) == 1:
            return None
        if path[0] not in self.packages:
            # NOTE in Actions.scala: a package that does not exist manifests as unauthorized when it is read through
            raise Rejected(missing, _MISSING if missing == 404 else "The supplied authentication is not authorized.")
        return self.packages[path[0]]

    def _package(self, name: str) -> Entity:
        actions = [
            {"name": path[-1], "version": action["version"], "annotations": action["annotations"]}
            for path, action in self.actions.items()
            if len(path) == 2 and path[0] == name
        ]
        return {**self.packages[name], "actions": actions, "feeds": []}

    def _tick(self) -> int:
        self._clock_ms += 1000
        return self._clock_ms


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
