"""What is to be shipped, from the command line's point of view: the zip, the spec and the git commit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import click

from ...deploying.arguments import Arguments
from ...project import handlers
from ..artifact import package, spec
from ..artifact.target import Package, Target
from ..run.environment import this_machine
from ..settings import Architecture, FrontDoor, Settings
from ..stage import Stage


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator):
        # the text itself may be a secret value: it is not repeated
        raise click.BadParameter("it takes NAME=VALUE")
    return name, value


ENV = click.option(
    "--env", type=_variable, multiple=True, metavar="NAME=VALUE", help="A variable of the function; may come often."
)
FLAGS = (
    click.option("--front-door", type=click.Choice(get_args(FrontDoor)), help="What stands before it (deploy.toml)."),
    click.option("--arch", type=click.Choice(get_args(Architecture)), help="What it runs on (deploy.toml)."),
    click.option("--runtime", metavar="PYTHON", help="Its Python, such as python3.13 (deploy.toml)."),
)
"""The settings that are chosen anew often enough to have flags; `stage.options_of` reads them."""
OPTIONS = (
    ENV,
    *FLAGS,
    click.option(
        "--canary", type=click.IntRange(1, 99), metavar="PERCENT", help="Send only this share of the calls to it."
    ),
    click.option("--no-smoke", is_flag=True, help="Do not try the version and the URL."),
)


def target_of(arguments: Arguments, stage: Stage) -> Target:
    """Build the zip, read the spec and return what the stage should be. Raises BadSettings."""
    return Target(
        stage.names,
        stage.settings,
        package_of(stage.settings),
        spec_of(stage.settings),
        arguments.canary,
        not arguments.no_smoke,
    )


def spec_of(settings: Settings) -> Mapping[str, Any]:
    """Return what the front door serves; nothing for one that serves everything by itself. Raises BadSettings."""
    return spec.read_spec(settings.folder / "openapi.json") if settings.front_door == "rest" else {}


def package_of(settings: Settings) -> Package:
    """Build the zip. Raises BadSettings."""
    handlers.check(settings.folder, settings.environment)
    built = package.build(settings.folder, settings.runtime, settings.architecture, with_bytecode=settings.bytecode)
    return replace(built, commit=_commit(settings.folder))


def package_for_here(arguments: Arguments, settings: Settings) -> Package:
    """Build the zip for the Python and the architecture of this machine, if the command line names no others.

    Raises BadSettings.
    """
    here, given = this_machine(), vars(arguments)
    architecture = next((one for one in get_args(Architecture) if one == here.architecture), None)
    return package_of(
        replace(
            settings,
            runtime=given.get("runtime") or here.runtime,
            architecture=given.get("arch") or architecture,
        )
    )


def _commit(function_dir: Path) -> str:
    """Return the short id of the commit, with `+` if files of the folder have changed since; empty without git."""
    commit = _git(function_dir, "rev-parse", "--short", "HEAD")
    return commit + "+" if commit and _git(function_dir, "status", "--porcelain", ".") else commit


def _git(directory: Path, *arguments: str) -> str:
    try:
        ran = subprocess.run(["git", "-C", directory, *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
