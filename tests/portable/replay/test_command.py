"""`portable replay` and `portable record`: what they print, exit codes; from a recorded call to every platform."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from portable import __main__ as portable
from portable.deploying.world import World
from portable.emulators.registry import EMULATORS
from tests.conformance import Request
from tests.runtimes import http
from tests.runtimes.processes import python, running

from .calls import CONFORMANCE, ROOT, call, saved

MEDITATE = {"status": 200, "headers": [["Content-Type", "text/plain; charset=utf-8"]], "body": "meditate"}


@pytest.fixture(autouse=True)
def in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where `--function` is relative to."""
    monkeypatch.chdir(ROOT)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run `portable record` if that is the first argument, else `portable replay`."""
    verb = () if arguments[:1] == ["record"] else ("replay",)
    return portable.main([*verb, *arguments], World(environ=environ))


def replayed(path: Path, *arguments: str) -> int:
    return main([str(path), "--function", CONFORMANCE, *arguments], {"LOG_LEVEL": "CRITICAL"})


def test_answers_as_expected_are_a_line_each_and_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, call("str", expected=MEDITATE))

    assert replayed(path, "--platform", "wsgi", "--platform", "aws_lambda") == 0
    assert capsys.readouterr().out.splitlines() == [
        str(path),
        "  wsgi             200 as expected",
        "  aws_lambda:rest  200 as expected",
        "2 of 2 as expected",
    ]


def test_answer_that_differs_is_shown_with_its_reply_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, call("404", expected={"status": 200, "body": "meditate"}))

    assert replayed(path, "--platform", "openwhisk", "--platform", "azure_functions") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:6] == [
        "  openwhisk        404 differs",
        "    differs: status: expected 200, got 404",
        "    differs: body: expected 8 bytes, got 21; from byte 0 on expected 'meditate', "
        """got '{"error": "not here"}'""",
        "    content-type: application/json",
        "    content-length: 21",
    ]
    assert lines[7] == '    {"error": "not here"}'
    assert lines[-1] == "0 of 2 as expected; not so: openwhisk, azure_functions"


def test_without_expectation_replies_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, call("str"))

    assert replayed(path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("  ") and line[2] != " "] == [
        f"  {target:<16} 200 answered" for target in EMULATORS
    ]
    assert lines.count("    meditate") == len(EMULATORS)
    assert lines[-1] == "9 of 9 answered"


def test_handler_that_fails_is_exit_1_with_its_traceback_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = saved(tmp_path, call("stream-fails-during"))

    assert replayed(path, "--platform", "google_cloud", "--platform", "aws_lambda:url") == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1] == "  google_cloud     --- failed"
    assert out[2].startswith("    note: the reply broke off")
    assert out[3] == "  aws_lambda:url   500 failed"
    assert out[-1] == "0 of 2 answered; not so: google_cloud, aws_lambda:url"
    assert "RuntimeError: secret detail" in caplog.text


def test_body_that_is_no_text_or_long_or_steers_a_terminal_is_not_printed_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, call("text", headers=[["Content-Type", "text/plain"]], body="\x1b[2J" + "x" * 3000))
    replayed(path, "--platform", "wsgi")
    text = capsys.readouterr().out
    replayed(saved(tmp_path, call("bytes")), "--platform", "wsgi")

    assert "\x1b" not in text
    assert "    \ufffd[2J" + "x" * 1996 + "\n    (1004 characters more: --json has them)\n" in text
    assert "    (256 bytes that are no text: --json has them)\n" in capsys.readouterr().out


def test_json_has_every_reply_as_a_file_expects_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, call("str"))
    replayed(path, "--platform", "openwhisk", "--json")
    (result,) = json.loads(capsys.readouterr().out)["results"]

    assert (result["call"], result["platform"], result["good"]) == (str(path), "openwhisk", True)
    assert (result["differences"], result["note"]) == (None, "")
    assert result["reply"] == {
        "status": 200,
        "headers": [["content-type", "text/plain; charset=UTF-8"], ["content-length", "8"]],
        "body": "meditate",
    }
    assert replayed(saved(tmp_path, call("str", expected=result["reply"])), "--platform", "google_cloud") == 0


def test_result_of_a_native_event_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    native: dict[str, Any] = {"version": 1, "native": {"statusless": True}, "platform": "aws_lambda"}
    path = saved(tmp_path, native)

    assert replayed(path) == 0
    assert capsys.readouterr().out.splitlines()[1] == "  aws_lambda       --- answered"
    assert replayed(path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["results"][0]["result"]["method"] == "POST"
    assert replayed(saved(tmp_path, {**native, "expected": {"result": 1}})) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.json", "--function", CONFORMANCE], 2, "error: cannot read missing.json: No such file or directory"),
        (
            ["{call}", "--function", CONFORMANCE, "--platform", "lambda"],
            2,
            "error: there is no platform 'lambda': it takes all, ",
        ),
        (["{call}", "--function", "nowhere"], 2, "error: there is no function and no folder 'nowhere'"),
        (["{call}", "--function", "docs"], 1, "error: cannot import function.handler: "),
        (["record", "127.0.0.1"], 2, "error: cannot record '127.0.0.1'"),
        (["record", "http://127.0.0.1:1", "--to", "{call}"], 2, "error: cannot make the folder "),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, call("str"))

    assert main([one.replace("{call}", str(path)) for one in arguments], {}) == code
    error = capsys.readouterr().err
    assert error.startswith(message)
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["record"], ["x.json", "--verbose"], ["record", "http://x", "--port", "x"]])
def test_arguments_that_are_none_are_a_usage_error(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, {}) == 2
    assert capsys.readouterr().err.startswith("Usage: portable re")


def test_what_was_recorded_of_a_server_replays_the_same_on_every_platform(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = (("Content-Type", "application/json"), ("Authorization", "Bearer moon"))
    calls = [
        Request("POST", "/a%20b?x=1+2&y=", (("X-Case", "query"),)),
        Request("POST", "/", (("X-Case", "json"), *sent), b'{"a": [1, null]}'),
        Request("GET", "/", (("X-Case", "bytes"),)),
        Request("GET", "/", (("X-Case", "stream"),)),
        Request("HEAD", "/", (("X-Case", "str"),)),
        Request("DELETE", "/", (("X-Case", "204"),)),
        Request("POST", "/", (("X-Case", "raise"),)),
        Request("POST", "/", (("X-Case", "two-cookies"),)),
    ]
    port = http.free_port()
    server = python("platforms.wsgi", "--port", str(port), "--function", CONFORMANCE)
    recorder = python("portable", "record", "--port", "0", "--to", str(tmp_path), f"http://127.0.0.1:{port}")
    with running(server) as serving, running(recorder) as recording:
        serving.wait_for_line("serving")
        http.wait_for_port(port)
        told = re.search(r"http://127\.0\.0\.1:(\d+)/$", recording.wait_for_line("recording"))
        assert told
        replies = [http.send(request, int(told[1])) for request in calls]
        assert recording.terminate() == 0
    files = sorted(map(str, tmp_path.iterdir()))

    assert [reply.status for reply in replies] == [200, 200, 200, 200, 200, 204, 500, 200]
    assert len(files) == len(calls)
    assert "moon" not in "".join(Path(path).read_text() for path in files)
    assert main([*files, "--function", CONFORMANCE], {"LOG_LEVEL": "CRITICAL"}) == 0
    assert capsys.readouterr().out.count("9 of 9 as expected") == len(calls)
