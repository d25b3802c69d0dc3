"""Two people deploy the same stage at once: what goes live is what one of them deployed, never a mix of both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from ..project import Project, make_project
from ..strict import Killed, StrictAws

NAME = "meditations-dev"


class Interrupted:
    """A session in which somebody else acts once, just before the first version is published."""

    def __init__(self, session: Any, act: Callable[[], None]) -> None:
        self._session = session
        self._acts = [act]
        self.region_name = session.region_name

    def client(self, service_name: str, *, region_name: str | None = None, config: Config | None = None) -> Any:
        """Return a client."""
        client = self._session.client(service_name, region_name=region_name, config=config)
        client.meta.events.register("provide-client-params.lambda.PublishVersion", self._act)
        return client

    def get_credentials(self) -> Any:
        """Return the session's."""
        return self._session.get_credentials()

    def _act(self, **_: Any) -> None:
        while self._acts:
            self._acts.pop()()


@pytest.fixture
def other(world: StrictAws, tmp_path: Path) -> Project:
    """Return the same project on somebody else's machine."""
    folder = tmp_path / "other"
    folder.mkdir()
    return make_project(folder, lambda _: world.session(), world.fetch)


def client(world: StrictAws) -> Any:
    """Return a client for Lambda."""
    return world.session().client("lambda", region_name="eu-west-1")


def live_memory(world: StrictAws) -> int:
    """Return how much the live version has."""
    return int(client(world).get_function_configuration(FunctionName=NAME, Qualifier="live")["MemorySize"])


def meanwhile(world: StrictAws, project: Project, act: Callable[[], None]) -> Project:
    """Return the project in a world where somebody acts before it publishes."""
    session = Interrupted(world.session(), act)
    return Project(project.folder, lambda _: session, project.fetch, project.environ)


@pytest.mark.parametrize("canary", [(), ("--canary", "10")], ids=["deploy", "canary"])
def test_settings_of_another_deploy_that_was_killed_never_go_live(
    world: StrictAws, project: Project, other: Project, canary: tuple[str, ...]
) -> None:
    project.deploy()
    project.settings("memory_mb = 256\n")
    other.settings("memory_mb = 512\n")

    def killed() -> None:
        world.kill_after(1)
        with pytest.raises(Killed, match="update_function_configuration"):
            other.deploy()
        world.calm()

    outcome = meanwhile(world, project, killed).deploy(*canary)

    assert outcome.code == 1
    assert "MemorySize\nSomeone else changed it meanwhile; run the command again" in outcome.err
    assert live_memory(world) == 128
    assert "RoutingConfig" not in client(world).get_alias(FunctionName=NAME, Name="live")
    assert project.deploy().code == 0
    assert live_memory(world) == 256
    assert project.run("plan", "--exit-code").code == 0


def test_a_whole_deploy_in_between_wins_and_the_first_can_be_run_again(
    world: StrictAws, project: Project, other: Project
) -> None:
    project.deploy()
    project.settings("memory_mb = 256\n")
    other.settings("memory_mb = 512\n")
    codes = list[int]()

    outcome = meanwhile(world, project, lambda: codes.append(other.deploy().code)).deploy()

    assert (outcome.code, codes) == (1, [0])
    assert live_memory(world) == 512
    assert project.deploy().code == 0
    assert live_memory(world) == 256


def test_a_stable_alias_of_the_users_never_stops_a_deploy(world: StrictAws, project: Project) -> None:
    project.deploy()
    client(world).create_alias(FunctionName=NAME, Name="stable", FunctionVersion="1")

    for memory in (256, 384, 512):
        project.settings(f"keep_versions = 1\nmemory_mb = {memory}\n")
        assert project.deploy().code == 0

    assert client(world).get_alias(FunctionName=NAME, Name="stable")["FunctionVersion"] == "1"


def test_live_that_was_deleted_by_hand_is_made_anew(world: StrictAws, project: Project) -> None:
    for memory in (256, 384):
        project.settings(f"keep_versions = 1\nmemory_mb = {memory}\n")
        project.deploy()
    client(world).delete_alias(FunctionName=NAME, Name="live")

    assert project.deploy().code == 0
    assert live_memory(world) == 384
