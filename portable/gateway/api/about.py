"""What the gateway says of itself: what it is, its one namespace, its metrics and its store; and what it has not."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

from flask import Response

from ...stack.errors import NotBuilt, NotFound
from ...stack.messages import DEFAULT_NAMESPACE
from .. import VERSION
from ..calls.metrics import CONTENT_TYPE
from .bodies import json_reply

OWN_STORE = Path(__file__).with_name("store.json")


class AboutRoutes:
    """The views that touch no function."""

    def __init__(self, orchestration: str, store_path: Path, render_metrics: Callable[[], bytes]) -> None:
        self._orchestration = orchestration
        self._store_path = store_path
        self._render_metrics = render_metrics

    def home(self) -> Response:
        """Send a browser to the dashboard."""
        return Response(status=307, headers={"Location": "/ui/"})

    def info(self) -> Response:
        """Answer what runs here; faas-cli crashes on a null in it."""
        version = {"release": VERSION, "sha": "", "commit_message": ""}
        provider = {"provider": "portable", "orchestration": self._orchestration, "version": version}
        return json_reply({"provider": provider, "version": version, "arch": platform.machine()})

    def metrics(self) -> Response:
        """Answer the metrics, as Prometheus reads them."""
        return Response(self._render_metrics(), content_type=CONTENT_TYPE)

    def store(self) -> Response:
        """Answer the function store, for `faas-cli store list --url`."""
        try:
            return Response(self._store_path.read_bytes(), content_type="application/json")
        except OSError as error:
            raise NotFound(f"cannot read the store {str(self._store_path)!r}: {error.strerror}; see --store") from error

    def namespaces(self) -> Response:
        """Answer the names of the namespaces."""
        return json_reply([DEFAULT_NAMESPACE])

    def namespace(self, name: str) -> Response:
        """Answer a namespace."""
        if name != DEFAULT_NAMESPACE:
            raise NotFound(f"there is no namespace {name!r}: {DEFAULT_NAMESPACE} is the only one of this gateway")
        return json_reply({"name": name, "annotations": {}, "labels": {"openfaas": "1"}})

    def change_namespace(self, name: str = "") -> Response:
        """Refuse to make, change or remove a namespace."""
        raise NotBuilt(f"this gateway has one namespace, {DEFAULT_NAMESPACE}: none can be made, changed or removed")

    def alert(self) -> Response:
        """Refuse an alert of AlertManager: nothing here would scale by it."""
        raise NotBuilt("this gateway takes no alerts: scale with the label com.openfaas.scale.min, or scale-function")
