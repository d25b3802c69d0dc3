"""The policy that `policy --deployer` prints is enough for every command, and has no action that none needs."""

from __future__ import annotations

from collections.abc import Iterator

from .aws import StrictAws
from .leftovers import leftovers
from .project import Project

EVERYTHING = 'alarm_email = "a@example.org"\nbudget_usd = 5\nbilling_alarm_usd = 5\nkeep_versions = 1\ntracing = true\n'
# Each is needed all the same:
NOT_CALLED_HERE = {
    *("iam:DetachRolePolicy", "iam:UpdateAssumeRolePolicy", "lambda:RemovePermission"),  # mend what was done by hand
    *("budgets:UntagResource", "cloudwatch:UntagResource", "sns:UntagResource"),  # a tag that leaves the settings
    "lambda:DeleteAlias",  # takes a first `previous` back
    "lambda:InvokeFunctionUrl",  # a signed request of the URL's check, and no call
    "lambda:ListTags",  # what GetFunction gives the tags for
    "secretsmanager:TagResource",  # what CreateSecret takes the tags for
    "sns:Unsubscribe",  # the old address, once the new one is confirmed
}


def granted(project: Project) -> set[str]:
    """Return every action of the printed policy."""
    policy = project.run("policy", "--deployer", "--json").facts
    return {action for statement in policy["Statement"] for action in _list(statement["Action"])}


def life(project: Project) -> Iterator[list[str]]:
    """Yield the commands of a stage's life, from nothing to nothing, with every setting that makes something."""
    value = project.folder / "value"
    value.write_text("v")
    project.replace("stack.yml", "    environment:\n", "    secrets: [token]\n    environment:\n")
    project.settings(EVERYTHING + "api_key = true\nquota_per_day = 10\nreserved_concurrency = 5\n")
    yield ["doctor"]
    yield ["secret", "set", "token", "--from-file", str(value)]
    yield ["doctor"]
    yield ["deploy", "--yes"]
    project.settings(EVERYTHING.replace("5", "6").replace("a@", "b@") + '[defaults.tags]\nteam = "red"\n')
    project.replace("function/openapi.json", "Answers every", "Answers each")
    project.replace("function/handler.py", "def handle(", "# changed\ndef handle(")
    yield ["deploy", "--yes"]
    project.settings('front_door = "http"\n')
    yield ["deploy", "--yes"]
    project.settings('front_door = "http"\nthrottle_rate = 3.0\n[defaults.tags]\nteam = "blue"\n')
    yield ["deploy", "--yes"]
    project.settings('front_door = "url"\n')
    yield ["deploy", "--yes"]
    project.settings('front_door = "url"\nurl_auth = "AWS_IAM"\n')
    yield ["deploy", "--yes", "--no-smoke"]
    yield ["deploy", "--yes", "--no-smoke", "--canary", "10", "--env", "GREETING=ciao"]
    yield ["promote", "--no-smoke"]
    yield ["rollback"]
    for command in ("status", "url", "versions", "logs", "plan"):
        yield [command]
    yield ["invoke", "-d", "{}"]
    yield ["secret", "list"]
    yield ["secret", "remove", "token"]
    yield ["secret", "set", "token", "--from-file", str(value)]
    yield ["destroy", "--yes", "--delete-logs", "--delete-secrets"]


def test_every_command_runs_with_it_and_calls_nothing_else(world: StrictAws, project: Project) -> None:
    allowed = granted(project)
    world.allow_only(allowed)
    world.forget_calls()
    for command in life(project):
        outcome = project.run(*command)

        assert "is missing" not in outcome.err, (command, outcome.err)
        assert "not authorized" not in outcome.err
        assert outcome.code == 0 or command == ["doctor"], (command, outcome.out, outcome.err)

    called = {call.action for call in world.calls}
    assert called <= allowed
    unused = ", ".join(sorted(allowed - called - NOT_CALLED_HERE - {"iam:PassRole"}))
    assert unused == ""
    assert [one for one in leftovers(world) if "secret" not in one] == []


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
