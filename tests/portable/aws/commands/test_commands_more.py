"""The commands that try or print what would be shipped: invoke, package and policy."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..project import Project
from ..strict import StrictAws

ROOT = Path(__file__).parents[4]
NAME = "meditations-dev"
EVENT = json.dumps({"anything": 1})
FAILING = "def handle(event, context):\n    raise ValueError('no')\n"


def broken(project: Project) -> Project:
    """Return the project with a handler whose exceptions reach Lambda."""
    (project.folder / "function" / "handler.py").write_text(FAILING)
    project.settings('[defaults.environment]\nRAISE_ERRORS = "1"\n')
    return project


def statements(project: Project, which: str) -> Any:
    """Return the statements of a printed policy."""
    return project.run("policy", which, "--json").facts["Statement"]


class TestInvoke:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "no version 'live'; `portable aws deploy --function meditations --stage dev` makes it"),
            (["--version", "9"], "no version '9'; `portable aws versions --function meditations --stage dev` lists"),
        ],
    )
    def test_where_there_is_nothing_it_says_what_to_do(
        self, world: StrictAws, project: Project, arguments: list[str], said: str
    ) -> None:
        outcome = project.run("invoke", *arguments)

        assert (outcome.code, outcome.out) == (1, "")
        assert said in outcome.err

    def test_the_payload_alone_is_on_stdout_and_the_log_on_stderr(self, world: StrictAws, project: Project) -> None:
        project.deploy()

        outcome = project.run("invoke", "-d", EVENT)

        assert outcome.code == 0
        assert json.loads(outcome.out)["status"] == "success"
        assert "meditating on request" in outcome.err
        assert project.run("invoke", "-d", EVENT, "-q").err == ""

    def test_machines_get_the_payload_in_an_object(self, world: StrictAws, project: Project) -> None:
        project.deploy()

        facts = project.run("invoke", "--json").facts

        assert json.loads(facts["payload"])["status"] == "success"
        assert facts["function_error"] is False

    def test_an_error_of_the_function_is_code_1_with_its_payload(self, world: StrictAws, project: Project) -> None:
        broken(project).deploy("--no-smoke")

        outcome = project.run("invoke", "-d", EVENT)

        assert outcome.code == 1
        assert json.loads(outcome.out)["errorType"] == "ValueError"
        assert project.run("invoke", "--json").facts["function_error"] is True

    def test_a_payload_comes_from_the_line_a_file_or_stdin(self, world: StrictAws, project: Project) -> None:
        project.deploy()
        file = project.folder / "event.json"
        file.write_text(EVENT)

        for data, stdin in ((EVENT, None), (f"@{file}", None), ("-", io.StringIO(EVENT))):
            assert project.run("invoke", "-d", data, stdin=stdin).code == 0

        sent = [call.params["Payload"] for call in world.calls if call.operation == "invoke"]
        assert sent[-3:] == [EVENT.encode()] * 3

    def test_a_file_that_is_not_there_is_named_before_any_call(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("invoke", "-d", "@no/file")

        assert (outcome.code, world.calls) == (2, [])
        assert "cannot read 'no/file': No such file" in outcome.err

    def test_an_older_version_is_called_by_its_number(self, world: StrictAws, project: Project) -> None:
        project.deploy()
        broken(project).deploy("--no-smoke")

        assert [project.run("invoke", *version).code for version in ([], ["--version", "1"])] == [1, 0]

    def test_a_local_one_calls_nothing_at_aws(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("invoke", "--local", "-d", EVENT)

        assert (outcome.code, json.loads(outcome.out)["status"], world.calls) == (0, "success", [])


class TestPackage:
    def test_it_calls_nothing_and_writes_the_very_zip_that_is_deployed(
        self, world: StrictAws, project: Project
    ) -> None:
        zip_path = project.folder / "new" / "function.zip"

        outcome = project.run("package", "-o", str(zip_path), "--json")

        assert (outcome.code, world.calls) == (0, [])
        assert outcome.facts["bytes"] == zip_path.stat().st_size
        project.deploy()
        client = world.session().client("lambda", region_name="eu-west-1")
        live = client.get_function_configuration(FunctionName=NAME, Qualifier="live")
        assert live["CodeSha256"] == outcome.facts["code_sha256"]

    def test_people_get_its_size_and_with_v_its_files(self, world: StrictAws, project: Project) -> None:
        place = ["-o", str(project.folder / "one.zip")]
        facts = project.run("package", "--json", *place).facts
        brief, long = project.run("package", *place).out, project.run("package", "-v", *place).out

        size = f"{facts['bytes']:,} bytes, {len(facts['files'])} files, arm64, in {place[1]}\n"
        assert size in brief
        assert f"function   {facts['function']}\n" in brief
        assert all(f"{size:>10,} {path}\n" in long for path, size in facts["files"].items())

    def test_it_goes_to_a_place_of_its_own_and_deploy_comes_next(self, world: StrictAws, project: Project) -> None:
        with contextlib.chdir(project.folder):
            outcome = project.run("package", "--stage", "prod", "--json")

        assert outcome.facts["output"] == "build/aws_lambda.zip"
        assert (project.folder / "build" / "aws_lambda.zip").stat().st_size == outcome.facts["bytes"]
        assert outcome.facts["next"] == [
            f"portable aws deploy --stage=prod --config={project.folder}/deploy.toml "
            f"--function={project.folder}/function --stack={project.folder}/stack.yml"
        ]

    def test_a_place_of_the_user_s_is_for_the_tool_of_aws(self, world: StrictAws, project: Project) -> None:
        zip_path = project.folder / "my function.zip"

        assert project.run("package", "-o", str(zip_path)).out.endswith(
            f"next: aws lambda update-function-code --function-name {NAME} --region eu-west-1 --architectures arm64 "
            f"--zip-file fileb://'{zip_path}'\n"
        )

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            (".", "is no place for the package"),
            ("function/handler.py", "is no place for the package"),
            ("deploy.toml", "is there, and is no package of ours"),
        ],
    )
    def test_a_place_that_has_something_is_named_and_kept(
        self, world: StrictAws, project: Project, place: str, said: str
    ) -> None:
        before = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}

        outcome = project.run("package", "-o", str(project.folder / place))

        assert outcome.code == 2
        assert said in outcome.err
        assert before == {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}

    def test_a_function_that_is_not_there_is_named(self, world: StrictAws, project: Project) -> None:
        outcome = project.run("package", "--function", str(project.folder / "nowhere"))

        assert outcome.code == 2
        assert "nowhere" in outcome.err


class TestPolicy:
    @pytest.mark.parametrize("which", ["--deployer", "--execution"])
    def test_people_and_machines_get_the_same_document(self, world: StrictAws, project: Project, which: str) -> None:
        people, machines = project.run("policy", which), project.run("policy", which, "--json")

        assert (people.code, people.out) == (0, machines.out)

    def test_with_a_configured_account_nothing_is_called(self, world: StrictAws, project: Project) -> None:
        project.settings('account = "999999999999"\n')

        assert "999999999999" in json.dumps(statements(project, "--deployer"))
        assert world.calls == []

    def test_without_one_it_is_that_of_the_credentials(self, world: StrictAws, project: Project) -> None:
        assert "123456789012" in json.dumps(statements(project, "--deployer"))

    def test_the_functions_own_is_the_one_that_its_role_gets(self, world: StrictAws, project: Project) -> None:
        project.settings("tracing = true\n")
        project.deploy()
        client = world.session().client("iam", region_name="eu-west-1")
        role = f"{NAME}-eu-west-1"
        name = client.list_role_policies(RoleName=role)["PolicyNames"][0]

        document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]

        assert document["Statement"] == statements(project, "--execution")

    @pytest.mark.parametrize("arguments", [[], ["--deployer", "--execution"]])
    def test_one_of_the_two_must_be_asked_for(self, world: StrictAws, project: Project, arguments: list[str]) -> None:
        outcome = project.run("policy", *arguments)

        assert (outcome.code, outcome.err) == (2, "error: it takes one of --deployer and --execution\n")


def test_missing_package_of_the_deployer_is_named_with_what_to_do() -> None:
    command = [sys.executable, "-S", "-m", "portable", "aws", "doctor"]
    ran = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert "is not installed for" in ran.stderr
    assert "run `make setup`" in ran.stderr
    assert "Traceback" not in ran.stderr
