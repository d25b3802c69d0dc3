"""Whatever a batch holds and whatever fails in it: each record is called once or sent again, in order; none is lost."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import unquote

from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.aws_lambda.shim import make_lambda_handler, to_batch
from platforms.invoke import InvocationFailed
from tests.platforms.aws_lambda import records
from tests.platforms.aws_lambda.front_doors import Invocation
from tests.platforms.aws_lambda.records import BUILDERS, REPORTING, STREAMS, Broken

PROPERTIES = settings(max_examples=200, deadline=None, derandomize=True, database=None)


class Batch(NamedTuple):
    """A batch, and the ids of the records whose handler fails; `groups` are of a FIFO queue's messages."""

    source: str
    ids: list[str]
    groups: list[str]
    failing: set[str]
    by_status: bool

    @property
    def event(self) -> dict[str, Any]:
        """What Lambda is sent."""
        build = BUILDERS[self.source]
        if self.source == "fifo":
            return records.event(*map(lambda item_id, group: build(item_id, group=group), self.ids, self.groups))
        return records.event(*map(build, self.ids))


@st.composite
def batches(draw: st.DrawFn, sources: tuple[str, ...] = tuple(BUILDERS)) -> Batch:
    """Return any batch."""
    source = draw(st.sampled_from(sources))
    ids = draw(st.lists(st.integers(1, 10**30).map(str), min_size=1, max_size=12, unique=True))
    groups = [draw(st.sampled_from("xyz")) for _ in ids]
    failing = draw(st.sets(st.sampled_from(ids)))
    return Batch(source, ids, groups, failing, draw(st.booleans()))


class Delivered(NamedTuple):
    """What came of a batch: which records were called, what was reported (None if the invocation failed)."""

    called: list[str]
    reported: list[str] | None


def deliver(batch: Batch, **environ: str) -> Delivered:
    """Run a batch through the shim."""
    called: list[str] = []

    def handle(event: Any, context: Any) -> Any:
        item_id = records.item_id_of(event)
        called.append(item_id)
        if item_id not in batch.failing:
            return None
        if batch.by_status:
            return "no", 500
        raise Broken(item_id)

    try:
        result = make_lambda_handler(handle, environ)(batch.event, Invocation())
    except (Broken, InvocationFailed):
        return Delivered(called, None)
    return Delivered(
        called, [item["itemIdentifier"] for item in (result or {"batchItemFailures": []})["batchItemFailures"]]
    )


def model(batch: Batch) -> tuple[list[str], list[str]]:
    """Return which records are to be called, and which Lambda is to send again: written anew, one source at a time."""
    if batch.source in STREAMS:
        first = next((place for place, item_id in enumerate(batch.ids) if item_id in batch.failing), len(batch.ids))
        return batch.ids[: first + 1], batch.ids[first:]
    if batch.source == "fifo":
        called: set[str] = set()
        again: set[str] = set()
        for group in set(batch.groups):
            members = [item_id for item_id, own in zip(batch.ids, batch.groups, strict=True) if own == group]
            good = 0
            while good < len(members) and members[good] not in batch.failing:
                good += 1
            called |= set(members[: good + 1])
            again |= set(members[good:])
        return [i for i in batch.ids if i in called], [i for i in batch.ids if i in again]
    return batch.ids, [item_id for item_id in batch.ids if item_id in batch.failing]


def sent_again(batch: Batch, reported: list[str] | None) -> list[str]:
    """Return which records Lambda sends again: all of a failed invocation, of a stream all from the reported one on."""
    if reported is None:
        return batch.ids
    if batch.source in STREAMS and reported:
        return batch.ids[min(map(batch.ids.index, reported)) :]
    return reported


@given(batches(REPORTING))
@PROPERTIES
def test_reported_batch_is_as_the_model_says(batch: Batch) -> None:
    delivered = deliver(batch, REPORT_BATCH_ITEM_FAILURES="1")
    called, again = model(batch)

    assert delivered.called == called
    assert sent_again(batch, delivered.reported) == again


@given(batches())
@PROPERTIES
def test_record_is_called_once_and_in_order_and_succeeded_or_is_sent_again(batch: Batch) -> None:
    for environ in ({}, {"REPORT_BATCH_ITEM_FAILURES": "1"}):
        called, reported = deliver(batch, **environ)
        again = sent_again(batch, reported)

        assert called == [item_id for item_id in batch.ids if item_id in called]
        assert len(called) == len(set(called))
        assert set(again) <= set(batch.ids)
        assert set(batch.ids) - set(again) <= set(called) - batch.failing


@given(batches())
@PROPERTIES
def test_unreported_batch_fails_as_a_whole_and_only_if_a_record_failed(batch: Batch) -> None:
    called, reported = deliver(batch)

    assert called == model(batch)[0]
    assert reported == (None if batch.failing else [])


@given(batches(REPORTING))
@PROPERTIES
def test_report_of_a_batch_is_of_some_and_never_of_all(batch: Batch) -> None:
    _, reported = deliver(batch, REPORT_BATCH_ITEM_FAILURES="1")

    assert (reported is None) == (model(batch)[1] == batch.ids)
    if reported is not None:
        assert len(reported) == len(set(reported))
        assert len(reported) <= (1 if batch.source in STREAMS else len(batch.ids) - 1)


@given(st.text(min_size=1), st.text(), st.text())
@PROPERTIES
def test_attributes_are_printable_ascii_and_decode_to_what_was_sent(item_id: str, subject: str, body: str) -> None:
    record = records.sns(item_id)
    record["Sns"] |= {"Subject": subject, "Message": body}
    (call,) = to_batch(records.event(record)).calls  # type: ignore[union-attr]

    for value in call.event.headers.values():
        assert value.isascii()
        assert value.isprintable()
        assert '"' not in value
    assert " " not in call.event.headers["ce-id"]
    assert unquote(call.event.headers["ce-id"]) == item_id
    assert unquote(call.event.headers.get("ce-subject", "")) == subject
    assert call.event.body.decode() == body
