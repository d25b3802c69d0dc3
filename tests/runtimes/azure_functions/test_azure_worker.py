"""What Azure's real worker library makes of the packaged function: its index, its triggers, its failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.functions import HttpResponse

from portable.emulators import azure_functions as host
from tests.conformance import Reply, Request

from ..artifacts import RECORDS
from .azure_worker import INVOCATION_ID, AzureWorkerDriver, Worker, WorkerFailed, http_driver, worker, worker_of

TELLS = """
import json

def handle(event, context):
    if b"fail" in event.body:
        raise ValueError("cannot do this one")
    seen = {"method": event.method, "path": event.path, "headers": dict(event.headers), "body": event.body.decode()}
    print("seen", json.dumps(seen | {"id": context.request_id, "platform": context.platform}), flush=True)
    return {"error": "not this one"} if b"refuse" in event.body else None, 422 if b"refuse" in event.body else 200
"""
ANSWERS = """
import azure.functions as func

app = func.FunctionApp()

@app.route(route="{*path}", auth_level=func.AuthLevel.ANONYMOUS)
def answer(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse(req.get_body(), status_code=201, headers={"X-A": "1"})
    response.headers.add("Set-Cookie", req.headers["x-cookie"])
    return response
"""
COOKIES = (
    *("a=1", "a=1; Path=/; Domain=example.com", "a=1; Secure; HttpOnly; SameSite=Strict", "a=1; SameSite=None"),
    *("a=1; Max-Age=60", "a=1; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "a=b%20c//", 'a="b"', "a=2, 3"),
    *("a=1; Priority=High", "a=1; Partitioned"),
)
TRIGGERS = {"TIMER_SCHEDULE": "0 */5 * * * *", "QUEUE_NAME": "moons", "EVENT_GRID": "1"}
# as the host sends them: a text as it is, anything else as JSON
# https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/
# GrpcMessageConversionExtensions.cs
TIMER = {
    "json": json.dumps(
        {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": {
                "Last": "2016-07-01T11:55:00+00:00",
                "Next": "2016-07-01T12:00:00+00:00",
                "LastUpdated": "2016-07-01T11:55:00+00:00",
            },
            "IsPastDue": False,
        }
    )
}
QUEUE_METADATA = {
    "Id": {"string": "m1"},
    "DequeueCount": {"json": "2"},
    "InsertionTime": {"json": '"2016-07-01T12:00:00+00:00"'},
    "ExpirationTime": {"json": '"2016-07-08T12:00:00+00:00"'},
    "NextVisibleTime": {"json": '"2016-07-01T12:10:00+00:00"'},
    "PopReceipt": {"string": "p1"},
    "QueueTrigger": {"string": "the message once more"},
    "sys": {"json": '{"MethodName": "queue", "UtcNow": "2016-07-01T12:00:00Z"}'},
}
EVENT_GRID_EVENT = {
    "id": "e1",
    "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
    "subject": "/blobServices/default/containers/c/blobs/b",
    "eventType": "Microsoft.Storage.BlobCreated",
    "eventTime": "2016-07-01T12:00:00.1234567Z",
    "dataVersion": "1",
    "metadataVersion": "1",
    "data": {"url": "https://a.blob.core.windows.net/c/b"},
}
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "e2",
    "source": "/here",
    "type": "com.example.moon",
    "subject": "a",
    "time": "2016-07-01T12:00:00Z",
    "datacontenttype": "application/json",
    "data": {"a": 1},
}


class Started:
    """A worker that has its functions, each under the type of its trigger."""

    def __init__(self, running: Worker) -> None:
        self.worker = running
        self.capabilities = running.start()
        self.functions = {one.trigger["type"]: one for one in running.load()}

    def seen(self, trigger: str, data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        """Invoke a function, and return what its handler saw."""
        self.worker.invoke(self.functions[trigger], data, metadata)
        seen: dict[str, Any] = json.loads(self.worker.process.wait_for_line("seen ").partition(" ")[2])
        return seen


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Run a worker with a function behind every trigger."""
    with worker(_function(tmp_path_factory.mktemp("function"), TELLS), **TRIGGERS) as running:
        yield Started(running)


def _function(folder: Path, source: str) -> Path:
    (folder / "handler.py").write_text(source)
    return folder


def test_http_function_is_indexed_for_every_path_and_method(started: Started) -> None:
    trigger, output = started.functions["httpTrigger"].bindings

    assert trigger["direction"] == "IN"
    assert trigger["route"] == "{*path}"
    assert {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} <= set(trigger["methods"])
    assert output == {"direction": "OUT", "type": "http", "name": "$return"}


def test_triggers_are_indexed_as_the_environment_names_them(started: Started) -> None:
    assert started.functions.keys() == {"httpTrigger", "timerTrigger", "queueTrigger", "eventGridTrigger"}
    assert started.functions["timerTrigger"].trigger["schedule"] == "0 */5 * * * *"
    assert started.functions["queueTrigger"].trigger["queueName"] == "moons"
    assert started.functions["queueTrigger"].trigger["connection"] == "AzureWebJobsStorage"


def test_worker_claims_what_the_hosts_stand_in_builds_on(started: Started) -> None:
    claimed = started.capabilities.keys()

    assert {"RawHttpBodyBytes", "RpcHttpBodyOnly"} <= claimed
    assert not {"UseNullableValueDictionaryForHttp", "IgnoreEmptyValuedRpcHttpHeaders", "HttpUri"} & claimed


def test_timer_is_a_cloud_event(started: Started) -> None:
    seen = started.seen("timerTrigger", TIMER)

    assert (seen["method"], seen["path"], seen["platform"]) == ("POST", "/", "azure_functions")
    assert seen["headers"]["ce-specversion"] == "1.0"
    assert json.loads(seen["body"])


def test_message_of_a_queue_is_a_cloud_event_with_its_text(started: Started) -> None:
    seen = started.seen("queueTrigger", {"string": '{"moon": "☾"}'}, QUEUE_METADATA)

    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/", '{"moon": "☾"}')
    assert seen["headers"]["ce-id"] == "m1"
    assert seen["headers"]["ce-time"].startswith("2016-07-01T12:00:00")
    assert seen["headers"]["content-type"] == "application/json"


def test_message_of_a_queue_may_be_bytes(started: Started) -> None:
    assert started.seen("queueTrigger", {"bytes": "bW9vbg=="}, QUEUE_METADATA)["body"] == "moon"


def test_event_of_the_event_grid_is_a_cloud_event(started: Started) -> None:
    seen = started.seen("eventGridTrigger", {"json": json.dumps(EVENT_GRID_EVENT)})

    assert seen["headers"]["ce-id"] == "e1"
    assert seen["headers"]["ce-type"] == "Microsoft.Storage.BlobCreated"
    assert seen["headers"]["ce-subject"] == "/blobServices/default/containers/c/blobs/b"
    assert json.loads(seen["body"]) == EVENT_GRID_EVENT["data"]


def test_cloud_event_of_the_event_grid_stays_one(started: Started) -> None:
    seen = started.seen("eventGridTrigger", {"json": json.dumps(CLOUD_EVENT)})

    expected = {f"ce-{name}": CLOUD_EVENT[name] for name in ("id", "source", "type", "subject")}
    assert expected.items() <= seen["headers"].items()
    assert json.loads(seen["body"]) == {"a": 1}


@pytest.mark.parametrize(("body", "message"), [("fail", "ValueError: cannot do this one"), ("refuse", "422")])
def test_handler_that_fails_or_refuses_fails_the_invocation(started: Started, body: str, message: str) -> None:
    with pytest.raises(WorkerFailed, match=message) as failed:
        started.worker.invoke(started.functions["queueTrigger"], {"string": body}, QUEUE_METADATA)

    assert "Traceback" in failed.value.stack_trace


def test_record_is_handled_by_an_async_handler() -> None:
    with worker(RECORDS, **TRIGGERS) as running:
        queue = Started(running).functions["queueTrigger"]
        running.invoke(queue, {"string": "{}"}, QUEUE_METADATA)

        assert running.process.wait_for_line("handled") == "handled m1\n"


def test_error_behind_http_is_answered_and_logged_with_the_invocations_id(started: Started) -> None:
    reply = AzureWorkerDriver(started.worker, started.functions["httpTrigger"]).send(Request("POST", "/", (), b"fail"))

    assert (reply.status, reply.json()) == (500, {"error": "internal error", "requestId": INVOCATION_ID})
    started.worker.process.wait_for_line(f"ERROR function: request {INVOCATION_ID} failed in the handler")


def test_raised_error_reaches_azure_if_asked_for(tmp_path: Path) -> None:
    with worker(_function(tmp_path, TELLS), RAISE_ERRORS="1") as running:
        driver = http_driver(running)
        asked = host.to_rpc(Request("POST"))._asdict() | {"body": {"string": "fail"}}

        with pytest.raises(WorkerFailed, match="ValueError: cannot do this one") as failed:
            running.invoke(driver.function, {"http": asked})

        assert driver.send(Request("POST", "/", (), b"fail")) == Reply(500, [], b"")

    assert "handler.py" in failed.value.stack_trace


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import os\nimport no_such_package\n",
            r"HandlerError: .*handler\.py:2: ModuleNotFoundError: .*no_such_package",
        ),
        ("def handle(event, context)\n    return 1\n", r"HandlerError: .*handler\.py:1: expected ':'"),
        ("def hande(event, context): ...\n", r"HandlerError: .*handler\.py: it defines no 'handle'; found: hande"),
    ],
)
def test_handler_that_cannot_be_imported_fails_the_workers_start(tmp_path: Path, source: str, message: str) -> None:
    with worker(_function(tmp_path, source)) as running, pytest.raises(WorkerFailed, match=message):
        running.start()


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureWorkerDriver]:
    """Run an app without any shim, which answers with the cookie that it is sent."""
    app_dir = tmp_path_factory.mktemp("app")
    (app_dir / "function_app.py").write_text(ANSWERS)
    with worker_of(app_dir) as running:
        yield http_driver(running)


@pytest.mark.parametrize("cookie", COOKIES)
def test_stand_in_and_worker_say_the_same_of_an_answer(answering: AzureWorkerDriver, cookie: str) -> None:
    response = HttpResponse(b"\x00\xff", status_code=201, headers={"X-A": "1"})
    response.headers.add("Set-Cookie", cookie)

    sent = answering.send(Request("POST", "/", (("X-Cookie", cookie),), b"\x00\xff"))

    assert sent == host.from_native(response)


@pytest.mark.parametrize("attribute", ["Expires=Wed, 21-Oct-2015 07:28:00 GMT", "Max-Age=soon"])
def test_cookie_that_the_worker_cannot_read_fails_the_call(answering: AzureWorkerDriver, attribute: str) -> None:
    assert answering.send(Request("POST", "/", (("X-Cookie", f"a=1; {attribute}"),), b"x")).status == 500
