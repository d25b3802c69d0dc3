"""From nothing to a served URL and on: the real commands, a strict AWS, the real zip in Lambda's runtime client."""

from __future__ import annotations

import json

import pytest

from ..leftovers import leftovers
from ..project import Project
from ..strict import StrictAws

DOORS = ["rest", "http", "url"]
SECOND = "the second of machines abides"


def changed(world: StrictAws, since: int) -> list[str]:
    """Return the operations that changed something since the call of that number; the smoke test's invoke is none."""
    return [call.operation for call in world.mutating_calls[since:] if call.operation != "invoke"]


def meditation(world: StrictAws, url: str) -> tuple[int, str]:
    """Return the status of a POST to the URL, and its meditation."""
    status, _, body = world.fetch("POST", url, {})
    return status, json.loads(body).get("meditation", "")


def with_second_source(project: Project) -> None:
    """Change the function so that the one meditation left is another one."""
    project.replace("function/handler.py", "def handle(", f'MEDITATIONS = ["{SECOND}"]\n\n\ndef handle(')


@pytest.mark.parametrize("door", DOORS)
def test_from_nothing_to_a_url_that_answers(world: StrictAws, project: Project, door: str) -> None:
    project.settings(f'front_door = "{door}"\n')

    outcome = project.deploy()

    assert outcome.code == 0, outcome.err
    url = project.run("url").out.strip()
    assert url in outcome.out
    status, said = meditation(world, url)
    assert (status, bool(said)) == (200, True)


@pytest.mark.parametrize("door", DOORS)
def test_a_second_deploy_makes_no_changing_call(world: StrictAws, project: Project, door: str) -> None:
    project.settings(f'front_door = "{door}"\nalarm_email = "a@example.org"\nbudget_usd = 5\n')
    project.deploy()
    since = len(world.mutating_calls)

    again = project.deploy()

    assert again.code == 0
    assert "nothing to do" in again.out
    assert changed(world, since) == []
    assert project.run("plan", "--exit-code").code == 0


def test_the_articles_failure_is_the_missing_permission(world: StrictAws, project: Project) -> None:
    project.deploy()
    url = project.run("url").out.strip()
    client = world.session().client("lambda", region_name="eu-west-1")
    policy = json.loads(client.get_policy(FunctionName="meditations-dev", Qualifier="live")["Policy"])
    for statement in policy["Statement"]:
        client.remove_permission(FunctionName="meditations-dev", Qualifier="live", StatementId=statement["Sid"])

    assert meditation_status(world, url) == (500, {"message": "Internal server error"})

    assert project.deploy().code == 0
    assert meditation(world, url)[0] == 200


def meditation_status(world: StrictAws, url: str) -> tuple[int, object]:
    """Return the status of a POST to the URL, and its body."""
    status, _, body = world.fetch("POST", url, {})
    return status, json.loads(body)


FULL = 'alarm_email = "a@example.org"\nbudget_usd = 5\n'
NEW_VERSION = {"publish_version", "create_alias", "update_alias"}


@pytest.mark.parametrize(
    ("file", "old", "new", "operations"),
    [
        ("stack.yml", "GREETING: hello", "GREETING: ciao", NEW_VERSION | {"update_function_configuration"}),
        ("deploy.toml", FULL, FULL + "memory_mb = 256\n", NEW_VERSION | {"update_function_configuration"}),
        ("function/handler.py", "def handle(", "# a line\ndef handle(", NEW_VERSION | {"update_function_code"}),
        (
            "function/openapi.json",
            "Answers every POST",
            "Answers each POST",
            {"put_rest_api", "create_deployment", "update_stage"},
        ),
        ("deploy.toml", "a@example.org", "b@example.org", {"subscribe", "create_subscriber", "delete_subscriber"}),
        ("deploy.toml", FULL, FULL + "retention_days = 30\n", {"put_retention_policy"}),
        ("deploy.toml", FULL, FULL + "throttle_rate = 50.0\n", {"update_stage"}),
        ("deploy.toml", "budget_usd = 5", "budget_usd = 6", {"update_budget"}),
    ],
    ids=["environment", "memory", "source", "spec", "address", "retention", "throttle", "budget"],
)
def test_what_changed_is_all_that_is_changed(
    world: StrictAws, project: Project, file: str, old: str, new: str, operations: set[str]
) -> None:
    project.settings(FULL)
    project.deploy()
    world.confirm("a@example.org")
    since = len(world.mutating_calls)
    project.replace(file, old, new)

    outcome = project.deploy()

    assert outcome.code == 0, outcome.err
    assert changed(world, since), "nothing was changed"
    assert set(changed(world, since)) <= operations
    assert project.run("plan", "--exit-code").code == 0


def test_a_version_that_does_not_answer_gets_no_traffic(world: StrictAws, project: Project) -> None:
    project.deploy()
    url = project.run("url").out.strip()
    project.replace(
        "function/handler.py",
        "def handle(event, context):",
        "def handle(event, context):\n    raise ValueError('broken')",
    )

    outcome = project.deploy()

    assert outcome.code == 4
    assert "500" in outcome.err
    assert meditation(world, url)[0] == 200
    rows = project.run("versions", "--json").facts["versions"]
    assert [row["version"] for row in rows if "live" in row["marks"]] == ["1"]


def test_a_url_that_does_not_answer_takes_the_alias_back(world: StrictAws, project: Project) -> None:
    project.deploy()
    url = project.run("url").out.strip()
    with_second_source(project)
    broken = Project(project.folder, project.session, lambda *_: (500, {}, b"no"), project.environ)

    outcome = broken.deploy()

    assert outcome.code == 4
    assert "taking back: alias live" in outcome.err
    assert meditation(world, url) != (200, SECOND)


def test_rollback_takes_code_and_configuration_back_and_toggles(world: StrictAws, project: Project) -> None:
    project.deploy()
    url = project.run("url").out.strip()
    with_second_source(project)
    project.deploy("--env", "GREETING=ciao")
    assert meditation(world, url) == (200, SECOND)

    back = project.run("rollback")

    assert back.code == 0, back.err
    assert "again" in back.out
    assert meditation(world, url)[1] != SECOND
    assert live_configuration(world)["Environment"]["Variables"] == {"GREETING": "hello"}

    project.run("rollback")

    assert meditation(world, url) == (200, SECOND)
    assert live_configuration(world)["Environment"]["Variables"] == {"GREETING": "ciao"}


def live_configuration(world: StrictAws) -> dict[str, dict[str, object]]:
    """Return the configuration of the version that is live."""
    client = world.session().client("lambda", region_name="eu-west-1")
    found: dict[str, dict[str, object]] = client.get_function_configuration(
        FunctionName="meditations-dev", Qualifier="live"
    )
    return found


def test_rollback_to_a_version_and_to_none_that_there_is(world: StrictAws, project: Project) -> None:
    for greeting in ("one", "two", "three"):
        project.deploy("--env", f"GREETING={greeting}")

    assert project.run("rollback", "--to", "1").code == 0
    assert live_configuration(world)["Environment"]["Variables"] == {"GREETING": "one"}

    missing = project.run("rollback", "--to", "9")
    assert missing.code in (1, 2)
    assert "1, 2, 3" in missing.err


def test_a_version_that_an_alias_uses_is_never_pruned(world: StrictAws, project: Project) -> None:
    project.settings("keep_versions = 1\n")
    for greeting in ("one", "two", "three", "four"):
        assert project.deploy("--env", f"GREETING={greeting}").code == 0

    rows = project.run("versions", "--json").facts["versions"]

    assert {row["version"] for row in rows} == {"3", "4"}
    assert project.run("rollback").code == 0


def test_a_canary_gets_its_share_and_is_promoted(world: StrictAws, project: Project) -> None:
    project.deploy()
    with_second_source(project)

    assert project.deploy("--canary", "10").code == 0
    client = world.session().client("lambda", region_name="eu-west-1")
    alias = client.get_alias(FunctionName="meditations-dev", Name="live")
    assert (alias["FunctionVersion"], alias["RoutingConfig"]["AdditionalVersionWeights"]) == ("1", {"2": 0.1})

    assert project.run("promote").code == 0
    alias = client.get_alias(FunctionName="meditations-dev", Name="live")
    assert (alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}) == ("2", {})
    assert project.run("promote").code in (1, 2)


def test_a_canary_is_taken_back(world: StrictAws, project: Project) -> None:
    project.deploy()
    with_second_source(project)
    project.deploy("--canary", "10")

    assert project.run("rollback").code == 0

    alias = (
        world.session().client("lambda", region_name="eu-west-1").get_alias(FunctionName="meditations-dev", Name="live")
    )
    assert (alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}) == ("1", {})


@pytest.mark.parametrize("door", DOORS)
def test_destroy_leaves_what_it_says_and_can_be_repeated(world: StrictAws, project: Project, door: str) -> None:
    project.settings(f'front_door = "{door}"\n{FULL}')
    project.deploy()

    gone = project.run("destroy", "--yes")

    assert gone.code == 0, gone.err
    assert leftovers(world) == ["log group /aws/lambda/meditations-dev"]
    assert "left: log group /aws/lambda/meditations-dev" in gone.out
    assert project.run("destroy", "--yes", "--delete-logs").code == 0
    assert leftovers(world) == []
    assert "nothing to do" in project.run("destroy", "--yes", "--delete-logs").out


@pytest.mark.parametrize(("before", "after"), [("rest", "http"), ("http", "url"), ("url", "rest"), ("rest", "none")])
def test_another_front_door_takes_the_place_of_the_first(
    world: StrictAws, project: Project, before: str, after: str
) -> None:
    project.settings(f'front_door = "{before}"\n')
    project.deploy()
    old_url = project.run("url").out.strip()
    project.settings(f'front_door = "{after}"\n')

    outcome = project.deploy()

    assert outcome.code == 0, outcome.err
    with pytest.raises(OSError, match="no such host"):
        world.fetch("POST", old_url, {})
    if after == "none":
        assert project.run("url").code == 1
    else:
        assert meditation(world, project.run("url").out.strip())[0] == 200
    assert project.run("plan", "--exit-code").code == 0


def test_stages_know_nothing_of_each_other(world: StrictAws, project: Project) -> None:
    project.deploy()
    dev = project.run("url").out.strip()
    assert project.deploy("--stage", "test").code == 0

    assert project.run("destroy", "--stage", "test", "--yes", "--delete-logs").code == 0

    assert meditation(world, dev)[0] == 200
    assert project.run("plan", "--exit-code").code == 0


def test_an_api_key_is_demanded_by_the_api_itself(world: StrictAws, project: Project) -> None:
    project.settings("api_key = true\nquota_per_day = 1000\n")

    outcome = project.deploy()

    assert outcome.code == 0, outcome.err
    assert world.fetch("POST", project.run("url").out.strip(), {})[0] == 403
    assert project.run("plan", "--exit-code").code == 0
    project.run("destroy", "--yes", "--delete-logs")
    assert leftovers(world) == []
