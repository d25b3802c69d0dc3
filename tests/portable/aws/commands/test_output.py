"""What the commands say: nothing secret, no traceback, what to do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sample import PROJECT_DIR

from ...deploying.worlds import Terminal
from ..project import ROOT, SETTINGS, Project
from ..strict import StrictAws

VALUE = "hunter2-and-more"


def with_secret(project: Project) -> None:
    """Declare a secret and set it, and have an environment variable of the same value."""
    project.replace("stack.yml", "    environment:\n", "    secrets: [api-token]\n    environment:\n")
    value = project.folder / "value.txt"
    value.write_text(VALUE)
    assert project.run("secret", "set", "api-token", "--from-file", str(value)).code == 0


def test_no_output_has_a_secret_value(world: StrictAws, project: Project) -> None:
    with_secret(project)
    password = ["--env", f"PASSWORD={VALUE}"]
    commands = [["plan", "-v", *password], ["plan", "--json", *password], ["deploy", "--yes", "-v", *password]]
    outputs = [project.run(*command) for command in [*commands, ["status"], ["status", "--json"]]]
    outputs += [
        project.run("plan", "--env", f"PASSWORD=another-{VALUE}"),
        project.run("secret", "list"),
        project.run("versions"),
    ]

    assert [one.code for one in outputs] == [0] * len(outputs), [one.err for one in outputs]
    assert all(VALUE not in one.out + one.err for one in outputs)
    assert "PASSWORD" in outputs[0].out


def test_a_secret_value_is_sent_to_secrets_manager_and_nowhere_else(world: StrictAws, project: Project) -> None:
    with_secret(project)
    project.deploy()

    carrying = {(call.service, call.operation) for call in world.calls if VALUE in repr(call.params)}

    assert carrying <= {("secretsmanager", "create_secret"), ("secretsmanager", "put_secret_value")}
    assert carrying


def test_the_function_may_read_its_secret_and_no_other(world: StrictAws, project: Project) -> None:
    with_secret(project)
    project.deploy()
    client = world.session().client("iam", region_name="eu-west-1")
    name = client.list_role_policies(RoleName="meditations-dev-eu-west-1")["PolicyNames"][0]
    policy = client.get_role_policy(RoleName="meditations-dev-eu-west-1", PolicyName=name)["PolicyDocument"]

    reading = [one for one in policy["Statement"] if "secretsmanager:GetSecretValue" in one["Action"]]

    assert [one["Resource"] for one in reading] == [
        ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:meditations/dev/api-token-??????"]
    ]


def test_a_secret_that_is_not_set_stops_the_deploy_before_any_change(world: StrictAws, project: Project) -> None:
    project.replace("stack.yml", "    environment:\n", "    secrets: [api-token]\n    environment:\n")

    outcome = project.deploy()

    assert outcome.code == 2
    assert "secret set api-token --function meditations --stage dev" in outcome.err
    assert world.mutating_calls == []


def test_another_account_is_refused(world: StrictAws, project: Project) -> None:
    project.settings('account = "999999999999"\n')

    for command in (["deploy", "--yes"], ["destroy", "--yes"], ["rollback"], ["promote"], ["secret", "remove", "x"]):
        outcome = project.run(*command)
        assert outcome.code == 5, command
        assert "123456789012" in outcome.err
        assert "999999999999" in outcome.err
    assert world.mutating_calls == []


def test_without_anyone_to_ask_nothing_is_changed(world: StrictAws, project: Project) -> None:
    outcome = project.run("deploy")

    assert outcome.code == 5
    assert "--yes" in outcome.err
    assert world.mutating_calls == []


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 5), ("\n", 5)])
def test_someone_is_asked(world: StrictAws, project: Project, typed: str, code: int) -> None:
    assert project.run("deploy", stdin=Terminal(typed)).code == code
    assert bool(world.mutating_calls) == (code == 0)


def test_prod_asks_for_its_name(world: StrictAws, project: Project) -> None:
    assert project.deploy("--stage", "prod").code == 0
    since = len(world.mutating_calls)

    assert project.run("destroy", "--stage", "prod", "--yes").code == 5
    assert project.run("destroy", "--stage", "prod", "--yes", "--confirm", "prod").code == 5
    assert project.run("destroy", "--stage", "prod", stdin=Terminal("meditations-dev\n")).code == 5
    assert len(world.mutating_calls) == since
    assert project.run("destroy", "--stage", "prod", "--yes", "--confirm", "meditations-prod").code == 0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda client: client.create_log_group(logGroupName="/aws/lambda/meditations-dev"), None),
        (
            lambda client: client.create_role(RoleName="meditations-dev-eu-west-1", AssumeRolePolicyDocument="{}"),
            "meditations-dev-eu-west-1",
        ),
    ],
    ids=["log group", "role"],
)
def test_a_name_that_is_taken(world: StrictAws, project: Project, make: object, said: str | None) -> None:
    service = "iam" if said else "logs"
    make(world.session().client(service, region_name="eu-west-1"))  # type: ignore[operator]
    since = len(world.mutating_calls)

    outcome = project.deploy()

    assert outcome.code == (5 if said else 0), outcome.err
    if said:
        assert said in outcome.err
        assert len(world.mutating_calls) == since


def test_a_pending_confirmation_is_shown_until_it_is_given(world: StrictAws, project: Project) -> None:
    project.settings('alarm_email = "a@example.org"\n')

    assert "confirm" in project.deploy().out
    assert "confirm" in project.run("status").out
    world.confirm("a@example.org")
    assert "confirm" not in project.run("status").out.replace("confirmed", "")


def test_deploy_for_machines_is_one_object(world: StrictAws, project: Project) -> None:
    facts = project.deploy("--json").facts

    assert facts["result"] == "deployed"
    assert facts["version"] == "1"
    assert facts["url"].startswith("https://")
    assert project.deploy("--json").facts["result"] == "nothing to do"


def bare(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the real command with an environment that has nothing of AWS but what is given."""
    (folder / "deploy.toml").write_text(SETTINGS if "AWS_REGION" not in environ else "")
    quiet = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "portable", "aws", *arguments, "--config", str(folder / "deploy.toml")]
    environ = {**quiet, "PYTHONPATH": str(ROOT), **environ}
    return subprocess.run(command, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, check=False)


def test_no_credentials_say_what_to_set(tmp_path: Path) -> None:
    ran = bare(tmp_path, "plan")

    assert ran.returncode == 2
    assert "no AWS credentials: set AWS_PROFILE" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_unknown_profile_is_named(tmp_path: Path) -> None:
    ran = bare(tmp_path, "plan", "--profile", "nobody")

    assert ran.returncode == 2
    assert "nobody" in ran.stderr


def test_a_traceback_is_shown_only_when_asked_for(tmp_path: Path) -> None:
    assert "Traceback" in bare(tmp_path, "plan", "-v").stderr


def test_package_needs_no_credentials(tmp_path: Path) -> None:
    ran = bare(tmp_path, "package", "--json", "-o", str(tmp_path / "aws_lambda.zip"))

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["bytes"] < 50_000


@pytest.mark.parametrize("command", ["doctor", "plan", "deploy", "destroy", "run", "secret", "policy", "logs"])
def test_help_says_what_a_command_does(tmp_path: Path, command: str) -> None:
    ran = bare(tmp_path, command, "--help")

    assert ran.returncode == 0
    assert re.search(r"--stage", ran.stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--env", VALUE],
        ["deploy", "--canary", "100"],
        ["logs", "--since", "yesterday"],
        ["plan", "--timeout", "no"],
        ["fly"],
    ],
)
def test_arguments_that_are_none_end_with_usage(tmp_path: Path, arguments: list[str]) -> None:
    ran = bare(tmp_path, *arguments)

    assert ran.returncode == 2
    assert ran.stderr.startswith("Usage: portable aws ")
    assert VALUE not in ran.stderr
