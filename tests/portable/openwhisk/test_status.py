"""What `status` shows."""

from __future__ import annotations

from .api_server import ApiServer
from .project import HANDLER, Project


def test_says_that_nothing_is_there(server: ApiServer, project: Project) -> None:
    for arguments in ([], ["--package", "tools"]):
        outcome = project.run("status", *arguments)

        given = " ".join([f"--stack={project.folder}/stack.yml", *(["--package=tools"] if arguments else [])])
        assert (outcome.code, outcome.last) == (0, f"nothing yet: `portable openwhisk deploy {given}` makes it")
        assert project.run("status", *arguments, "--json").facts["deployed"] is False


def test_shows_what_is_there_and_that_it_is_the_same(server: ApiServer, project: Project) -> None:
    project.deploy("--env", "TOKEN=swordfish")

    facts = project.run("status", "--json").facts

    assert facts["version"] == "0.0.1, updated 2027-01-15T08:00:01Z"
    assert facts["limits"] == "256 MB, 60000 ms, 10 MB of logs"
    assert (facts["kind"], facts["env"], facts["made_by"]) == ("python:3.12", "TOKEN", "this")
    assert facts["differs"] == "no: what is here is what is there"
    assert facts["url"].endswith("/default/meditations.http")


def test_says_that_what_is_here_differs(project: Project) -> None:
    project.deploy()
    project.handler(HANDLER + "# more\n")

    assert project.run("status", "--json").facts["differs"].startswith("yes: `portable openwhisk deploy --dry-run ")


def test_says_what_cannot_be_known(project: Project) -> None:
    project.deploy("--docker", "user/image:1")

    facts = project.run("status", "--json").facts

    assert (facts["kind"], facts["differs"]) == ("user/image:1", "not known: the code is in the image")


def test_tells_an_action_of_somebody_else(server: ApiServer, project: Project) -> None:
    project.deploy()
    server.whisk.put_action(("meditations",), {"annotations": []}, overwrite=True)

    facts = project.run("status", "--json").facts

    assert facts["made_by"].startswith("somebody else")
    assert facts["url"] == "none: it is no web action"


def test_tells_what_was_changed_after_the_last_deploy(server: ApiServer, project: Project) -> None:
    project.deploy()
    server.whisk.put_action(("meditations",), {"limits": {"memory": 128}}, overwrite=True)

    assert project.run("status", "--json").facts["differs"] == "yes: it was changed after the last deploy"


def test_is_shown_even_if_what_is_here_cannot_be_built(project: Project) -> None:
    project.deploy()
    (project.folder / "function" / "handler.py").unlink()

    outcome = project.run("status", "--json")

    assert outcome.code == 0
    assert outcome.facts["differs"].startswith("not known: there is nothing to ship")
