"""A sample event of each kind, as its platform sends it: what a test or `portable event` starts from. Pure.

Ids and times are always the same, so that a file made of one does not change.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

_ACCOUNT, _REGION = "123456789012", "eu-west-1"
_TIME, _TIME_MS = "2024-06-12T14:00:00.123Z", 1718200800123
_ORDER = {"order": 17}


def sample(kind: str, data: Any = None) -> dict[str, Any]:
    """Return an event of a kind that carries `data`: a text, or else a value that is written as JSON.

    Raises ValueError if there is no such kind, or it cannot carry that.
    """
    if kind not in SAMPLES:
        raise ValueError(f"there is no event {kind!r}: there are {', '.join(SAMPLES)}")
    found = SAMPLES[kind]
    if data is None:
        data = found.default
    elif not found.carries:
        raise ValueError(f"an event of {kind} carries no data")
    return found.make(data)


def _text(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data)


def _value(data: Any) -> Any:
    """Return the JSON value of a text that is JSON, else what was given."""
    try:
        return json.loads(data) if isinstance(data, str) else data
    except ValueError:
        return data


def _object(data: Any) -> dict[str, Any]:
    value = _value(data)
    if not isinstance(value, dict) or not value:
        raise ValueError(f"it takes a JSON object with members, not {data!r:.80}")
    return value


def _sqs(data: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    body = _text(data)
    return _records(
        messageId="059f36b4-87a3-44ab-83d2-661975830a7d",
        receiptHandle="AQEBzWwaftRI0KuVm4tP+/7q1rGgNqicHq",
        body=body,
        attributes={
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(_TIME_MS),
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": str(_TIME_MS + 7),
        },
        messageAttributes={},
        md5OfBody=hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        eventSource="aws:sqs",
        eventSourceARN=f"arn:aws:sqs:{_REGION}:{_ACCOUNT}:orders",
        awsRegion=_REGION,
    )


def _sns(data: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    topic = f"arn:aws:sns:{_REGION}:{_ACCOUNT}:orders"
    message = {
        "SignatureVersion": "1",
        "Timestamp": _TIME,
        "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j",
        "SigningCertUrl": f"https://sns.{_REGION}.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem",
        "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        "Message": _text(data),
        "MessageAttributes": {},
        "Type": "Notification",
        "UnsubscribeUrl": f"https://sns.{_REGION}.amazonaws.com/?Action=Unsubscribe",
        "TopicArn": topic,
        "Subject": "an order",
    }
    subscription = f"{topic}:21be56ed-a058-49f5-8c98-aedd2564c486"
    return _records(EventVersion="1.0", EventSubscriptionArn=subscription, EventSource="aws:sns", Sns=message)


def _s3(key: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    return _records(
        eventVersion="2.1",
        eventSource="aws:s3",
        awsRegion=_REGION,
        eventTime=_TIME,
        eventName="ObjectCreated:Put",
        userIdentity={"principalId": "AWS:AIDAINPONIXQXHT3IKHL2"},
        requestParameters={"sourceIPAddress": "192.0.2.1"},
        responseElements={
            "x-amz-request-id": "D82B88E5F771F645",
            "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=",
        },
        s3={
            "s3SchemaVersion": "1.0",
            "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
            "bucket": {
                "name": "photos",
                "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
                "arn": "arn:aws:s3:::photos",
            },
            "object": {
                "key": quote_plus(_text(key), safe="/"),  # as a form has it, says the page
                "size": 1305107,
                "eTag": "b21b84d653bb07b05b1e6b33684dc11b",
                "sequencer": "0C0F6F405D6ED209E1",
            },
        },
    )


def _dynamodb(data: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    item = _typed(_object(data))["M"]
    change = {
        "ApproximateCreationDateTime": _TIME_MS // 1000,
        "Keys": dict([next(iter(item.items()))]),
        "NewImage": item,
        "SequenceNumber": "4421584500000000017450439091",
        "SizeBytes": len(json.dumps(item)),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    return _records(
        eventID="c4ca4238a0b923820dcc509a6f75849b",
        eventName="INSERT",
        eventVersion="1.1",
        eventSource="aws:dynamodb",
        awsRegion=_REGION,
        dynamodb=change,
        eventSourceARN=f"arn:aws:dynamodb:{_REGION}:{_ACCOUNT}:table/orders/stream/2024-06-12T13:00:00.000",
    )


def _typed(value: Any) -> dict[str, Any]:
    """Return a JSON value as DynamoDB writes it.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case list():
            return {"L": [_typed(one) for one in value]}
        case dict():
            return {"M": {name: _typed(one) for name, one in value.items()}}
    return {"N": json.dumps(value)}


def _kinesis(data: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    sequence_number = "49590338271490256608559692538361571095921575989136588890"
    return _records(
        kinesis={
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "orders/17",
            "sequenceNumber": sequence_number,
            "data": b64encode(_text(data).encode()).decode(),
            "approximateArrivalTimestamp": _TIME_MS / 1000,
        },
        eventSource="aws:kinesis",
        eventVersion="1.0",
        eventID=f"shardId-000000000006:{sequence_number}",
        eventName="aws:kinesis:record",
        invokeIdentityArn=f"arn:aws:iam::{_ACCOUNT}:role/orders",
        awsRegion=_REGION,
        eventSourceARN=f"arn:aws:kinesis:{_REGION}:{_ACCOUNT}:stream/orders",
    )


def _eventbridge(detail: Any) -> dict[str, Any]:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
    return _event_bus("OrderPlaced", "com.example.orders", [], _object(detail))


def _schedule(data: None) -> dict[str, Any]:  # noqa: ARG001 - a sibling of the others
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
    rule = f"arn:aws:events:{_REGION}:{_ACCOUNT}:rule/every-minute"
    return _event_bus("Scheduled Event", "aws.events", [rule], {})


def _cloudevent(data: Any) -> dict[str, Any]:
    # https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
    return {
        "specversion": "1.0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "type": "com.example.order.placed",
        "source": "/orders",
        "time": _TIME,
        "datacontenttype": "application/json",
        "data": _value(data),
    }


def _timer(data: None) -> dict[str, Any]:  # noqa: ARG001 - a sibling of the others
    # https://github.com/Azure/azure-functions-python-library/blob/dev/azure/functions/timer.py
    status = {
        "Last": "2024-06-12T13:59:00.0000000+00:00",
        "Next": "2024-06-12T14:01:00.0000000+00:00",
        "LastUpdated": "2024-06-12T13:59:00.0000000+00:00",
    }
    return {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}


def _records(**record: Any) -> dict[str, Any]:
    return {"Records": [record]}


def _event_bus(detail_type: str, source: str, resources: list[str], detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": detail_type,
        "source": source,
        "account": _ACCOUNT,
        "time": "2024-06-12T14:00:00Z",
        "region": _REGION,
        "resources": resources,
        "detail": detail,
    }


class Sample(NamedTuple):
    """How an event of a kind is made, what it carries (nothing if empty), and what unless somebody says so."""

    make: Callable[[Any], dict[str, Any]]
    carries: str = ""
    default: Any = None


SAMPLES: Mapping[str, Sample] = {
    "sqs": Sample(_sqs, "the message's body", _ORDER),
    "s3": Sample(_s3, "the object's key", "photos/cat.png"),
    "sns": Sample(_sns, "the message", _ORDER),
    "schedule": Sample(_schedule),
    "dynamodb": Sample(_dynamodb, "the new item, its key first", {"id": "17", "total": 9.5}),
    "kinesis": Sample(_kinesis, "the record's data", _ORDER),
    "eventbridge": Sample(_eventbridge, "the detail", _ORDER),
    "cloudevent": Sample(_cloudevent, "the data", _ORDER),
    "timer": Sample(_timer),
}
