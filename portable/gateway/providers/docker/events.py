"""What happens to containers, as the engine tells it: read in one thread, until closed."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from threading import Event
from typing import Any

import requests
from docker.errors import DockerException
from urllib3.exceptions import HTTPError

from ....stack.errors import GatewayError, Refused
from ....stack.messages import FunctionName
from ..base import Change, Notify
from .engine import Engine, end_stream
from .spec import FUNCTION_LABEL, NETWORK_LABEL, function_name

log = logging.getLogger(__name__)
_ACTIONS = ["start", "die", "pause", "unpause", "destroy", "kill", "oom"]
_STOP_SIGNALS = {"2", "3", "15"}  # those that ask a server to end: INT, QUIT, TERM
_MAX_WAIT_S = 5.0


class Events:
    """The events of the functions' containers on one network."""

    def __init__(self, engine: Engine, network: str, present: Callable[[], Iterable[FunctionName]]) -> None:
        """Watch `network`; `present` returns the functions that have containers there now."""
        self._engine = engine
        self._network = network
        self._present = present
        self._known: set[FunctionName] = set()
        self._closed = Event()
        self._response: requests.Response | None = None
        self.stopping: set[str] = set()
        """The ids of containers that the gateway itself stops: no news."""

    def watch(self, notify: Notify) -> None:
        """Report what happens until `close`; everything may have changed whenever the connection is new."""
        wait_s = 0.1
        while not self._closed.is_set():
            try:
                with closing(self._connect()) as response:
                    self._report_all(notify)
                    wait_s = 0.1
                    for line in response.iter_lines(chunk_size=None):
                        self._report(json.loads(line), notify)
            except (DockerException, GatewayError, HTTPError, OSError) as error:
                if not self._closed.is_set():
                    log.warning("watching the Docker engine: %s; trying again in %g s", error, wait_s)
            self._closed.wait(wait_s)
            wait_s = min(wait_s * 2, _MAX_WAIT_S)

    def close(self) -> None:
        """End `watch`."""
        self._closed.set()
        if response := self._response:
            end_stream(response)

    def _connect(self) -> requests.Response:
        filters = {"type": ["container"], "label": [FUNCTION_LABEL], "event": _ACTIONS}
        # since: the engine answers before it listens
        self._response = self._engine.stream("/events", filters=json.dumps(filters), since=f"{time.time():.6f}")
        if self._closed.is_set():
            end_stream(self._response)
        return self._response

    def _report_all(self, notify: Notify) -> None:
        present = set(self._present())
        for name in self._known | present:
            notify(name, Change.REPLICAS, "")
        self._known = present

    def _report(self, event: Mapping[str, Any], notify: Notify) -> None:
        action, container_id = event["Action"], event["Actor"]["ID"]
        labels = event["Actor"]["Attributes"]  # with more in it: name, image, signal
        if labels.get(NETWORK_LABEL, self._network) != self._network:
            return
        try:
            name = function_name(labels)
        except Refused:
            return  # logged when it was listed
        self._known.add(name)
        if action == "oom":
            log.warning("%s: out of memory in %s", name, labels["name"])
        elif action == "kill":
            if labels.get("signal") in _STOP_SIGNALS and container_id not in self.stopping:
                notify(name, Change.STOPPING, container_id)
        else:
            if action == "die":
                self.stopping.discard(container_id)
            self._settle(container_id)
            notify(name, Change.REPLICAS, container_id)

    def _settle(self, container_id: str) -> None:
        """Wait until the engine lists the container as its event says: it tells of an end before that is written down.

        Inspecting waits for the lock that is held meanwhile:
        https://github.com/moby/moby/blob/v20.10.24/daemon/monitor.go
        """
        with suppress(DockerException, OSError):  # it may be gone
            self._engine.api.inspect_container(container_id)
