"""What `invoke` and `logs` show of activations."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from .api_server import ApiServer, Fault
from .project import Project

BROKEN = "def handle(event, context): ...\n\n\nraise RuntimeError('cannot start')\n"


class TestInvoke:
    def test_prints_the_result_alone(self, project: Project) -> None:
        project.deploy()

        outcome = project.run("invoke", "--data", '{"a": "é"}')

        assert outcome.code == 0
        assert json.loads(outcome.out)["body"] == '{"a": "\\u00e9"}'
        assert outcome.err.endswith("  12 ms  success\n")

    @pytest.mark.parametrize("where", ["-", "@"])
    def test_reads_the_data(self, project: Project, tmp_path: Path, where: str) -> None:
        project.deploy()
        (tmp_path / "data.json").write_text('{"a": 1}')
        data = "-" if where == "-" else f"@{tmp_path / 'data.json'}"

        outcome = project.run("invoke", "-q", "-d", data, stdin=io.StringIO('{"a": 1}'))

        assert json.loads(outcome.out)["body"] == '{"a": 1}'
        assert outcome.err == ""

    @pytest.mark.parametrize(
        ("data", "message"),
        [("{", "--data is no JSON"), ("[1]", "is a JSON list"), ("@/nonexistent", "cannot read '/nonexistent'")],
    )
    def test_refuses_what_is_no_object(self, server: ApiServer, project: Project, data: str, message: str) -> None:
        outcome = project.run("invoke", "-d", data)

        assert outcome.code == 2
        assert message in outcome.err
        assert server.requests == []

    @pytest.mark.parametrize("package", [[], ["--package", "tools"]])
    def test_says_that_there_is_no_action(self, project: Project, package: list[str]) -> None:
        outcome = project.run("invoke", *package)

        assert outcome.code == 1
        assert f"`portable openwhisk deploy --stack={project.folder}/stack.yml" in outcome.err

    def test_fails_if_the_activation_does(self, project: Project) -> None:
        project.handler(BROKEN)
        project.deploy()

        outcome = project.run("invoke", "--json")

        assert outcome.code == 1
        assert outcome.facts["status"] == "action developer error"
        assert outcome.facts["result"]["error"].startswith("The action did not initialize")

    def test_fails_if_the_handler_does(self, project: Project) -> None:
        project.handler("def handle(event, context):\n    raise ValueError('no')\n")
        project.deploy()

        outcome = project.run("invoke")

        assert outcome.code == 1
        assert json.loads(outcome.out) == {"error": "no"}
        assert "application error" in outcome.err

    def test_gives_the_id_when_the_wait_is_over(self, server: ApiServer, project: Project) -> None:
        project.deploy("--package", "tools")
        server.whisk.waits = False

        outcome = project.run("invoke", "--package", "tools")

        activation_id = server.whisk.activations[0]["activationId"]
        command = f"logs --activation={activation_id} --stack={project.folder}/stack.yml --package=tools"
        assert (outcome.code, outcome.out) == (0, f"{activation_id}\n")
        assert "waits no longer" in outcome.err
        assert f"next: portable openwhisk {command}\n" in outcome.err
        assert "result: {'body': '{}'" in project.run(*command.split()).out

    def test_waits_for_nothing_if_told_so(self, server: ApiServer, project: Project) -> None:
        project.deploy()

        outcome = project.run("invoke", "--no-wait", "--json")

        assert outcome.facts == {"activation": server.whisk.activations[0]["activationId"], "status": "accepted"}

    @pytest.mark.parametrize("status", [None, 503])
    def test_is_never_sent_twice(self, server: ApiServer, project: Project, status: int | None) -> None:
        project.deploy()
        server.faults.append(Fault("POST", "actions/meditations", status, is_done=True))

        outcome = project.run("invoke")

        assert outcome.code == 1
        assert len(server.whisk.activations) == 1
        assert project.pauses == []


class TestLogs:
    def test_prints_the_oldest_first(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        project.run("invoke")
        project.handler(BROKEN)
        project.deploy()
        project.run("invoke")

        lines = project.run("logs").out.splitlines()

        first, second = (one["activationId"] for one in reversed(server.whisk.activations))
        assert lines[0] == f"{first}  2027-01-15T08:00:02Z  12 ms  success"
        assert lines[1].endswith("stderr: meditating on /")
        assert lines[2] == f"{second}  2027-01-15T08:00:04Z  12 ms  action developer error"
        assert any("cannot start" in line for line in lines[3:])
        assert lines[-1] == "2 activations of meditations"

    def test_asks_for_as_many_as_told(self, server: ApiServer, project: Project) -> None:
        project.deploy("--package", "tools")
        for _ in range(3):
            project.run("invoke", "--package", "tools")

        facts = project.run("logs", "--package", "tools", "-n", "2", "--json").facts

        newest = [one["activationId"] for one in server.whisk.activations[:2]]
        assert [one["activation"] for one in facts["activations"]] == newest[::-1]

    @pytest.mark.parametrize(("since", "count"), [("56s", 0), ("57s", 1), ("58s", 2), ("1h", 2)])
    def test_asks_from_when_on(self, project: Project, since: str, count: int) -> None:
        """The activations are 58 and 57 s old: at 2 and 3 s, and it is 60 s after the beginning."""
        project.deploy()
        project.run("invoke")
        project.run("invoke")

        assert len(project.run("logs", "--since", since, "--json").facts["activations"]) == count

    def test_says_that_no_log_is_kept(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        project.run("invoke")
        activation_id = server.whisk.activations[0]["activationId"]
        server.faults.append(Fault("GET", f"activations/{activation_id}/logs", 404))

        assert "  no log is kept of it\n" in project.run("logs").out

    @pytest.mark.parametrize(
        ("given", "code", "message"), [("x", 2, "32 hexadecimal digits"), ("0" * 32, 1, "kept for a while")]
    )
    def test_says_that_there_is_no_such_activation(self, project: Project, given: str, code: int, message: str) -> None:
        outcome = project.run("logs", "--activation", given)

        assert outcome.code == code
        assert message in outcome.err

    @pytest.mark.parametrize(
        ("argument", "value"), [("--since", "10"), ("--since", "x"), ("-n", "0"), ("-n", "201"), ("-n", "x")]
    )
    def test_refuses_what_is_no_number_or_time(
        self, server: ApiServer, project: Project, argument: str, value: str
    ) -> None:
        outcome = project.run("logs", argument, value)

        assert outcome.code == 2
        assert value in outcome.err.splitlines()[-1]
        assert server.requests == []
