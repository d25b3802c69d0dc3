"""Builders of what the event sources send, as the golden events in `event_sources/` show it, and a handler for it.

What a record carries is one JSON value, which every source but DynamoDB and S3 delivers as the body.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from platforms.aws_lambda.shim import make_lambda_handler
from platforms.contract import Event
from tests.platforms.aws_lambda.front_doors import Invocation

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/lambda-stream"
TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/moons/stream/2024-06-12T13:00:00.000"

Record = dict[str, Any]


def sqs(item_id: str, value: Any = None, *, group: str | None = None, arn: str = QUEUE) -> Record:
    """Return a message's record; `group` is its MessageGroupId."""
    attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1718200800123", "SenderId": "AIDA"}
    if group is not None:
        attributes["MessageGroupId"] = group
    return {
        "messageId": item_id,
        "receiptHandle": "AQEB...",
        "body": json.dumps(value),
        "attributes": attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": "eu-west-1",
    }


def fifo(item_id: str, value: Any = None, *, group: str = "g") -> Record:
    """Return the record of a message in a FIFO queue."""
    return sqs(item_id, value, group=group, arn=f"{QUEUE}.fifo")


def sns(item_id: str, value: Any = None) -> Record:
    """Return a notification's record."""
    message = {"Type": "Notification", "MessageId": item_id, "Message": json.dumps(value), "Subject": None}
    return {"EventSource": "aws:sns", "EventSubscriptionArn": f"{TOPIC}:1", "EventVersion": "1.0", "Sns": message}


def s3(item_id: str, value: Any = None) -> Record:
    """Return a bucket's record."""
    item = {"key": "moon.jpg", "sequencer": "0C0F", "value": value}
    return {
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventName": "ObjectCreated:Put",
        "responseElements": {"x-amz-request-id": item_id, "x-amz-id-2": "host"},
        "s3": {"bucket": {"name": "moon-photos"}, "object": item},
    }


def kinesis(item_id: str, value: Any = None) -> Record:
    """Return a data stream's record; its sequence number is `item_id`."""
    data = base64.b64encode(json.dumps(value).encode()).decode()
    return {
        "eventSource": "aws:kinesis",
        "eventID": f"shardId-000000000006:{item_id}",
        "eventName": "aws:kinesis:record",
        "eventSourceARN": STREAM,
        "kinesis": {"partitionKey": "p", "sequenceNumber": item_id, "data": data},
    }


def dynamodb(item_id: str, value: Any = None) -> Record:
    """Return a table's record; its sequence number is `item_id`."""
    return {
        "eventSource": "aws:dynamodb",
        "eventID": f"id-{item_id}",
        "eventName": "INSERT",
        "eventSourceARN": TABLE,
        "dynamodb": {"SequenceNumber": item_id, "NewImage": {"value": {"S": json.dumps(value)}}},
    }


def item_id_of(event: Event) -> str:
    """Return the `item_id` that a builder made a call's record of."""
    record_id = event.headers["ce-id"]
    return record_id.removeprefix("shardId-000000000006:").removeprefix("id-").removesuffix(".host")


def event(*records: Record) -> dict[str, Any]:
    """Return the event that Lambda is sent."""
    return {"Records": list(records)}


def event_bus(detail: Any = None) -> dict[str, Any]:
    """Return an EventBridge event."""
    return {
        "version": "0",
        "id": "6a7e8feb",
        "detail-type": "OrderPlaced",
        "source": "com.example.orders",
        "time": "2024-06-12T14:00:00Z",
        "resources": [],
        "detail": detail,
    }


BUILDERS: Mapping[str, Callable[..., Record]] = {
    "sqs": sqs,
    "fifo": fifo,
    "sns": sns,
    "s3": s3,
    "kinesis": kinesis,
    "dynamodb": dynamodb,
}
REPORTING = ("sqs", "fifo", "kinesis", "dynamodb")
STREAMS = ("kinesis", "dynamodb")


class Broken(Exception):
    """What the tests' handlers raise."""


class Recorder:
    """A handler that notes the id of each record, and does with it what `outcomes` says; else it succeeds."""

    def __init__(self, outcomes: dict[str, Any] | None = None) -> None:
        self.outcomes = outcomes or {}
        self.seen: list[str] = []

    def __call__(self, event: Any, context: Any) -> Any:
        """Answer one record."""
        item_id = item_id_of(event)
        self.seen.append(item_id)
        outcome = self.outcomes.get(item_id)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome() if callable(outcome) else outcome


def run(handler: Any, native: Any, **environ: str) -> Any:
    """Return what Lambda gets for an event."""
    return make_lambda_handler(handler, environ)(native, Invocation())
