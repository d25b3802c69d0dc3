"""What proves a version before it gets calls: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.response import StreamingBody

from platforms.aws_lambda.shim import dialect_of, to_event
from portable.aws.apply import CheckFailed
from portable.aws.aws import Aws, AwsError
from portable.aws.prove.smoke import SmokeChecks
from portable.aws.prove.smoke_event import smoke_event
from portable.aws.settings import Settings, Smoke

from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target


def no_fetch(method: str, url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
    """Fail the test: a version is not asked over HTTP."""
    raise AssertionError(url)


def invoke(reply: Any, *, error: bool = False, log: str = "", smoke: Smoke | None = None) -> StubbedSession:
    """Check version 5 of a function that answers so; raises what the check does."""
    session = StubbedSession()
    settings = make_target(smoke=smoke or Smoke()).settings
    payload = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
    answer: dict[str, Any] = {"StatusCode": 200, "Payload": StreamingBody(io.BytesIO(payload), len(payload))}
    if error:
        answer |= {"FunctionError": "Unhandled", "LogResult": base64.b64encode(log.encode()).decode()}
    params = {"FunctionName": "meditations-dev", "Qualifier": "5", "LogType": "Tail"}
    event = json.dumps(smoke_event(settings.smoke, settings.front_door, NAMES)).encode()
    session.answer("lambda", "invoke", answer, {**params, "Payload": event})
    checks_of(session, settings).version("5")
    session.assert_all_called()
    return session


def checks_of(session: StubbedSession, settings: Settings) -> SmokeChecks:
    return SmokeChecks(Aws(session, REGION), NAMES, settings, no_fetch)


def failure(reply: Any, **how: Any) -> str:
    with pytest.raises(CheckFailed) as raised:
        invoke(reply, **how)
    return str(raised.value)


class TestVersion:
    @pytest.mark.parametrize("status", [201, 302, 404, 499, "200"])
    def test_any_status_below_500_is_well(self, status: Any) -> None:
        invoke({"statusCode": status, "headers": {}, "body": "", "isBase64Encoded": False})

    def test_only_the_statuses_that_are_named_are_well(self) -> None:
        invoke({"statusCode": 503}, smoke=Smoke(statuses=(200, 503)))

        said = failure({"statusCode": 404, "body": "nothing here"}, smoke=Smoke(statuses=(200, 204)))

        assert said == "version 5 answered GET / with 404: nothing here, and not with 200 or 204"

    def test_500_is_not_well_and_its_body_is_cut(self) -> None:
        said = failure({"statusCode": 500, "body": "x" * 1000})

        assert said == f"version 5 answered GET / with 500: {'x' * 197}..., and not with a status below 500"

    def test_a_body_in_base64_is_shown_as_text(self) -> None:
        body = base64.b64encode(b"broken \xff").decode()

        assert "with 500: broken \ufffd," in failure({"statusCode": 500, "body": body, "isBase64Encoded": True})

    @pytest.mark.parametrize("reply", [b"", b"no json", {"hello": 1}, [1], None, "text", {"statusCode": "odd"}])
    def test_a_reply_without_a_status_is_not_well(self, reply: Any) -> None:
        assert "version 5 answered GET / without a status" in failure(reply)

    def test_a_function_error_is_shown_with_the_tail_of_the_log(self) -> None:
        report = {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'flask'"}

        said = failure(report, error=True, log="\n".join(f"line {number}" for number in range(30)))

        assert said.startswith("version 5 failed: Runtime.ImportModuleError: No module named 'flask'\n  line 10\n")
        assert said.endswith("\n  line 29")

    @pytest.mark.parametrize(("report", "shown"), [(b"", "no reason was given"), (b"Killed", "Killed")])
    def test_a_function_error_that_is_no_report_is_shown_as_it_came(self, report: bytes, shown: str) -> None:
        assert failure(report, error=True) == f"version 5 failed: {shown}"

    def test_what_lambda_refuses_is_no_failed_check(self) -> None:
        session = StubbedSession()
        session.refuse("lambda", "invoke", "ResourceNotFoundException", "no such version")

        with pytest.raises(AwsError, match="no such version"):
            checks_of(session, make_target().settings).version("5")


class TestEvent:
    """The shim takes the event for what the front door sends."""

    @pytest.mark.parametrize(
        ("front_door", "dialect"),
        [("rest", "RestApi"), ("http", "HttpApiV2"), ("url", "FunctionUrl"), ("none", "FunctionUrl")],
    )
    def test_each_front_door_has_its_dialect(self, front_door: Any, dialect: str) -> None:
        native = smoke_event(Smoke("POST", "/a%20b/c?q=1&q=2&e="), front_door, NAMES)

        event = to_event(json.loads(json.dumps(native)))

        assert type(dialect_of(native)).__name__ == dialect
        assert (event.method, event.path) == ("POST", "/a b/c")
        assert event.raw_query == "q=1&q=2&e="
        assert event.body == b""
        assert event.headers["user-agent"] == "portable-smoke"
        assert event.client_ip == "192.0.2.1"

    def test_the_stage_of_a_rest_api_is_the_base_path(self) -> None:
        event = to_event(smoke_event(Smoke(path="/health"), "rest", NAMES))

        assert (event.base_path, event.path) == ("/dev", "/health")
