"""The gateway as faas-cli sees it: the real program where it is on PATH, and a strict stand-in everywhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest
import yaml

from tests.tools import python_image, require

from ..artifacts import SAMPLE
from ..containers import image
from ..processes import REPOSITORY_DIR, TIMEOUT_S, running
from .compose import compose_up, copy_into
from .faas_cli_scenarios import LOGIN, SCENARIOS, Scenario, Step
from .gateway import Gateway
from .gateways import TRAFFIC, over_processes, stack_of

STAND_IN = (sys.executable, "-m", "tests.runtimes.gateway.go_client")
STORE_IMAGE = "local/meditations:latest"  # which the gateway's store says is built before
FUNCTIONS: dict[str, dict[str, str]] = {"first": {"com.openfaas.scale.min": "1"}, "second": {}}


@dataclass(frozen=True)
class Place:
    """A gateway, and a folder with the stack file of its functions."""

    gateway: Gateway
    folder: Path
    has: str
    """"images" or "processes"."""

    @property
    def words(self) -> Mapping[str, str]:
        """What a step's text may name."""
        functions = yaml.safe_load((self.folder / "stack.yml").read_text())["functions"]
        return {
            "url": self.gateway.url,
            "password": self.gateway.password,
            "image": functions["first"]["image"],
            "orchestration": "docker" if self.has == "images" else "process",
        }


@dataclass(frozen=True)
class Cli:
    """faas-cli, or what stands in for it, in a place."""

    command: tuple[str, ...]
    place: Place
    config_dir: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "OPENFAAS_URL": self.place.gateway.url,
            "OPENFAAS_CONFIG": str(self.config_dir),
            "PYTHONPATH": str(REPOSITORY_DIR),
            "DOCKER_BUILDKIT": "0",  # where there is no buildx
        }

    def take(self, step: Step) -> None:
        """Run a step and check what comes of it."""
        words = {**self.place.words, "colon": "=" if self.lacks("ready") else ": "}
        done = subprocess.run(
            [*self.command, *shlex.split(step.command.format(**words))],
            cwd=self.config_dir if step.is_elsewhere else self.place.folder,
            env=self.environ,
            input=step.stdin.format(**words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=5 * TIMEOUT_S,
            check=False,
        )
        said = f"{step.command}: {done.returncode}\n{done.stdout}"
        assert step.exit_code in (None, done.returncode), said
        for text in step.shows:
            assert text.format(**words).lower() in done.stdout.lower(), said
        for text in step.hides:
            assert text.format(**words).lower() not in done.stdout.lower(), said

    def lacks(self, newer: str) -> bool:
        """Whether this is a faas-cli of years ago, in whose help a command, or a command's flag, is not listed."""
        if self.command == STAND_IN:
            return False
        *words, name = newer.split()
        shown = subprocess.run([*self.command, *words, "--help"], capture_output=True, text=True, check=False).stdout
        return not re.search(rf"^ +{name} ", shown, re.MULTILINE)


@contextmanager
def processes(folder: Path) -> Iterator[Place]:
    """Run the gateway over processes."""
    copy_into(folder, "template")
    with over_processes(folder, FUNCTIONS) as place:
        yield Place(place.gateway, folder, "processes")


@contextmanager
def compose(folder: Path) -> Iterator[Place]:
    """Run the gateway with docker compose; its functions have images of a tag of their own."""
    tag = f"test-{uuid4().hex[:8]}"
    copy_into(folder, "template")
    stack = stack_of(FUNCTIONS)
    for name, function in stack["functions"].items():
        shutil.copytree(TRAFFIC, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        function |= {"image": f"local/{name}:{tag}", "build_args": {"PYTHON_IMAGE": python_image()}}
    (folder / "stack.yml").write_text(yaml.safe_dump(stack))
    (folder / "checkout").mkdir()
    engine: Any = docker.from_env()
    with image(SAMPLE) as built, compose_up(folder / "checkout", tag) as project:
        engine.images.get(built).tag(STORE_IMAGE)
        yield Place(project.gateway(), folder, "images")
    engine.images.remove(STORE_IMAGE)
    for function in stack["functions"].values():
        engine.images.remove(function["image"], force=True)
    engine.close()


PLACES = {"processes": processes, "compose": compose}
CLIENTS: dict[str, Callable[[], tuple[str, ...]]] = {
    "stand-in": lambda: STAND_IN,
    "faas-cli": lambda: (require("faas-cli"),),
}


@pytest.fixture(scope="module", params=["processes", pytest.param("compose", marks=pytest.mark.runtime)])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with PLACES[request.param](tmp_path_factory.mktemp("place")) as found:
        (found.folder / ".secrets").mkdir()
        (found.folder / ".secrets" / "applied").write_text("of-the-folder\n")
        stack = yaml.safe_load((found.folder / "stack.yml").read_text())
        stack["functions"]["first"]["labels"] = {"team": "other"}
        stack["functions"]["first"]["environment"] = {"exec_timeout": "1s"}
        (found.folder / "other.yml").write_text(yaml.safe_dump(stack))
        yield found


@pytest.fixture(scope="module", params=["stand-in", pytest.param("faas-cli", marks=pytest.mark.runtime)])
def cli(request: pytest.FixtureRequest, place: Place, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Return a client that is logged in, with both functions deployed."""
    logged_in = Cli(CLIENTS[request.param](), place, tmp_path_factory.mktemp("config"))
    logged_in.take(Step("login --password-stdin", stdin="{password}"))
    if place.has == "images":
        logged_in.take(Step("up --skip-push -f stack.yml", ("Deployed. 20",)))
    return logged_in


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name.replace(" ", "-"))
def test_scenario(scenario: Scenario, cli: Cli) -> None:
    if scenario.needs not in ("", cli.place.has):
        pytest.skip(f"functions are {cli.place.has} here, and it needs {scenario.needs}")
    if scenario.newer and cli.lacks(scenario.newer):
        pytest.skip(f"this faas-cli is of years ago: it has no {scenario.newer}")
    for step in scenario.steps:
        cli.take(step)


def test_login_is_needed_and_kept(cli: Cli, tmp_path: Path) -> None:
    stranger = Cli(cli.command, cli.place, tmp_path)
    for step in LOGIN:
        stranger.take(step)


def test_logs_are_followed_while_they_are_printed(cli: Cli) -> None:
    with running([*cli.command, "logs", "second"], environ=cli.environ, cwd=cli.place.folder) as following:
        cli.take(Step("invoke second --query do=print/2"))
        following.wait_for_line("line 1")
        cli.take(Step("invoke second --query do=print/3"))
        following.wait_for_line("line 2")


@pytest.mark.parametrize("gateway", ["{url}", "http://gateway:8080"])
def test_asynchronous_call_is_called_back(cli: Cli, gateway: str) -> None:
    """The callback has the headers that https://docs.openfaas.com/reference/async/ lists."""
    url = f"{gateway}/function/second?do=headers/x-"
    with running([*cli.command, "logs", "second"], environ=cli.environ, cwd=cli.place.folder) as following:
        command = f"invoke first --async --query do=fail/418 -H 'X-Callback-Url{{colon}}{url}'"
        cli.take(Step(command, ("Function submitted asynchronously.",), stdin="hello"))
        for line in ("x-call-id: ", "x-duration-seconds: ", "x-function-name: first", "x-function-status: 418"):
            following.wait_for_line(line)
