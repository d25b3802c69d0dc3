"""The services whose records Lambda is sent, one class each: `to_event`, pure, and what a failure means there.

CloudEvents attributes are those of the CloudEvents adapters for AWS where there is one (S3, SNS); elsewhere the type is
`aws.<service>.<event>`.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Mapping
from json import dumps
from time import gmtime, strftime

from ..cloud_events import cloud_event as cloud_event
from ..cloud_events import filled as filled
from ..contract import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Record: TypeAlias = Mapping[str, Any]
    Source: TypeAlias = "Sqs | Sns | S3 | Kinesis | DynamoDb"

_JSON = "application/json"


class Sqs:
    """A queue: the body is the message's, as it was sent. A FIFO queue's message groups are its lanes.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """

    can_report = True

    def to_event(self, record: Record) -> Event:
        attributes = record.get("attributes") or {}
        sent_ms = attributes.get("SentTimestamp")
        return cloud_event(
            record["body"].encode(errors="replace"),
            id=record["messageId"],
            # as Knative's source: https://github.com/knative/eventing-contrib/blob/2a9d623/awssqs/pkg/apis/sources/
            # v1alpha1/aws_sqs_types.go
            type="aws.sqs.message",
            source=record["eventSourceARN"],
            subject=attributes.get("MessageGroupId"),
            time=sent_ms and _rfc3339(int(sent_ms)),
        )

    def item_id(self, record: Record) -> str:
        return filled(record["messageId"], "messageId")

    def lane(self, record: Record) -> str | None:
        # a standard queue's messages may have a group too, and no order: https://docs.aws.amazon.com/
        # AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html
        if not record["eventSourceARN"].endswith(".fifo"):
            return None
        return filled(record["attributes"]["MessageGroupId"], "MessageGroupId")

    def to_native(self, failed: list[str]) -> dict[str, Any]:
        """Return the report of every failed message, and of those behind it in its group.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
        """
        return _report(failed)


class Notifications:
    """Records that Lambda runs again all together: it takes no report of single ones, and they have no order."""

    can_report = False

    def item_id(self, record: Record) -> str:
        return ""

    def lane(self, record: Record) -> str | None:
        return None

    def to_native(self, failed: list[str]) -> None:
        """Return nothing: nobody waits for it."""


class Sns(Notifications):
    """A topic: the body is the message, as it was published.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    """

    def to_event(self, record: Record) -> Event:
        # https://github.com/cloudevents/spec/blob/main/cloudevents/adapters/aws-sns.md#notification, but for the data:
        # the message alone, as raw delivery has it
        message = record["Sns"]
        return cloud_event(
            message["Message"].encode(errors="replace"),
            id=message["MessageId"],
            type=f"com.amazonaws.sns.{message['Type']}",
            source=record["EventSubscriptionArn"],
            subject=message.get("Subject"),
            time=message.get("Timestamp"),
        )


class S3(Notifications):
    """A bucket's notification: the body is the record. The key in it, and so the subject, is URL-encoded.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """

    def to_event(self, record: Record) -> Event:
        # https://github.com/cloudevents/spec/blob/main/cloudevents/adapters/aws-s3.md
        answered = record.get("responseElements") or {}
        ids = (answered.get("x-amz-request-id"), answered.get("x-amz-id-2"))
        item = record["s3"]["object"]
        return cloud_event(
            dumps(record).encode(),
            _JSON,
            id=".".join(filter(None, ids)) or item["sequencer"],
            type=f"com.amazonaws.s3.{record['eventName']}",
            source=f"{record['eventSource']}.{record['awsRegion']}.{record['s3']['bucket']['name']}",
            subject=item["key"],
            time=record.get("eventTime"),
        )


class Stream:
    """Records of one shard, which is one lane: after one that failed none is run."""

    can_report = True

    def lane(self, record: Record) -> str | None:
        return "shard"

    def to_native(self, failed: list[str]) -> dict[str, Any]:
        """Return the report of the first failed record: Lambda goes on from there, with it and what is behind it.

        https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
        """
        return _report(failed[:1])


class Kinesis(Stream):
    """A data stream: the body is the record's data, decoded.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    """

    def to_event(self, record: Record) -> Event:
        item = record["kinesis"]
        arrived_s = item.get("approximateArrivalTimestamp")
        return cloud_event(
            a2b_base64(item["data"], strict_mode=True),
            id=record["eventID"],
            type="aws.kinesis.record",
            source=record["eventSourceARN"],
            subject=item.get("partitionKey"),
            time=arrived_s and _rfc3339(round(arrived_s * 1000)),
        )

    def item_id(self, record: Record) -> str:
        return filled(record["kinesis"]["sequenceNumber"], "sequenceNumber")


class DynamoDb(Stream):
    """A table's stream: the body is the record, its items in DynamoDB's typed JSON.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """

    def to_event(self, record: Record) -> Event:
        written_s = record["dynamodb"].get("ApproximateCreationDateTime")
        return cloud_event(
            dumps(record).encode(),
            _JSON,
            id=record["eventID"],
            type=f"aws.dynamodb.{record['eventName']}",
            source=record["eventSourceARN"],
            time=written_s and _rfc3339(round(written_s * 1000)),
        )

    def item_id(self, record: Record) -> str:
        return filled(record["dynamodb"]["SequenceNumber"], "SequenceNumber")


def _report(failed: list[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in failed]}


def _rfc3339(since_epoch_ms: int) -> str:
    seconds, milliseconds = divmod(since_epoch_ms, 1000)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{milliseconds:03}Z"
