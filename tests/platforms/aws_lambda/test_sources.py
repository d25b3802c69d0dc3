"""What comes of single records and EventBridge events: their headers, their results, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.aws_lambda.events import RefusedEvent
from platforms.aws_lambda.shim import to_batch, to_event
from platforms.invoke import InvocationFailed
from tests.platforms.aws_lambda.records import BUILDERS, Broken, Recorder, event, event_bus, kinesis, run, sns, sqs
from tests.platforms.builders import stable_id

REPORT = {"REPORT_BATCH_ITEM_FAILURES": "1"}


class TestEventBus:
    @pytest.mark.parametrize(
        ("answer", "result"), [(None, None), ({"a": 1}, {"a": 1}), ("text", "text"), (("made", 201), "made")]
    )
    def test_result_is_that_of_a_direct_invocation(self, answer: Any, result: Any) -> None:
        assert run(lambda event, context: answer, event_bus({})) == result

    def test_handler_raising_fails_the_invocation(self) -> None:
        with pytest.raises(Broken):
            run(Recorder({"6a7e8feb": Broken()}), event_bus({}), **REPORT)

    def test_error_status_fails_the_invocation(self) -> None:
        with pytest.raises(InvocationFailed, match="the handler answered 500"):
            run(lambda event, context: ("x", 500), event_bus({}))

    @pytest.mark.parametrize("absent", ["id", "source", "detail-type", "detail"])
    def test_event_without_a_member_of_the_bus_is_a_direct_invocation(self, absent: str) -> None:
        native = event_bus({"a": 1})
        del native[absent]

        assert to_event(native).json() == native
        assert "ce-id" not in to_event(native).headers

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("id", 7),
            ("id", ""),
            ("source", None),
            ("detail-type", []),
            ("resources", 5),
            ("resources", [5]),
            ("time", 1),
        ],
    )
    def test_event_with_a_malformed_member_is_refused(self, member: str, value: Any) -> None:
        with pytest.raises(RefusedEvent, match="the EventBridge event is not as AWS documents it: "):
            run(Recorder(), {**event_bus({}), member: value})


class TestRefused:
    @pytest.mark.parametrize(
        ("sources", "found"),
        [
            (["aws:ses"], "'aws:ses'"),
            (["aws:codecommit", "aws:codecommit"], "'aws:codecommit'"),
            (["aws:sqs", "aws:ses"], "'aws:sqs', 'aws:ses'"),
            (["aws:sqs", None], "'aws:sqs', None"),
            ([None, "aws:s3"], "None, 'aws:s3'"),
        ],
    )
    def test_records_of_an_unknown_source_are_refused_before_any_is_run(self, sources: list[Any], found: str) -> None:
        handler = Recorder()
        with pytest.raises(RefusedEvent) as error:
            run(handler, event(*(sqs("a") | {"eventSource": source} for source in sources)))

        assert str(error.value).startswith(f"the event's records come from {found}; one of aws:dynamodb, aws:kinesis, ")
        assert "by way of SQS, SNS or EventBridge" in str(error.value)
        assert handler.seen == []

    @pytest.mark.parametrize(
        "native", [{"Records": []}, {"Records": [1, "a", None, {}]}, {"Records": {"a": 1}}, {"Records": None}, []]
    )
    def test_records_that_name_no_service_are_a_direct_invocation(self, native: Any) -> None:
        assert to_batch(native) is None
        assert to_event(native).json() == native

    @pytest.mark.parametrize("record", [[], [kinesis("1")]], ids=["the-final-one", "with-records"])
    def test_tumbling_window_is_refused(self, record: list[Any]) -> None:
        with pytest.raises(RefusedEvent, match="a tumbling window wants its state back"):
            run(Recorder(), {"Records": record, "isFinalInvokeForWindow": not record, "state": {}})

    @pytest.mark.parametrize(
        ("name", "path"),
        [
            *(("sqs", path) for path in ("messageId", "body", "eventSourceARN")),
            ("fifo", "attributes.MessageGroupId"),
            *(("sns", path) for path in ("Sns", "Sns.Message", "Sns.MessageId", "Sns.Type", "EventSubscriptionArn")),
            *(("s3", path) for path in ("awsRegion", "eventName", "s3.bucket.name", "s3.object.key")),
            *(("kinesis", path) for path in ("eventID", "eventSourceARN", "kinesis.data", "kinesis.sequenceNumber")),
            *(("dynamodb", path) for path in ("eventID", "eventName", "eventSourceARN", "dynamodb.SequenceNumber")),
        ],
    )
    def test_record_without_what_it_needs_is_refused_before_any_is_run(self, name: str, path: str) -> None:
        handler = Recorder()
        record = BUILDERS[name]("2")
        *folders, member = path.split(".")
        holder = record
        for folder in folders:
            holder = holder[folder]
        del holder[member]
        with pytest.raises(RefusedEvent, match=rf"record 2 of 2 from 'aws:\w+' has no '{member}'"):
            run(handler, event(BUILDERS[name]("1"), record), **REPORT)

        assert handler.seen == []

    @pytest.mark.parametrize(
        ("name", "members"),
        [
            ("sqs", {"messageId": ""}),
            ("sqs", {"messageId": 5}),
            ("sqs", {"body": None}),
            ("sqs", {"attributes": {"SentTimestamp": "soon"}}),
            ("sqs", {"attributes": {"SentTimestamp": "9" * 40}}),
            ("fifo", {"attributes": {"MessageGroupId": ""}}),
            ("kinesis", {"kinesis": {"sequenceNumber": "1", "data": "not base64"}}),
            ("kinesis", {"kinesis": {"sequenceNumber": "", "data": ""}}),
            ("kinesis", {"kinesis": None}),
        ],
        ids=stable_id,
    )
    def test_record_with_a_malformed_member_is_refused(self, name: str, members: Any) -> None:
        with pytest.raises(RefusedEvent, match=r"record 1 of 1 from 'aws:\w+' is not as AWS documents it: "):
            run(Recorder(), event(BUILDERS[name]("1") | members))


class TestHeaders:
    @pytest.mark.parametrize(
        ("text", "encoded"),
        [
            ("plain-._~/:@!$&'()*+,;=?#[]\\^`{|}<>", "plain-._~/:@!$&'()*+,;=?#[]\\^`{|}<>"),
            ("Euro € 😀", "Euro%20%E2%82%AC%20%F0%9F%98%80"),  # the binding's own example
            ('100% "sure"', "100%25%20%22sure%22"),
            ("a\r\nce-id: forged", "a%0D%0Ace-id:%20forged"),
            ("\x00\x7f\x80", "%00%7F%C2%80"),
            ("\ud800", "?"),
        ],
    )
    def test_attribute_is_percent_encoded_as_the_binding_says(self, text: str, encoded: str) -> None:
        record = sns("a")
        record["Sns"]["Subject"] = text

        assert to_batch(event(record)).calls[0].event.headers["ce-subject"] == encoded  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ('{"a": 1}', "application/json"),
            ("17", "application/json"),
            ("null", "application/json"),
            ('\ufeff{"a": 1}', "application/json"),
            ("", "text/plain; charset=utf-8"),
            ("NaN", "text/plain; charset=utf-8"),
            ("{'a': 1}", "text/plain; charset=utf-8"),
            ("[" * 100_000, "text/plain; charset=utf-8"),
        ],
        ids=stable_id,
    )
    def test_message_s_type_is_what_the_handler_can_read(self, body: str, content_type: str) -> None:
        (call,) = to_batch(event(sqs("a") | {"body": body})).calls  # type: ignore[union-attr]

        assert call.event.headers["content-type"] == content_type
        assert call.event.body == body.encode()
