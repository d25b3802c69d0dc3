"""What is never done quietly: each of these was a defect, or would be a costly one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ...deploying.worlds import Terminal
from ..project import Project
from ..strict import StrictAws

NAME = "meditations-dev"


def client(world: StrictAws, service: str = "lambda") -> Any:
    """Return a boto3 client, as of somebody at the console."""
    return world.session().client(service, region_name="eu-west-1")


def live(world: StrictAws) -> str:
    """Return the version that is live."""
    return str(client(world).get_alias(FunctionName=NAME, Name="live")["FunctionVersion"])


def silent(project: Project) -> Project:
    """Return the same project in a world where every URL answers 500."""
    return Project(project.folder, project.session, lambda *_: (500, {}, b"no"), project.environ)


def test_a_url_that_never_answered_is_asked_again_by_the_next_deploy(world: StrictAws, project: Project) -> None:
    first = silent(project).deploy()
    again = silent(project).deploy()

    assert (first.code, again.code) == (4, 4)
    assert "nothing was taken back" in first.err
    assert project.deploy().code == 0


def test_asking_the_url_is_no_change(world: StrictAws, project: Project) -> None:
    project.deploy()

    assert project.run("plan", "--exit-code").code == 0
    assert project.deploy("--json").facts["changes"] == []


def test_a_function_is_invoked_once_even_if_its_answer_is_lost(world: StrictAws, project: Project) -> None:
    project.deploy()
    world.forget_calls()
    world.lose_answer("lambda", "invoke", times=5)

    outcome = project.run("invoke", "-d", "{}")

    assert outcome.code == 1
    assert "AWS cannot be reached" in outcome.err
    world.calm()
    assert project.run("invoke", "-d", "{}").code == 0


@pytest.mark.parametrize("command", [["rollback"], ["promote"], ["deploy", "--yes"]])
def test_a_function_that_is_not_ours_is_left_alone(world: StrictAws, project: Project, command: list[str]) -> None:
    project.deploy()
    arn = client(world).get_function(FunctionName=NAME)["Configuration"]["FunctionArn"]
    client(world).untag_resource(Resource=arn, TagKeys=["app", "stage", "managed-by"])
    since = len(world.mutating_calls)

    outcome = project.run(*command)

    assert outcome.code == 5
    assert NAME in outcome.err
    assert len(world.mutating_calls) == since


def test_destroy_leaves_a_function_that_is_not_ours_with_its_url_and_says_so(
    world: StrictAws, project: Project
) -> None:
    project.settings('front_door = "url"\n')
    project.deploy()
    arn = client(world).get_function(FunctionName=NAME)["Configuration"]["FunctionArn"]
    client(world).untag_resource(Resource=arn, TagKeys=["app", "stage", "managed-by"])

    outcome = project.run("destroy", "--yes")

    assert f"left: function {NAME}" in outcome.out
    assert client(world).get_function_url_config(FunctionName=NAME, Qualifier="live")["FunctionUrl"]


def test_a_denied_call_names_the_action_that_aws_names(world: StrictAws, project: Project) -> None:
    said = "User: me is not authorized to perform: iam:PassRole on resource: role because no policy allows it"
    world.fail_next("lambda", "create_function", "AccessDeniedException", said, status=403)

    outcome = project.deploy()

    assert outcome.code == 1
    assert "The action iam:PassRole is missing" in outcome.err


def test_a_changed_canary_is_told_with_its_own_version(world: StrictAws, project: Project) -> None:
    project.deploy()
    project.deploy("--canary", "10", "--env", "GREETING=ciao")

    outcome = project.deploy("--canary", "50", "--env", "GREETING=ciao", "--json")

    assert (outcome.facts["version"], outcome.facts["canary"]) == ("1", "2")


def test_the_way_back_is_told_only_where_there_is_one(world: StrictAws, project: Project) -> None:
    first = project.deploy()
    project.settings("retention_days = 30\n")
    retention = project.deploy()
    second = project.deploy("--env", "GREETING=ciao")

    assert ["back with" in one.out for one in (first, retention, second)] == [False, False, True]


def test_quiet_shows_what_was_asked_for(world: StrictAws, project: Project) -> None:
    assert "function" in project.run("plan", "-q").out
    asked = project.run("deploy", "-q", stdin=Terminal("n\n"))
    assert asked.code == 5
    assert "+ function" in asked.err


def test_an_interrupted_command_is_one_object_for_machines(world: StrictAws, project: Project) -> None:
    def interrupted(_: str | None) -> Any:
        raise KeyboardInterrupt

    outcome = Project(project.folder, interrupted, project.fetch, project.environ).run("plan", "--json")

    assert outcome.code == 130
    assert json.loads(outcome.out)["exit_code"] == 130


def test_a_failed_command_is_one_object_for_machines(world: StrictAws, project: Project) -> None:
    outcome = project.run("url", "--json")

    assert outcome.code == 1
    assert outcome.facts["exit_code"] == 1


def test_a_variable_that_is_no_text_is_refused_without_its_value(world: StrictAws, project: Project) -> None:
    outcome = project.deploy("--env", "GREETING=secret\0value")

    assert outcome.code == 2
    assert "GREETING" in outcome.err
    assert "secret" not in outcome.err


def test_a_secret_that_nobody_declares_is_noted(world: StrictAws, project: Project) -> None:
    value = project.folder / "value"
    value.write_text("v")

    outcome = project.run("secret", "set", "api-tokne", "--from-file", str(value))

    assert outcome.code == 0
    assert "'api-tokne' is not under `secrets:`" in outcome.err


def test_a_payload_that_is_no_json_is_not_sent(world: StrictAws, project: Project) -> None:
    project.deploy()
    world.forget_calls()

    outcome = project.run("invoke", "-d", "{no")

    assert outcome.code == 2
    assert "--data is no JSON" in outcome.err
    assert world.calls == []


def test_a_rollback_whose_api_is_no_longer_there_says_so(world: StrictAws, project: Project) -> None:
    project.deploy()
    project.replace("function/openapi.json", "Answers every", "Answers each")
    project.deploy("--env", "GREETING=ciao")
    gateway = client(world, "apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    for one in gateway.get_deployments(restApiId=api["id"])["items"]:
        if one["description"].startswith("version 1;"):
            gateway.delete_deployment(restApiId=api["id"], deploymentId=one["id"])

    outcome = project.run("rollback")

    assert outcome.code == 0
    assert live(world) == "1"
    assert "no deployment of the API from version 1 or before is left" in outcome.out


def test_a_rollback_whose_url_does_not_answer_stays_and_is_one_object(world: StrictAws, project: Project) -> None:
    project.deploy()
    project.replace("function/openapi.json", "Answers every", "Answers each")
    project.deploy("--env", "GREETING=ciao")

    outcome = silent(project).run("rollback", "--json")

    assert outcome.code == 4
    assert outcome.facts["exit_code"] == 4
    assert live(world) == "1"
    gateway = client(world, "apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    shown = gateway.get_stage(restApiId=api["id"], stageName="dev")["deploymentId"]
    labels = {one["id"]: one["description"] for one in gateway.get_deployments(restApiId=api["id"])["items"]}
    assert labels[shown].startswith("version 1;")


def test_ending_a_canary_leaves_the_api_alone(world: StrictAws, project: Project) -> None:
    project.deploy()
    project.replace("function/openapi.json", "Answers every", "Answers each")
    project.deploy("--env", "GREETING=ciao")
    project.run("rollback")
    project.replace("function/openapi.json", "Answers each", "Answers every")
    project.deploy("--env", "GREETING=three")
    project.deploy("--env", "GREETING=four", "--canary", "10")
    since = len(world.mutating_calls)

    assert project.run("rollback").code == 0

    assert {call.service for call in world.mutating_calls[since:]} == {"lambda"}
