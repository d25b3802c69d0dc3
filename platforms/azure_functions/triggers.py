"""The triggers that are not HTTP: each is there when a setting asks for it.

https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import azure.functions as azf

from .settings import is_on


def add_triggers(app: azf.FunctionApp, run: Callable[[Any, azf.Context], None], environ: Mapping[str, str]) -> None:
    """Add the functions `timer`, `queue` and `event_grid`, which call `run`. Raises ValueError for a wrong setting."""

    # the worker takes a trigger's kind from the annotation
    def timer(event: azf.TimerRequest, context: azf.Context) -> None:
        run(event, context)

    def queue(event: azf.QueueMessage, context: azf.Context) -> None:
        run(event, context)

    def event_grid(event: azf.EventGridEvent, context: azf.Context) -> None:
        run(event, context)

    if schedule := environ.get("TIMER_SCHEDULE"):
        app.timer_trigger("event", schedule)(timer)
    if queue_name := environ.get("QUEUE_NAME"):
        app.queue_trigger("event", queue_name, environ.get("QUEUE_CONNECTION") or "AzureWebJobsStorage")(queue)
    if is_on("EVENT_GRID", environ):
        app.event_grid_trigger("event")(event_grid)
