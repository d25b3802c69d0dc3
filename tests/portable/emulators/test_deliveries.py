"""Which platform sends which event, and what comes of each sample in its shim."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from platforms.contract import Context, Event
from platforms.invoke import InvocationFailed
from portable.emulators.deliveries import PAYLOAD, deliver, kind_of
from portable.emulators.errors import Undeliverable
from portable.emulators.registry import EMULATORS, PLATFORMS
from portable.emulators.samples import SAMPLES, sample

OF_LAMBDA = ("sqs", "s3", "sns", "schedule", "dynamodb", "kinesis", "eventbridge")
SENT_BY = {
    **dict.fromkeys(OF_LAMBDA, ("aws_lambda",)),
    "timer": ("azure_functions",),
    "cloudevent": PLATFORMS,
}
TYPES = {
    "sqs": "aws.sqs.message",
    "s3": "com.amazonaws.s3.ObjectCreated:Put",
    "sns": "com.amazonaws.sns.Notification",
    "schedule": "aws.events.Scheduled%20Event",
    "dynamodb": "aws.dynamodb.INSERT",
    "kinesis": "aws.kinesis.record",
    "eventbridge": "com.example.orders.OrderPlaced",
    "cloudevent": "com.example.order.placed",
    "timer": "azure.functions.timer",
}


class Recorder:
    """A handler that keeps what it sees, and answers with what it is told."""

    def __init__(self, answer: Callable[[], Any] = lambda: None) -> None:
        self.events: list[Event] = []
        self.answer = answer

    def __call__(self, event: Event, context: Context) -> Any:
        """Answer one event."""
        self.events.append(event)
        return self.answer()


@pytest.mark.parametrize("kind", SAMPLES)
def test_sample_is_of_its_kind_and_the_same_each_time(kind: str) -> None:
    assert kind_of(sample(kind)) == ("eventbridge" if kind == "schedule" else kind)
    assert sample(kind) == sample(kind)
    assert json.loads(json.dumps(sample(kind))) == sample(kind)


@pytest.mark.parametrize("emulator", EMULATORS)
@pytest.mark.parametrize("kind", SAMPLES)
def test_sample_reaches_the_handler_as_one_post_on_the_platforms_that_send_it(kind: str, emulator: str) -> None:
    handler = Recorder()
    if emulator.partition(":")[0] not in SENT_BY[kind]:
        with pytest.raises(Undeliverable, match="alone, not from"):
            deliver(emulator, sample(kind), handler, {})
        assert not handler.events
        return

    assert deliver(emulator, sample(kind), handler, {}) is None

    (event,) = handler.events
    assert (event.method, event.path, event.headers["ce-type"]) == ("POST", "/", TYPES[kind])
    assert isinstance(event.json(), dict)


@pytest.mark.parametrize(
    ("kind", "data", "seen"),
    [
        ("sqs", {"order": 18}, {"order": 18}),
        ("sqs", '{"order": 18}', {"order": 18}),
        ("sns", [1], [1]),
        ("kinesis", "[2]", [2]),
        ("eventbridge", '{"a": null}', {"a": None}),
        ("cloudevent", '{"a": 1}', {"a": 1}),
    ],
)
def test_sample_carries_what_it_is_given(kind: str, data: Any, seen: Any) -> None:
    handler = Recorder()
    deliver("aws_lambda:rest", sample(kind, data), handler, {})

    assert handler.events[0].json() == seen


def test_object_of_a_bucket_has_its_key_as_s3_writes_it() -> None:
    (record,) = sample("s3", "full moon/café.jpg")["Records"]

    assert record["s3"]["object"]["key"] == "full+moon/caf%C3%A9.jpg"


def test_item_of_a_table_is_typed() -> None:
    data = {"id": "1", "n": 1.5, "b": True, "l": [None, 2], "m": {"x": "y"}}
    (record,) = sample("dynamodb", data)["Records"]

    assert record["dynamodb"]["Keys"] == {"id": {"S": "1"}}
    assert record["dynamodb"]["NewImage"] == {
        "id": {"S": "1"},
        "n": {"N": "1.5"},
        "b": {"BOOL": True},
        "l": {"L": [{"NULL": True}, {"N": "2"}]},
        "m": {"M": {"x": {"S": "y"}}},
    }


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        ("sqz", None, "there is no event 'sqz': there are sqs, s3, "),
        ("timer", "x", "an event of timer carries no data"),
        ("schedule", "x", "an event of schedule carries no data"),
        ("dynamodb", "x", "it takes a JSON object with members, not 'x'"),
        ("eventbridge", "[]", "it takes a JSON object"),
    ],
)
def test_sample_that_cannot_be_is_refused(kind: str, data: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sample(kind, data)


@pytest.mark.parametrize("native", [{"moon": "full"}, {"Records": []}, {"Records": [1]}, [1], "text", None])
def test_event_of_no_known_shape_is_a_payload(native: Any) -> None:
    assert kind_of(native) == PAYLOAD


def test_payload_is_a_direct_invocation_of_lambda_and_a_trigger_of_openwhisk() -> None:
    handler = Recorder(lambda: {"seen": True})

    assert deliver("aws_lambda:http", {"moon": "full"}, handler, {}) == {"seen": True}
    assert deliver("openwhisk", {"moon": "full"}, handler, {}) == {"seen": True}
    assert [event.json() for event in handler.events] == [{"moon": "full"}] * 2
    with pytest.raises(Undeliverable, match="payload comes from aws_lambda and openwhisk alone, not from wsgi"):
        deliver("wsgi", {"moon": "full"}, handler, {})


def test_event_grids_own_schema_reaches_azure() -> None:
    handler = Recorder()
    event = {
        "id": "1",
        "topic": "/t",
        "subject": "s",
        "eventType": "moon.full",
        "eventTime": "2024-06-12T14:00:00Z",
        "data": {"moon": "full"},
        "dataVersion": "1",
    }

    deliver("azure_functions", event, handler, {})

    assert handler.events[0].headers["ce-type"] == "moon.full"
    assert handler.events[0].json() == {"moon": "full"}


@pytest.mark.parametrize("emulator", EMULATORS)
def test_answer_from_400_on_is_a_failure(emulator: str) -> None:
    with pytest.raises(InvocationFailed, match="the handler answered 422: later"):
        deliver(emulator, sample("cloudevent"), Recorder(lambda: ("later", 422)), {})


def test_exception_of_the_handler_goes_on_to_lambda() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deliver("aws_lambda:rest", sample("sqs"), Recorder(fail), {})


def test_answer_to_a_cloudevent_over_http_is_the_result() -> None:
    assert deliver("wsgi", sample("cloudevent"), Recorder(lambda: {"a": 1}), {}) == {"a": 1}
    assert deliver("openfaas", sample("cloudevent"), Recorder(lambda: "text"), {}) == "text"
