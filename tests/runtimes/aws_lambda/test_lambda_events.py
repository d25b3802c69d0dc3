"""What services send, through AWS's own runtime client: what it reports of an invocation is what Lambda goes by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portable.emulators.aws_lambda import runtime_api
from portable.emulators.aws_lambda.runtime_api import InvocationError
from tests.platforms.aws_lambda import records
from tests.platforms.aws_lambda.records import dynamodb, event, event_bus, fifo, kinesis, s3, sns, sqs

from ..artifacts import RECORDS
from ..drivers import LAMBDA_ENVIRON, RIC_COMMAND, invoker, lambda_artifact
from ..processes import Server, running

RAISE, REFUSE = {"do": "raise"}, {"do": "refuse"}
GOLDEN_DIR = Path(__file__).parents[2] / "platforms" / "aws_lambda" / "event_sources"


class Runtime(NamedTuple):
    """The runtime client in a process of its own."""

    invoke: Callable[[Any], Any]
    process: Server


@contextmanager
def runtime(**settings: str) -> Iterator[Runtime]:
    """Run the built layout of the function under awslambdaric."""
    with runtime_api.serving() as api, lambda_artifact(RECORDS) as artifact_dir:
        environ = {"AWS_LAMBDA_RUNTIME_API": api.address, **LAMBDA_ENVIRON, **settings}
        with running(RIC_COMMAND, environ=environ, cwd=artifact_dir) as process, closing(api):
            yield Runtime(invoker(api), process)


@pytest.fixture(scope="module")
def raising() -> Iterator[Runtime]:
    """Start the runtime with the default settings."""
    with runtime() as started:
        yield started


@pytest.fixture(scope="module")
def reporting() -> Iterator[Runtime]:
    """Start the runtime with partial batch responses."""
    with runtime(REPORT_BATCH_ITEM_FAILURES="1") as started:
        yield started


def reported(*item_ids: str) -> dict[str, Any]:
    """Return the report of these records."""
    return {"batchItemFailures": [{"itemIdentifier": item_id} for item_id in item_ids]}


@pytest.mark.parametrize(
    ("batch", "report"),
    [
        ([sqs("a"), sqs("b", RAISE), sqs("c", REFUSE), sqs("d")], reported("b", "c")),
        ([sqs("a"), sqs("b")], reported()),
        ([fifo("a", RAISE, group="x"), fifo("b", group="x"), fifo("c", group="y")], reported("a", "b")),
        ([kinesis("1"), kinesis("2", RAISE), kinesis("3")], reported("2")),
        ([dynamodb("1"), dynamodb("2")], reported()),
    ],
    ids=["sqs", "sqs-all-well", "sqs-fifo", "kinesis", "dynamodb"],
)
def test_partial_batch_failure_is_the_invocation_s_result(reporting: Runtime, batch: Any, report: Any) -> None:
    assert reporting.invoke(event(*batch)) == report


def test_partial_batch_failure_is_in_the_log_with_its_record_and_traceback(reporting: Runtime) -> None:
    reporting.invoke(event(sqs("well"), sqs("broken", RAISE)))
    reporting.invoke(event(sqs("next")))  # the runtime client ends a traceback's last line with the line after it

    assert "[ERROR]" in reporting.process.wait_for_line("failed at record broken")
    assert "ValueError: " in reporting.process.wait_for_line("cannot do with broken")


@pytest.mark.parametrize("build", [sns, s3, sqs, kinesis], ids=["sns", "s3", "sqs", "kinesis"])
def test_record_that_succeeds_is_a_success_with_no_result(raising: Runtime, build: Any) -> None:
    assert raising.invoke(event(build("1"))) is None


@pytest.mark.parametrize("build", [sns, sqs, kinesis], ids=["sns", "sqs", "kinesis"])
def test_record_whose_handler_raises_fails_the_invocation_with_its_error(raising: Runtime, build: Any) -> None:
    with pytest.raises(InvocationError) as error:
        raising.invoke(event(build("1", RAISE)))

    assert error.value.payload["errorType"] == "ValueError"
    assert error.value.payload["errorMessage"].startswith("cannot do with ")
    assert any("handler.py" in line for line in error.value.payload["stackTrace"])


def test_record_answered_with_an_error_status_fails_the_invocation(raising: Runtime) -> None:
    with pytest.raises(InvocationError) as error:
        raising.invoke(event(sns("1", REFUSE)))

    assert error.value.payload["errorType"] == "InvocationFailed"
    assert error.value.payload["errorMessage"] == 'the handler answered 422: {"error": "not this one"}'


def test_batch_with_a_failure_fails_the_invocation_after_the_others_have_run(raising: Runtime) -> None:
    with pytest.raises(InvocationError) as error:
        raising.invoke(event(sqs("one", RAISE), sqs("two")))

    assert error.value.payload["errorMessage"] == "cannot do with one"
    raising.process.wait_for_line("handled two")


def test_records_of_an_unknown_source_fail_the_invocation(raising: Runtime) -> None:
    with pytest.raises(InvocationError) as error:
        raising.invoke(event({"eventSource": "aws:ses", "ses": {}}))

    assert error.value.payload["errorType"] == "RefusedEvent"
    assert "the event's records come from 'aws:ses'" in error.value.payload["errorMessage"]


def test_event_bus_event_is_one_call_with_its_detail(raising: Runtime) -> None:
    result = raising.invoke(event_bus({"order": 17}))

    assert result["payload"] == {"order": 17}
    assert (result["id"], result["type"]) == ("6a7e8feb", "com.example.orders.OrderPlaced")


@pytest.mark.parametrize("payload", [None, 17, "text", [1], {"a": {"b": "é"}}, {"Records": [1]}], ids=str)
def test_direct_invocation_is_one_call_with_its_payload(raising: Runtime, payload: Any) -> None:
    result = raising.invoke(payload)

    assert result == {"id": None, "type": None, "source": None, "subject": None, "time": None, "payload": payload}


def test_direct_invocation_whose_handler_raises_fails(raising: Runtime) -> None:
    with pytest.raises(InvocationError) as error:
        raising.invoke(RAISE)

    assert error.value.payload["errorType"] == "ValueError"


@pytest.mark.parametrize("name", ["sqs_fifo", "s3_put", "dynamodb", "eventbridge", "schedule_of_the_scheduler"])
def test_golden_event_is_a_success(raising: Runtime, name: str) -> None:
    golden = json.loads((GOLDEN_DIR / f"{name}.json").read_text())
    result = raising.invoke(golden["event"])

    assert result is None or result["id"] == golden["event"]["id"]


def test_every_source_s_report_and_success_are_json_that_the_runtime_client_sends(reporting: Runtime) -> None:
    for build in records.BUILDERS.values():
        assert reporting.invoke(event(build("1"), build("2"))) in (None, reported())
