"""Functions over HTTP: list, describe, deploy, update, remove, scale."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

from flask import Response, request

from ...check import note_of
from ...stack.errors import Refused
from ...stack.fields import text
from ...stack.messages import FunctionDeployment, FunctionName, FunctionStatus, ScaleServiceRequest
from ..functions.service import Functions
from .bodies import json_reply, read_namespace, read_object

T = TypeVar("T")
log = logging.getLogger(__name__)


class RunOnLoop(Protocol):
    """Runs a coroutine on the gateway's loop, waits for it, and returns or raises what it does."""

    def __call__(self, coroutine: Coroutine[Any, Any, T], /) -> T:
        """Run it; called on any thread but the loop's."""


class FunctionRoutes:
    """The views of /system/functions and its neighbours. What is to be kept is kept by Functions, on the loop."""

    def __init__(self, functions: Functions, run: RunOnLoop) -> None:
        self._functions = functions
        self._run = run

    def list(self) -> Response:
        """Answer every function's status."""
        namespace = read_namespace()

        async def statuses() -> list[FunctionStatus]:
            return self._functions.statuses(namespace)

        return json_reply([status.to_wire() for status in self._run(statuses())])

    def describe(self, name: str) -> Response:
        """Answer one function's status, with ?usage=1 also what it uses."""
        with_usage = request.args.get("usage", "") in ("1", "true")
        found = self._functions.status(_named(name), with_usage=with_usage)
        return json_reply(self._run(found).to_wire())

    def deploy(self) -> Response:
        """Deploy a new function: 200 when it is ready, 202 if that still goes on, 409 if it is there."""
        return self._deploy(is_new=True)

    def update(self) -> Response:
        """Deploy a function that is there: 200 when the new replicas serve, 202 if that goes on, 404 if it is not."""
        return self._deploy(is_new=False)

    def delete(self) -> Response:
        """Remove a function."""
        body = read_object()
        name = text(body, "functionName")
        if not name:
            raise Refused('functionName is missing: send e.g. {"functionName": "meditations"}')
        self._run(self._functions.delete(FunctionName.parse(name)))
        return Response(status=200)

    def scale(self, name: str) -> Response:
        """Run so many replicas of a function."""
        wanted = ScaleServiceRequest.from_wire(read_object())
        if wanted.name not in ("", name):
            raise Refused(f"serviceName is {wanted.name[:80]!r} and the path's name {name!r}: which is meant?")
        self._run(self._functions.scale(_named(name), wanted.replicas))
        return Response(status=200)

    def _deploy(self, *, is_new: bool) -> Response:
        deployment = FunctionDeployment.from_wire(read_object())
        is_done = deploy_and_note(self._functions, self._run, deployment, is_new=is_new)
        return Response(status=200 if is_done else 202)


def deploy_and_note(
    functions: Functions, run: RunOnLoop, deployment: FunctionDeployment, *, is_new: bool | None
) -> bool:
    """Deploy as `Functions.deploy` does, and log where else the function could not be deployed."""
    is_done = run(functions.deploy(deployment, is_new=is_new))
    if note := note_of(deployment):
        log.info("%s: %s; more: portable check", deployment.name, note)
    return is_done


def _named(name: str) -> FunctionName:
    read_namespace()
    return FunctionName.parse(name, request.args.get("namespace", ""))
