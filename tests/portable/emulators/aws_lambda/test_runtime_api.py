"""The Runtime API, with a test in the runtime's place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from portable.emulators.aws_lambda.runtime_api import ARN, Invocation, InvocationError, RuntimeApi, TimedOut, serving

INVOCATION = Invocation(b'{"a": 1}', "r1", "Root=1-0-1")
PATIENCE_S = 30.0
NO_TIME_S = 0.01


class Client:
    """What a runtime does: it asks for an event, and says what came of it."""

    def __init__(self, address: str) -> None:
        self._connection = HTTPConnection(address, timeout=PATIENCE_S)

    def next(self) -> tuple[HTTPResponse, bytes]:
        """Wait for an event."""
        self._connection.request("GET", "/2018-06-01/runtime/invocation/next")
        response = self._connection.getresponse()
        return response, response.read()

    def post(self, path: str, value: Any) -> int:
        """Report a result or an error."""
        self._connection.request("POST", f"/2018-06-01/runtime/{path}", json.dumps(value))
        response = self._connection.getresponse()
        response.read()
        return response.status

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    """Serve the API."""
    with serving() as served:
        yield served


@pytest.fixture
def client(api: RuntimeApi) -> Iterator[Client]:
    """Be the runtime."""
    made = Client(api.address)
    yield made
    made.close()


@pytest.fixture
def runtime() -> Iterator[ThreadPoolExecutor]:
    """Give the runtime a thread of its own."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def answer(client: Client, path: str, value: Any) -> HTTPResponse:
    """Take one event and report this."""
    response, _ = client.next()
    client.post(path, value)
    return response


def test_an_event_goes_out_with_its_facts_and_its_result_comes_back(
    api: RuntimeApi, client: Client, runtime: ThreadPoolExecutor
) -> None:
    taken = runtime.submit(answer, client, "invocation/r1/response", {"b": 2})

    assert json.loads(api.invoke(INVOCATION, timeout_s=PATIENCE_S)) == {"b": 2}
    headers = taken.result(PATIENCE_S).headers
    assert headers["Lambda-Runtime-Aws-Request-Id"] == "r1"
    assert headers["Lambda-Runtime-Trace-Id"] == "Root=1-0-1"
    assert headers["Lambda-Runtime-Invoked-Function-Arn"] == ARN
    assert int(headers["Lambda-Runtime-Deadline-Ms"]) > 0


def test_a_runtime_that_asks_for_its_first_event_is_ready(
    api: RuntimeApi, client: Client, runtime: ThreadPoolExecutor
) -> None:
    taken = runtime.submit(answer, client, "invocation/r1/response", 1)

    api.wait_until_ready(PATIENCE_S)

    assert api.invoke(INVOCATION, timeout_s=PATIENCE_S) == b"1"
    taken.result(PATIENCE_S)


def test_a_function_s_error_is_raised_as_it_was_reported(
    api: RuntimeApi, client: Client, runtime: ThreadPoolExecutor
) -> None:
    error = {"errorMessage": "no", "errorType": "ValueError", "stackTrace": ["a line"]}
    runtime.submit(answer, client, "invocation/r1/error", error)

    with pytest.raises(InvocationError, match="no") as raised:
        api.invoke(INVOCATION, timeout_s=PATIENCE_S)

    assert raised.value.payload == error
    assert not isinstance(raised.value, TimedOut)


def test_an_error_at_the_start_is_raised_at_once(api: RuntimeApi, client: Client) -> None:
    assert client.post("init/error", {"errorMessage": "line 3", "errorType": "Runtime.ImportModuleError"}) == 202

    with pytest.raises(InvocationError, match="line 3"):
        api.wait_until_ready(PATIENCE_S)


@pytest.mark.parametrize(("code", "reason"), [(3, "exit status 3"), (-9, "signal: 9")])
def test_a_process_that_ends_before_it_is_ready_is_an_error_at_once(api: RuntimeApi, code: int, reason: str) -> None:
    api.ended(code)

    with pytest.raises(InvocationError, match=reason) as raised:
        api.wait_until_ready(PATIENCE_S)

    assert raised.value.payload["errorType"] == "Runtime.ExitError"


def test_a_process_that_ends_during_an_invocation_fails_that_one(api: RuntimeApi) -> None:
    api.ended(1)

    with pytest.raises(InvocationError, match="RequestId: r1 Error: Runtime exited with error: exit status 1"):
        api.invoke(INVOCATION, timeout_s=PATIENCE_S)


def test_an_invocation_without_a_result_in_time_is_over(
    api: RuntimeApi, client: Client, runtime: ThreadPoolExecutor
) -> None:
    taken = runtime.submit(client.next)

    with pytest.raises(TimedOut, match=r"RequestId: r1 Error: Task timed out after 0\.01 seconds"):
        api.invoke(INVOCATION, timeout_s=NO_TIME_S)

    taken.result(PATIENCE_S)


def test_a_start_that_takes_too_long_is_over(api: RuntimeApi) -> None:
    with pytest.raises(TimedOut, match=r"Init phase timed out after 0\.01 seconds"):
        api.wait_until_ready(NO_TIME_S)


def test_a_runtime_that_still_asks_is_hung_up_on_at_the_end() -> None:
    with ThreadPoolExecutor(1) as runtime:
        with serving() as api:
            client = Client(api.address)
            asking = runtime.submit(client.next)
            api.wait_until_ready(PATIENCE_S)
        with pytest.raises(ConnectionError):
            asking.result(PATIENCE_S)
        client.close()
