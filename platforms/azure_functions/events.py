"""What Azure's triggers bring that is no HTTP, as the one shape of every platform. Pure.

Exception
+-- RefusedEvent    the event cannot be delivered: says why
"""

from __future__ import annotations

from binascii import a2b_base64
from json import dumps
from typing import Any

import azure.functions as azf
from azure.functions.timer import TimerRequest

from ..cloud_events import cloud_event, encode_data
from ..contract import Event


class RefusedEvent(Exception):
    """The event cannot be delivered: raised before the handler has seen it, so the invocation fails."""


def to_event(native: Any, context: azf.Context) -> Event:
    """Return the Event of what a trigger brings, with the invocation's trace.

    Raises RefusedEvent for what no known trigger brings, and for what is not as it must be.
    """
    try:
        event = _read(native, context)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise RefusedEvent(f"the {type(native).__name__} is not as Azure documents it: {error}") from error
    trace_parent = getattr(context.trace_context, "trace_parent", None)
    pairs = [*event.header_pairs, *([("traceparent", trace_parent)] if trace_parent else [])]
    return Event(event.method, raw_path=event.raw_path, header_pairs=pairs, body=event.body)


def _read(native: Any, context: azf.Context) -> Event:
    match native:
        case TimerRequest():
            return _of_timer(native, context)
        case azf.QueueMessage():
            return _of_message(native, context)
        case azf.EventGridEvent():
            return _of_event_grid(native)
        case azf.CloudEvent():
            return _of_cloud_event(native)
    raise RefusedEvent(
        f"a {type(native).__name__} came; a timer, a queue's message or an Event Grid event is expected. Have others "
        "sent by way of a queue or Event Grid"
    )


def _of_timer(timer: TimerRequest, context: azf.Context) -> Event:
    """Return a timer's call, whose body is what the host sends of it. It has no id but the invocation's.

    https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
    """
    data = {"IsPastDue": timer.past_due, "Schedule": timer.schedule, "ScheduleStatus": timer.schedule_status}
    return cloud_event(
        dumps(data).encode(),
        "application/json",
        id=context.invocation_id,
        type="azure.functions.timer",
        source=f"/{context.function_name}",
    )


def _of_message(message: azf.QueueMessage, context: azf.Context) -> Event:
    """Return a message's call, whose body is the message's, as it was sent.

    https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
    """
    return cloud_event(
        message.get_body(),
        id=message.id,
        type="azure.storage.queue.message",
        source=f"/{context.function_name}",
        time=_rfc3339(message.insertion_time),
    )


def _of_event_grid(event: azf.EventGridEvent) -> Event:
    """Return the call of an event in Event Grid's own schema: its topic is the source, its data the body.

    https://learn.microsoft.com/azure/event-grid/event-schema
    """
    return cloud_event(
        dumps(event.get_json()).encode(),
        "application/json",
        id=event.id,
        type=event.event_type,
        source=event.topic,
        subject=event.subject,
        time=_rfc3339(event.event_time),
    )


def _of_cloud_event(event: azf.CloudEvent) -> Event:
    """Return the call of an event in CloudEvents' schema, with its extensions.

    https://learn.microsoft.com/azure/event-grid/cloud-event-schema
    """
    extensions = event.extension_attrs
    # azure.functions takes binary data for an extension, whose name could not have this sign
    encoded = extensions.pop("data_base64", None)
    data = event.get_json() if encoded is None else a2b_base64(encoded, strict_mode=True)
    body, content_type = encode_data(data, event.datacontenttype or "")
    return cloud_event(
        body,
        content_type or "application/json",
        id=event.id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        time=_rfc3339(event.time),
        dataschema=event.dataschema,
        **{name: _text(value) for name, value in extensions.items() if value is not None},
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rfc3339(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
