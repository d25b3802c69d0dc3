"""What `deploy` refuses, reports and goes on from."""

from __future__ import annotations

import pytest

from .api_server import ApiServer, Fault
from .project import Project
from .somebody import marked, update_as_somebody_else

ACTION = "actions/meditations"


def foreign(project: Project, server: ApiServer) -> None:
    """Have an action there that looks like ours, and is not."""
    project.deploy()
    update_as_somebody_else(server, annotations=[{"key": "require-whisk-auth", "value": "s3cret"}])()
    server.requests.clear()


class TestSomebodyElse:
    def test_an_action_that_is_not_ours_is_refused(self, server: ApiServer, project: Project) -> None:
        foreign(project, server)

        outcome = project.run("deploy", "--json")

        assert outcome.code == outcome.facts["exit_code"] == 5
        assert "an action meditations, version 0.0.2, that this did not make" in outcome.err
        assert server.methods == {"GET"}

    def test_adopting_one_keeps_its_annotations(self, server: ApiServer, project: Project) -> None:
        foreign(project, server)

        outcome = project.deploy("--adopt")

        assert "managed-by: portable" in outcome.out
        assert marked(server)["require-whisk-auth"] == "s3cret"
        assert project.deploy().last == "nothing to do"

    def test_one_that_is_created_meanwhile_is_not_overwritten(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        theirs = server.whisk.actions.pop(("meditations",))
        server.meanwhile[("PUT", ACTION)] = lambda: server.whisk.actions.update({("meditations",): theirs})

        outcome = project.run("deploy", "--memory", "512")

        assert outcome.code == 1
        assert "somebody else made or changed it meanwhile (resource already exists" in outcome.err
        assert server.whisk.actions[("meditations",)] is theirs

    def test_one_that_is_changed_meanwhile_is_reported(self, server: ApiServer, project: Project) -> None:
        """The API has no way to say `only if it is still version 0.0.1`; the next version tells."""
        project.deploy()
        server.meanwhile[("PUT", ACTION)] = update_as_somebody_else(server, limits={"memory": 128})

        outcome = project.run("deploy", "--memory", "512")

        assert outcome.code == 1
        assert "is at version 0.0.3, and not at 0.0.2: somebody else changed it" in outcome.err

    def test_a_conflict_is_reported(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        said = b'{"error": "Concurrent modification to resource detected.", "code": "t1"}'
        server.faults.append(Fault("PUT", ACTION, 409, {"Content-Type": "application/json"}, said))

        outcome = project.run("deploy", "--memory", "512")

        assert outcome.code == 1
        assert "Concurrent modification to resource detected.; code t1" in outcome.err
        assert server.whisk.actions[("meditations",)]["version"] == "0.0.1"


class TestInterrupted:
    def test_goes_on_after_it_failed_between_package_and_action(self, server: ApiServer, project: Project) -> None:
        server.faults.append(Fault("PUT", "actions/tools/meditations", 500))

        failed = project.run("deploy", "--package", "tools")

        assert failed.code == 1
        assert "done before that: package tools\n" in failed.err
        assert "OpenWhisk failed with 500" in failed.err
        assert project.deploy("--package", "tools").last == "1 created"
        assert project.deploy("--package", "tools").last == "nothing to do"

    def test_goes_on_after_the_answer_to_a_creation_was_lost(self, server: ApiServer, project: Project) -> None:
        """It is not sent again: the second would meet what the first has made."""
        server.faults.append(Fault("PUT", ACTION, is_done=True))

        failed = project.run("deploy")

        assert failed.code == 1
        assert "no answer" in failed.err
        assert project.deploy().last == "nothing to do"

    def test_an_update_is_sent_again_if_its_answer_was_lost(self, server: ApiServer, project: Project) -> None:
        project.deploy()
        server.faults.append(Fault("PUT", ACTION, is_done=True))

        assert project.deploy("--memory", "512").last == "1 updated"
        assert server.whisk.actions[("meditations",)]["limits"]["memory"] == 512


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory", "127"], "127 is not in the range x>=128"),
        (["--timeout", "99"], "99 is not in the range x>=100"),
        (["--logsize", "11"], "11 is not in the range 0<=x<=10"),
        (["--kind", "python:3.12", "--docker", "user/image"], "it takes one of --kind and --docker"),
    ],
)
def test_arguments_out_of_range_end_before_any_call(
    server: ApiServer, project: Project, arguments: list[str], message: str
) -> None:
    outcome = project.run("deploy", *arguments)

    assert outcome.code == 2
    assert message in outcome.err
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "a/b"], "the name of the action is 'a/b'; it takes up to 256 letters"),
        (["--name", "ü"], "the name of the action is 'ü'"),
        (["--name", "a" * 257], "the name of the action is 'aaa"),
        (["--package", " tools"], "the name of the package is ' tools'"),
        (["--package", "default"], "'default' is reserved"),
        (["--docker", "user/image 1"], "--docker is 'user/image 1'"),
        (["--kind", "python:2"], "the kind is 'python:2'"),
        (["--env", "NOT_SET"], "--env NOT_SET: it is not set here"),
        (["--env", "__OW_API_KEY=1"], "the name of an --env is '__OW_API_KEY'"),
        (["--env", "swordfish:1"], "the name of an --env is malformed"),
        (["--env", "BIG=" + "x" * 2**20], "over 1 MB"),
        (["--function", "/nonexistent"], "there is no function and no folder '/nonexistent'"),
    ],
)
def test_what_openwhisk_would_refuse_is_refused_before_any_call(
    server: ApiServer, project: Project, arguments: list[str], message: str
) -> None:
    outcome = project.run("deploy", *arguments)

    assert outcome.code == 2
    assert message in outcome.err
    assert server.requests == []


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("memory_mb = 127", "[defaults.openwhisk] memory_mb is 127, and must be at least 128"),
        ("timeout_ms = 99", "[defaults.openwhisk] timeout_ms is 99, and must be at least 100"),
        ("logs_mb = 11", "[defaults.openwhisk] logs_mb is 11, and must be at most 10"),
        ("logs_mb = -1", "[defaults.openwhisk] logs_mb is -1, and must be at least 0"),
        ("web = 'true'", "[defaults.openwhisk] web is 'true'; there are: raw, yes, no"),
        ("kind = 'nodejs:20'", "the kind is 'nodejs:20'"),
        ("package = 'a/b'", "the name of the package is 'a/b'"),
        ("environment = {a-b = '1'}", "[defaults.openwhisk.environment] a-b is no name that it takes"),
        ("environment = {__OW_X = '1'}", "[defaults.openwhisk.environment] __OW_X is no name that it takes"),
        ("annotations = {raw-http = false}", "[defaults.openwhisk.annotations] raw-http is what `web` sets"),
        ("annotations = {managed-by = 'me'}", "[defaults.openwhisk.annotations] managed-by is the deployer's own"),
        ("memory = 1", "[defaults.openwhisk] 'memory' is not known; did you mean 'memory_mb'?"),
    ],
)
def test_setting_of_the_file_is_refused_before_any_call(
    server: ApiServer, project: Project, toml: str, message: str
) -> None:
    project.settings(f"[defaults.openwhisk]\n{toml}\n")

    outcome = project.run("deploy")

    assert outcome.code == 2
    assert message in outcome.err
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--memory", "1024"],
            "refused it with 400 (The request content was malformed: requirement failed: memory 1024",
        ),
        (["--kind", "python:3.14"], "kind 'python:3.14' not in"),
    ],
)
def test_what_this_openwhisk_refuses_is_told(project: Project, arguments: list[str], message: str) -> None:
    outcome = project.run("deploy", *arguments)

    assert outcome.code == 1
    assert message in outcome.err
