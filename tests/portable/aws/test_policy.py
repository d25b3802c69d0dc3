"""`policy --deployer`: the printed policy is enough for every command, and has nothing that none of them needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from .leftovers import leftovers
from .project import Project
from .strict import StrictAws
from .stubs import REGION

NAME = "meditations-dev"
ROLE = f"{NAME}-eu-west-1"
BLANK = boto3.Session(aws_access_key_id="id", aws_secret_access_key="secret", region_name=REGION)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: of a managed policy, without whitespace
MOST_CHARACTERS = 6144
REST = "api_key = true\nquota_per_day = 10\nreserved_concurrency = 5\nkeep_versions = 1\n"
WATCHED = 'alarm_email = "a@example.org"\nbudget_usd = 5\nbilling_alarm_usd = 5\n'
NOTHING = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}]}
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
NO_CALL = {
    "iam:PassRole": "Lambda asks for it when it is given the role",
    "secretsmanager:TagResource": "CreateSecret with tags needs it",
    "lambda:ListTags": "GetFunction leaves out the tags without it",
    "lambda:InvokeFunctionUrl": "a signed request to the URL with AWS_IAM",
}
"""What is needed, and is no call of that name: the reason."""
NOT_OPERATIONS = {
    *(f"apigateway:{verb}" for verb in ("GET", "POST", "PUT", "PATCH", "DELETE")),
    *(
        "lambda:InvokeFunction",
        "lambda:InvokeFunctionUrl",
        "iam:PassRole",
        "budgets:ViewBudget",
        "budgets:ModifyBudget",
    ),
}
"""The actions that are not called as an operation is."""


def printed(project: Project) -> dict[str, Any]:
    """Return the printed policy."""
    policy: dict[str, Any] = project.run("policy", "--deployer", "--json").facts
    return policy


def granted(project: Project) -> list[str]:
    """Return every action of it."""
    actions = [one["Action"] for one in printed(project)["Statement"]]
    return [action for one in actions for action in ([one] if isinstance(one, str) else one)]


class TestDocument:
    def test_no_action_and_no_service_is_granted_whole(self, world: StrictAws, project: Project) -> None:
        assert [action for action in granted(project) if "*" in action] == []

    def test_every_action_is_one_of_awss(self, world: StrictAws, project: Project) -> None:
        """As botocore's models name the operations."""
        actions = {action for action in granted(project) if action not in NOT_OPERATIONS}
        services = {action.partition(":")[0] for action in actions}

        models = {service: BLANK.client(service).meta.service_model.operation_names for service in services}

        assert actions <= {f"{service}:{name}" for service, names in models.items() for name in names}

    def test_the_role_is_passed_to_lambda_alone(self, world: StrictAws, project: Project) -> None:
        (passing,) = [one for one in printed(project)["Statement"] if "iam:PassRole" in one["Action"]]

        assert passing["Action"] == "iam:PassRole"
        assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
        assert passing["Resource"] == ["arn:aws:iam::123456789012:role/meditations-*"]

    def test_it_fits_into_a_managed_policy(self, world: StrictAws, project: Project) -> None:
        assert len(json.dumps(printed(project), separators=(",", ":"))) < MOST_CHARACTERS


class TestAtWork:
    @pytest.fixture
    def allowed(self, world: StrictAws, project: Project) -> set[str]:
        """Allow what the policy allows, and nothing else."""
        allowed = set(granted(project))
        world.allow_only(allowed)
        world.forget_calls()
        return allowed

    def test_a_whole_life_needs_all_of_it_and_nothing_else(
        self, world: StrictAws, project: Project, allowed: set[str]
    ) -> None:
        for command in life(world, project, allowed):
            outcome = project.run(*command)
            assert outcome.code == 0, (command, outcome.out, outcome.err)

        called = {call.action for call in world.calls}
        assert called <= allowed
        assert allowed - called == NO_CALL.keys()
        world.calm()
        assert [one for one in leftovers(world) if not one.startswith("secret ")] == []

    @pytest.mark.parametrize("action", ["lambda:UpdateAlias", "iam:PutRolePolicy", "logs:PutRetentionPolicy"])
    def test_less_than_it_is_not_enough(
        self, world: StrictAws, project: Project, allowed: set[str], action: str
    ) -> None:
        """The world does deny what is not allowed, and the message names it."""
        project.deploy()
        world.allow_only(allowed - {action})
        project.settings("retention_days = 30\ntracing = true\n")

        outcome = project.deploy()

        assert outcome.code == 1
        assert f"The action {action} is missing" in outcome.err


def life(world: StrictAws, project: Project, allowed: set[str]) -> Iterator[list[str]]:
    """Yield the commands of a stage's life, from nothing to nothing, with every setting that makes something."""
    deploy = ["deploy", "--yes"]
    project.replace("stack.yml", "    environment:\n", "    secrets: [token]\n    environment:\n")
    value = project.folder / "value"
    value.write_text("v")
    keep = ["secret", "set", "token", "--from-file", str(value)]
    project.settings(REST + WATCHED + '[defaults.tags]\nteam = "red"\n')
    package = ["package", "-o", str(project.folder / "function.zip")]
    yield from (keep, keep, ["doctor"], package, ["plan"], deploy)
    fail(project)

    meddle(world, allowed)
    other = REST + WATCHED.replace("a@", "b@").replace("5", "6")
    project.settings(other + 'retention_days = 30\nthrottle_rate = 3.0\n[defaults.tags]\nunit = "one"\n')
    project.replace("function/openapi.json", "Answers every", "Answers each")
    project.replace("function/handler.py", "def handle(", "# changed\ndef handle(")
    yield deploy
    world.confirm("b@example.org")
    yield deploy
    yield [*deploy, "--env", "GREETING=one", "--canary", "10"]
    yield ["promote"]
    yield [*deploy, "--env", "GREETING=two", "--canary", "10"]
    for command in ("rollback", "rollback", "status", "url", "versions", "logs", "invoke"):
        yield [command]
    yield [*deploy, "--env", "GREETING=three"]

    for settings in (
        'front_door = "http"\n',
        'front_door = "http"\nthrottle_rate = 3.0\n[defaults.tags]\nunit = "two"\n',
        'front_door = "url"\n',
        'front_door = "url"\nurl_auth = "AWS_IAM"\n',
    ):
        project.settings(settings)
        yield deploy
    project.settings(WATCHED)
    yield deploy
    yield from (["secret", "list"], ["secret", "remove", "token"], keep)
    yield ["destroy", "--yes", "--delete-logs", "--delete-secrets"]


def fail(project: Project) -> None:
    """Deploy what does not answer: it is taken back."""
    unwell = Project(project.folder, project.session, lambda *_: (500, {}, b""), project.environ)
    outcome = unwell.deploy("--env", "GREETING=nobody")
    assert (outcome.code, "could not be taken back" in outcome.err) == (4, False), outcome.err


def meddle(world: StrictAws, allowed: set[str]) -> None:
    """Do by hand what the next deploy has to repair, and confirm what waits for it."""
    world.confirm("a@example.org")
    world.allow_only({"*"})
    since = len(world.calls)
    iam = world.session().client("iam", region_name=REGION)
    policy = iam.create_policy(PolicyName="by-hand", PolicyDocument=NOTHING)["Policy"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=policy["Arn"])
    iam.put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=NOTHING)
    iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=TRUST)
    del world.calls[since:]
    world.allow_only(allowed)
