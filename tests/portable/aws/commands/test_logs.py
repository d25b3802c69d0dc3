"""`logs`: what is printed of a log, in which order, and for how long."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from portable.__main__ import main
from portable.aws.world import World

from ..project import Outcome, Project, make_project
from ..strict import StrictAws
from ..stubs import ACCOUNT, StubbedSession

NOW_S = 1_800_000_000
NOW_MS = NOW_S * 1000
GROUP = "/aws/lambda/meditations-dev"
RECORD = {"timestamp": "2027-01-15T08:00:00Z", "level": "INFO", "message": "meditating", "requestId": "r-1"}


class Log:
    """A log that answers each look at it from a list, in its order; whoever follows it gives up after the last."""

    def __init__(self, folder: Path) -> None:
        self.session = StubbedSession()
        identity = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "me"}
        self.session.answer("sts", "get_caller_identity", identity)
        self.slept: list[float] = []
        self._folder = folder
        self._looks = 0
        make_project(folder, lambda _: self.session, None)

    def has(self, *events: dict[str, Any], since_s: float = 600, token: str | None = None, **params: Any) -> None:
        """Expect the next look, which begins so long ago, and answer it."""
        expected = {"logGroupName": GROUP, "startTime": NOW_MS - int(since_s * 1000), **params}
        answer = {"events": list(events), **({"nextToken": token} if token else {})}
        self.session.answer("logs", "filter_log_events", answer, expected)
        self._looks += "nextToken" not in params

    def is_not_there(self) -> None:
        """Expect the next look before the first deploy."""
        self.session.refuse("logs", "filter_log_events", "ResourceNotFoundException")
        self._looks += 1

    def print(self, *arguments: str) -> Outcome:
        """Run the command, which makes every call that is expected."""
        outcome = self.run(*arguments)
        self.session.assert_all_called()
        return outcome

    def run(self, *arguments: str) -> Outcome:
        """Run the command."""
        out, err = io.StringIO(), io.StringIO()
        world = World(
            environ={},
            stdout=out,
            stderr=err,
            session=lambda _: self.session,
            sleep=self._sleep,
            clock=lambda: 0.0,
            now=lambda: NOW_S,
        )
        files = {"--function": "function", "--stack": "stack.yml", "--config": "deploy.toml"}
        places = [f"{option}={self._folder / name}" for option, name in files.items()]
        code = main(["aws", "logs", *places, *arguments], world)
        return Outcome(code, out.getvalue(), err.getvalue())

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == self._looks:
            raise KeyboardInterrupt


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Return a log of which nothing is expected yet."""
    return Log(tmp_path)


def event(message: str | dict[str, Any], ago_s: float = 1, *, name: str = "") -> dict[str, Any]:
    """Return an event as CloudWatch Logs does; `name` is its id."""
    text = message if isinstance(message, str) else json.dumps(message)
    return {"eventId": name or f"{text}{ago_s}", "timestamp": NOW_MS - int(ago_s * 1000), "message": text + "\n"}


class TestOrder:
    def test_the_oldest_is_first_whatever_the_order_they_come_in(self, log: Log) -> None:
        log.has(event("second", 20), event("third", 10), event("first", 30))

        assert log.print().out == "first\nsecond\nthird\n"

    def test_every_page_is_read(self, log: Log) -> None:
        log.has(event("b", 20), token="more")
        log.has(event("c", 10), nextToken="more", token="last")
        log.has(event("a", 30), nextToken="last")

        assert log.print().out == "a\nb\nc\n"


class TestSince:
    @pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
    def test_it_is_how_far_back_the_log_is_read(self, log: Log, text: str, seconds: int) -> None:
        log.has(since_s=seconds)

        assert log.print("--since", text).code == 0

    def test_without_it_the_last_ten_minutes_are_read(self, log: Log) -> None:
        log.has(since_s=600)

        assert log.print().code == 0

    @pytest.mark.parametrize("text", ["yesterday", "10", "-1m", "1.5h", "٣m", "1w"])
    def test_what_is_no_time_is_refused(self, log: Log, text: str) -> None:
        outcome = log.run(f"--since={text}")

        assert outcome.code == 2
        assert f"{text!r} is no time such as 30s" in outcome.err


def test_a_filter_is_cloudwatchs_own(log: Log) -> None:
    log.has(event("ERROR no"), filterPattern="ERROR")

    assert log.print("--filter", "ERROR").out == "ERROR no\n"


class TestReadable:
    """Records as awslambdaric writes them with LogFormat JSON."""

    def test_a_record_is_a_line(self, log: Log) -> None:
        log.has(event({**RECORD, "logger": "function"}))

        assert log.print().out == "2027-01-15T08:00:00Z INFO r-1 meditating\n"

    def test_one_from_outside_a_request_has_no_hole_in_it(self, log: Log) -> None:
        log.has(event({name: value for name, value in RECORD.items() if name != "requestId"}))

        assert log.print().out == "2027-01-15T08:00:00Z INFO meditating\n"

    def test_an_exception_is_as_python_prints_it(self, log: Log) -> None:
        trace = ['  File "/var/task/function/handler.py", line 9, in handle\n    raise ValueError("no")\n']
        log.has(event({**RECORD, "stackTrace": trace, "errorType": "ValueError", "errorMessage": "no"}))

        assert log.print().out == (
            "2027-01-15T08:00:00Z INFO r-1 meditating\n"
            '  File "/var/task/function/handler.py", line 9, in handle\n    raise ValueError("no")\n'
            "ValueError: no\n"
        )

    def test_an_exception_that_reached_lambda_has_no_message_of_its_own(self, log: Log) -> None:
        error = {"errorMessage": "no", "errorType": "ValueError", "requestId": "r-1", "stackTrace": []}
        log.has(event({"timestamp": "2027-01-15T08:00:00Z", "level": "ERROR", **error}))

        assert log.print().out == "2027-01-15T08:00:00Z ERROR r-1\nValueError: no\n"

    @pytest.mark.parametrize(
        "message",
        [
            *("a print", "{", "42", "[]", "null", '"text"', "{}", '{"message": "x"}'),
            '{"time": "2027-01-15T08:00:00Z", "type": "platform.report", "record": {}}',
        ],
    )
    def test_anything_else_is_printed_as_it_is(self, log: Log, message: str) -> None:
        log.has(event(message))

        assert log.print().out == f"{message}\n"

    @pytest.mark.parametrize("odd", [{"stackTrace": None}, {"stackTrace": 5}, {"stackTrace": "x"}, {"requestId": None}])
    def test_a_record_of_the_users_own_with_odd_fields_is_no_error(self, log: Log, odd: dict[str, Any]) -> None:
        log.has(event({**RECORD, **odd}))

        outcome = log.print()

        assert (outcome.code, outcome.out.split()[-1]) == (0, "meditating")

    def test_a_message_that_is_an_object_stays_json(self, log: Log) -> None:
        log.has(event({**RECORD, "message": {"count": 3}}))

        assert log.print().out.endswith(' {"count": 3}\n')

    def test_machines_get_one_object_a_line_with_everything(self, log: Log) -> None:
        events = [event("a", 2), event({**RECORD, "logger": "function"}, 1)]
        log.has(*events)

        assert [json.loads(line) for line in log.print("--json").out.splitlines()] == events


class TestFollow:
    def test_it_goes_on_until_interrupted_which_is_no_failure(self, log: Log) -> None:
        log.has(event("a", 50))
        log.has(event("b", 40), since_s=80)
        log.has(since_s=70)

        outcome = log.print("-f")

        assert (outcome.code, outcome.out, outcome.err) == (0, "a\nb\n", "")
        assert log.slept == [2, 2, 2]

    def test_what_was_printed_is_not_printed_again(self, log: Log) -> None:
        log.has(event("a", 50), event("b", 40))
        log.has(event("a", 50), event("b", 40), since_s=70)
        log.has(event("b", 40), event("c", 39), since_s=70)

        assert log.print("-f").out == "a\nb\nc\n"

    def test_the_same_text_at_the_same_time_is_two_events(self, log: Log) -> None:
        log.has(event("a", 50, name="1"))
        log.has(event("a", 50, name="1"), event("a", 50, name="2"), since_s=80)

        assert log.print("-f").out == "a\na\n"

    def test_a_line_that_comes_late_is_printed_late(self, log: Log) -> None:
        log.has(event("new", 10))
        log.has(event("late", 35), event("new", 10), since_s=40)

        assert log.print("-f").out == "new\nlate\n"

    def test_the_log_is_never_read_from_further_back_than_asked_for(self, log: Log) -> None:
        log.has(event("a", 590))
        log.has(since_s=600)

        assert log.print("-f").out == "a\n"


class TestNothing:
    def test_an_empty_log_is_said_on_stderr(self, log: Log) -> None:
        log.has()

        outcome = log.print()

        assert (outcome.code, outcome.out) == (0, "")
        assert outcome.err == f"nothing is in {GROUP} for this time; --since 1d looks further back\n"

    @pytest.mark.parametrize("arguments", [["-q"], ["-q", "-f"]])
    def test_quiet_does_not_even_say_that(self, log: Log, arguments: list[str]) -> None:
        log.has()

        assert log.print(*arguments).err == ""

    def test_a_log_that_is_not_there_yet_is_empty(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("logs", "--json")

        assert (outcome.code, outcome.out) == (0, "")
        assert GROUP in outcome.err

    def test_following_may_begin_before_the_first_deploy(self, log: Log) -> None:
        log.is_not_there()
        log.has(event("first"))

        assert log.print("-f").out == "first\n"

    def test_a_denied_one_names_the_action(self, log: Log) -> None:
        log.session.refuse("logs", "filter_log_events", "AccessDeniedException", "no")

        outcome = log.print()

        assert outcome.code == 1
        assert "The action logs:FilterLogEvents is missing" in outcome.err
