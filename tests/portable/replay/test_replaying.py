"""Calls replayed: every platform sees the same, what differs is told, and native events stay where they belong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from platforms.loading import HandlerError
from portable.emulators.registry import EMULATORS
from portable.replay import BadCall, ReplayError, check, replay
from portable.replay.call_file import parse_call, read
from portable.replay.replaying import Result, replay_call
from tests.functions.conformance.handler import ALL_BYTES
from tests.platforms.aws_lambda.records import event, sqs

from .calls import CONFORMANCE, ROOT, call, saved

MEDITATE = {"status": 200, "headers": [["Content-Type", "text/plain; charset=utf-8"]], "body": "meditate"}


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where `--function` is relative to."""
    monkeypatch.chdir(ROOT)


def results(value: Any, tmp_path: Path, *names: str) -> list[Result]:
    return replay_call(read(saved(tmp_path, value)), names or ["all"], CONFORMANCE)


@pytest.mark.parametrize("target", EMULATORS)
def test_handler_sees_the_same_on_every_platform(target: str, tmp_path: Path) -> None:
    headers = [["X-One", "1"], ["Content-Type", "application/octet-stream"], ["Cookie", "a=1; b=two"]]
    headers += [["Host", "recorded.example"], ["Content-Length", "999"]]
    sent = call(target="/a%20b/caf%C3%A9?x=1+2&y=", headers=headers, bodyBase64="AP/+")
    seen = replay(saved(tmp_path, sent), target, function=CONFORMANCE).json()

    assert (seen["method"], seen["path"], seen["raw_path"]) == ("POST", "/a b/café", "/a%20b/caf%C3%A9")
    assert (seen["query"], seen["cookies"]) == ({"x": ["1 2"], "y": [""]}, {"a": "1", "b": "two"})
    assert (seen["headers"], seen["body"]) == ({"x-case": "echo", "x-one": "1"}, "AP/+")
    assert seen["content_type"] == "application/octet-stream"
    assert seen["platform"] == target.partition(":")[0]
    assert "recorded.example" not in seen["host"]


def test_call_that_is_answered_as_expected_passes_everywhere(tmp_path: Path) -> None:
    check(saved(tmp_path, call("str", expected=MEDITATE)), function=CONFORMANCE)


def test_cloud_event_replays_as_what_it_is_over_http(tmp_path: Path) -> None:
    headers = [["ce-specversion", "1.0"], ["ce-id", "1"], ["ce-type", "moon"], ["ce-source", "/sky"]]
    sent = call("json", headers=[*headers, ["Content-Type", "application/json"]], body='{"moon": "full"}')

    check(saved(tmp_path, {**sent, "expected": {"status": 200, "body": '{"moon": "full"}'}}), function=CONFORMANCE)


def test_call_that_is_answered_otherwise_fails_with_every_difference(tmp_path: Path) -> None:
    path = saved(tmp_path, call("raise", expected=MEDITATE))

    with pytest.raises(AssertionError) as failed:
        check(path, platforms=["wsgi", "aws_lambda:alb"], function=CONFORMANCE)

    lines = str(failed.value).splitlines()
    assert lines[0] == f"{path} is answered otherwise than recorded"
    for target in ("wsgi", "aws_lambda:alb"):
        assert f"  {target}: status: expected 200, got 500" in lines
        assert f"  {target}: header content-type: expected 'text/plain; charset=utf-8', got 'application/json'" in lines
    assert len(lines) == 7


def test_recorded_failure_is_the_same_failure_whatever_its_request_id(tmp_path: Path) -> None:
    expected = {"status": 500, "body": '{"error": "internal error", "requestId": "of-then"}'}

    check(saved(tmp_path, call("raise", expected=expected)), function=CONFORMANCE)


def test_without_expectation_an_answer_below_500_is_good(tmp_path: Path) -> None:
    good = {case: [one.is_good for one in results(call(case), tmp_path)] for case in ("404", "503", "raise")}

    assert good == {"404": [True] * 9, "503": [False] * 9, "raise": [False] * 9}


def test_stream_that_breaks_off_has_no_reply_where_it_streams(tmp_path: Path) -> None:
    streamed, buffered = results(call("stream-fails-during"), tmp_path, "wsgi", "openwhisk")

    assert (streamed.reply, streamed.is_good) == (None, False)
    assert "broke off" in streamed.note
    assert buffered.reply
    assert buffered.reply.status == 500


def test_handler_that_exits_is_told_and_does_not_end_the_replay(tmp_path: Path) -> None:
    (found,) = results(call("exit", expected=MEDITATE), tmp_path, "google_cloud")

    assert found.differences == ["the handler exits with 3, and ends its process"]
    with pytest.raises(ReplayError, match="on google_cloud: the handler exits with 3"):
        replay(saved(tmp_path, call("exit")), "google_cloud", function=CONFORMANCE)


@pytest.mark.parametrize("target", ["openwhisk", "aws_lambda:alb"])
def test_request_that_the_platform_answers_itself_says_so(target: str, tmp_path: Path) -> None:
    (found,) = results(call("str", body="x" * (2**20 + 1)), tmp_path, target)

    assert found.reply
    assert found.reply.status == 413
    assert found.note == "the platform itself answers, no function is called: 413: the request is over 1 MB"


def test_reply_of_the_front_door_says_why_it_is_not_the_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAISE_ERRORS", "1")
    rest, wsgi = results(call("raise"), tmp_path, "aws_lambda", "wsgi")

    assert rest.reply
    assert (rest.reply.status, rest.note) == (502, "RuntimeError: secret detail")
    assert (wsgi.reply, wsgi.note) == (None, "RuntimeError: secret detail")


def test_native_event_is_given_to_its_own_shim_alone(tmp_path: Path) -> None:
    native = {"version": 1, "native": event(sqs("1", {"a": 1})), "platform": "aws_lambda", "expected": {"result": None}}
    (found,) = results(native, tmp_path)

    assert (found.emulator, found.result, found.differences) == ("aws_lambda", None, [])


def test_result_of_a_native_event_is_compared(tmp_path: Path) -> None:
    native = {"version": 1, "native": {"moon": "full"}, "platform": "openwhisk"}
    (found,) = results(native, tmp_path, "openwhisk")
    (other,) = results({**native, "expected": {"result": {}}}, tmp_path)

    assert found.result["method"] == "POST"
    assert found.is_good
    assert (other.is_good, other.differences and other.differences[0][:24]) == (False, "result: expected {}, got")


def test_native_event_that_the_handler_fails_on_is_a_failure(tmp_path: Path) -> None:
    records = {"Records": [{"eventSource": "aws:sqs"}]}
    (found,) = results({"version": 1, "native": records, "platform": "aws_lambda"}, tmp_path)

    assert (found.failed, found.is_good) == (True, False)
    assert found.note


def test_what_cannot_be_replayed_is_an_error_before_anything_runs(tmp_path: Path) -> None:
    path = saved(tmp_path, call("str"))
    native = parse_call('{"version": 1, "native": {}, "platform": "aws_lambda"}')

    with pytest.raises(ReplayError, match="has no `expected`: there is nothing to check"):
        check(path, function=CONFORMANCE)
    with pytest.raises(ReplayError, match="no folder 'nowhere': name the function's with --function"):
        replay(path, "wsgi", function="nowhere")
    with pytest.raises(ReplayError, match="'all' names 9 platforms: `replay` takes one"):
        replay(path, "all", function=CONFORMANCE)
    with pytest.raises(ReplayError, match="a native event of aws_lambda is replayed there alone"):
        replay_call(native, ["wsgi", "google_cloud"], CONFORMANCE)
    with pytest.raises(BadCall, match="cannot read"):
        check(tmp_path / "missing.json")
    path.write_text('{"version": 1, "native": {}, "platform": "aws_lambda"}')
    with pytest.raises(ReplayError, match="is a native event, which has no reply"):
        replay(path, "aws_lambda", function=CONFORMANCE)


def test_environment_is_afterwards_as_it_was_and_handler_wins_over_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path, call("bytes"))
    replay(path, "wsgi", function=CONFORMANCE)
    assert "HANDLER" not in os.environ

    monkeypatch.setenv("HANDLER", "tests.functions.conformance.handler:handle")
    assert replay(path, "wsgi", function="nowhere").body == ALL_BYTES
    monkeypatch.setenv("HANDLER", "tests.functions.conformance.handler:nothing")
    with pytest.raises(HandlerError, match="defines no 'nothing'"):
        replay(path, "wsgi")
    assert os.environ["HANDLER"].endswith(":nothing")


@pytest.mark.parametrize(
    ("module", "target", "package"),
    [("flask", "google_cloud", "flask"), ("azure", "azure_functions", "azure-functions")],
)
def test_package_that_is_missing_is_named(module: str, target: str, package: str, tmp_path: Path) -> None:
    path = saved(tmp_path, call("str"))
    program = f"import sys, runpy; sys.modules[{module!r}] = None; runpy.run_module('portable', run_name='__main__')"
    command = [sys.executable, "-c", program, "replay", str(path), "--platform", target, "--function", CONFORMANCE]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 2, ended
    assert ended.stderr.startswith(f"error: {target} needs {package}, which is not installed here: install it")
