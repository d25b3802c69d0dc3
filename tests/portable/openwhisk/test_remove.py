"""What `remove` removes and leaves."""

from __future__ import annotations

from typing import Any

import pytest

from ..deploying.worlds import Terminal
from .api_server import ApiServer, Fault
from .project import Project


def test_removes_the_action_and_its_package(server: ApiServer, project: Project) -> None:
    project.deploy("--package", "tools")

    outcome = project.run("remove", "--package", "tools", "--yes")

    assert (outcome.code, outcome.last) == (0, "2 removed")
    assert (server.whisk.actions, server.whisk.packages) == ({}, {})


@pytest.mark.parametrize("package", [[], ["--package", "tools"]])
def test_again_is_no_failure(server: ApiServer, project: Project, package: list[str]) -> None:
    project.deploy(*package)
    project.run("remove", *package, "--yes")
    server.requests.clear()

    outcome = project.run("remove", *package)

    assert (outcome.code, outcome.last) == (0, "nothing to do: already gone")
    assert server.methods == {"GET"}


def test_removes_a_package_that_was_left(server: ApiServer, project: Project) -> None:
    project.deploy("--package", "tools")
    server.faults += [Fault("DELETE", "packages/tools", 403)]

    assert project.run("remove", "--package", "tools", "--yes").code == 1
    assert project.run("remove", "--package", "tools", "--yes").last == "1 removed"
    assert server.whisk.packages == {}


def test_takes_what_is_gone_meanwhile_as_gone(server: ApiServer, project: Project) -> None:
    project.deploy()
    server.meanwhile[("DELETE", "actions/meditations")] = server.whisk.actions.clear

    assert project.run("remove", "--yes").last == "nothing to do: already gone"


@pytest.mark.parametrize("is_ours", [True, False])
def test_leaves_a_package_that_has_more_or_is_not_ours(server: ApiServer, project: Project, *, is_ours: bool) -> None:
    if not is_ours:
        server.whisk.put_package("tools", {}, overwrite=False)
    project.deploy("--package", "tools")
    if is_ours:
        project.deploy("--package", "tools", "--name", "other")

    outcome = project.run("remove", "--package", "tools", "--yes")

    assert "left: package tools: something else is in it, or this did not make it\n" in outcome.out
    assert ("DELETE", "packages/tools") not in server.requests
    assert ("tools", "meditations") not in server.whisk.actions


def test_leaves_a_package_that_gets_more_meanwhile(server: ApiServer, project: Project) -> None:
    project.deploy("--package", "tools")
    theirs: dict[tuple[str, ...], Any] = {("tools", "theirs"): server.whisk.actions[("tools", "meditations")]}
    server.meanwhile[("DELETE", "packages/tools")] = lambda: server.whisk.actions.update(theirs)

    outcome = project.run("remove", "--package", "tools", "--yes")

    assert outcome.code == 0
    assert "left: package tools: something else is in it now\n" in outcome.out


def test_refuses_an_action_that_is_not_ours(server: ApiServer, project: Project) -> None:
    project.deploy()
    server.whisk.put_action(("meditations",), {"annotations": []}, overwrite=True)
    server.requests.clear()

    outcome = project.run("remove", "--yes")

    assert outcome.code == 5
    assert server.methods == {"GET"}
    assert project.run("remove", "--yes", "--adopt").last == "1 removed"


@pytest.mark.parametrize(("typed", "code"), [("meditations\n", 0), ("y\n", 5), ("", 5)])
def test_wants_the_name_typed(server: ApiServer, project: Project, typed: str, code: int) -> None:
    project.deploy()

    outcome = project.run("remove", stdin=Terminal(typed))

    assert outcome.code == code
    assert (("meditations",) in server.whisk.actions) == (code == 5)


def test_refuses_if_nobody_can_be_asked(server: ApiServer, project: Project) -> None:
    project.deploy()
    server.requests.clear()

    outcome = project.run("remove")

    assert outcome.code == 5
    assert "say --yes" in outcome.err
    assert server.methods == {"GET"}
