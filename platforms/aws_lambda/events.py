"""What is sent to Lambda that is no HTTP and no direct invocation, and how the handler is called for it.

`to_event` and `to_batch` are pure. `Batch.deliver` calls the handler for each record; what fails is raised or reported,
never lost. Imported when the first such event arrives: a function behind a front door does not pay for it.

    Exception
    +-- RefusedEvent    the event cannot be delivered: says why, and what to do
"""

from __future__ import annotations

from collections.abc import Callable
from json import dumps

from ..contract import Event
from .sources import S3, DynamoDb, Kinesis, Sns, Sqs, cloud_event, filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .sources import Record, Source

SOURCES: dict[str, Source] = {
    "aws:dynamodb": DynamoDb(),
    "aws:kinesis": Kinesis(),
    "aws:s3": S3(),
    "aws:sns": Sns(),
    "aws:sqs": Sqs(),
}


class RefusedEvent(Exception):
    """The event cannot be delivered: raised before the handler has seen any of it, so Lambda reports a failure."""


class Call:
    """One record on its way to the handler.

    `item_id` is what its platform knows the record by. In one `lane` no call is made after one that failed; None is
    no lane.
    """

    __slots__ = ("event", "item_id", "lane", "record")

    def __init__(self, source: Source, record: Record) -> None:
        self.event = source.to_event(record)
        self.item_id = source.item_id(record)
        self.lane = source.lane(record)
        self.record = record


class Batch:
    """The records of one event, in the order they came."""

    def __init__(self, source: Source, calls: list[Call]) -> None:
        self.source = source
        self.calls = calls

    def deliver(self, run: Callable[[Event, Record], object], request_id: str, *, report: bool) -> Any:
        """Call `run` with each record, whatever becomes of those before it; but in a lane, not after a failure.

        Returns what Lambda takes for the batch: with `report` that names the failed records and those not run. Without
        it, or if no record succeeded, the first failure is raised, and Lambda sends the whole batch again.
        """
        failed: list[str] = []
        errors: list[tuple[Call, Exception]] = []
        stopped: set[str | None] = set()
        for call in self.calls:
            if call.lane is not None and call.lane in stopped:
                failed.append(call.item_id)
                continue
            try:
                run(call.event, call.record)
            except Exception as error:  # noqa: BLE001 - raised or reported, once every record has had its turn
                failed.append(call.item_id)
                errors.append((call, error))
                stopped.add(call.lane)
        reports = report and self.source.can_report
        if not errors:
            return self.source.to_native([]) if reports else None
        # a report of everything would look like a success to an alarm that counts errors
        raised = errors[0][1] if not reports or len(failed) == len(self.calls) else None
        if len(self.calls) > 1:
            _log(errors, request_id, raised)
        if raised is not None:
            raise raised
        return self.source.to_native(failed)


def to_event(native: Record) -> Event:
    """Return the Event of an EventBridge event, a rule's schedule included: the body is its detail.

    Raises RefusedEvent if a member is not of the type that AWS documents.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    """
    # EventBridge Scheduler writes its detail's JSON into a string: https://github.com/aws/aws-lambda-dotnet/issues/1864
    detail = native["detail"] if isinstance(native["detail"], str) else dumps(native["detail"])
    try:
        return cloud_event(
            detail.encode(errors="replace"),
            id=native["id"],
            type=f"{filled(native['source'], 'source')}.{filled(native['detail-type'], 'detail-type')}",
            source=native["source"],
            subject=next(iter(native.get("resources") or ()), None),
            time=native.get("time"),
        )
    except (TypeError, ValueError) as error:
        raise RefusedEvent(f"the EventBridge event is not as AWS documents it: {error}") from error


def to_batch(native: Record) -> Batch | None:
    """Return the batch in an event with a list of `Records`; None if no record names a service: a caller's own payload.

    Raises RefusedEvent if the records are not of one known service, or not as AWS documents them.
    """
    # https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
    if "isFinalInvokeForWindow" in native:
        raise RefusedEvent("a tumbling window wants its state back, which no handler here returns: set the window to 0")
    records = native["Records"]
    services = list(dict.fromkeys(map(_service_of, records)))
    if services in ([], [None]):
        return None
    source = SOURCES.get(services[0] or "") if len(services) == 1 else None
    if source is None:
        found = ", ".join(map(repr, services))
        raise RefusedEvent(
            f"the event's records come from {found}; one of {', '.join(SOURCES)} is expected for all of them. Send "
            f"others by way of SQS, SNS or EventBridge"
        )
    return Batch(source, _to_calls(source, records, services[0]))


def _to_calls(source: Source, records: list[Record], service: str | None) -> list[Call]:
    calls = []
    for number, record in enumerate(records, start=1):
        try:
            calls.append(Call(source, record))
        except Exception as error:
            what = f"has no {error}" if isinstance(error, KeyError) else f"is not as AWS documents it: {error}"
            raise RefusedEvent(f"record {number} of {len(records)} from {service!r} {what}") from error
    return calls


def _service_of(record: Any) -> str | None:
    """Return what a record calls its source; SNS spells the member with a capital."""
    name = (record.get("eventSource") or record.get("EventSource")) if isinstance(record, dict) else None
    return name if isinstance(name, str) else None


def _log(errors: list[tuple[Call, Exception]], request_id: str, raised: Exception | None) -> None:
    """Log which records failed, each with its traceback but for the one that Lambda is going to log."""
    from ..log import RequestLog

    for call, error in errors:
        record_id = call.event.headers["ce-id"]
        traceback = None if error is raised else error
        RequestLog(request_id).error("request %s failed at record %s", request_id, record_id, exc_info=traceback)
