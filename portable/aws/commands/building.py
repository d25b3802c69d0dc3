"""What is to be shipped, from the command line's point of view: the zip, the spec and the git commit."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import click

from ...deploying.arguments import Arguments
from ..artifact import package, spec
from ..artifact.target import Package, Target
from ..settings import Settings
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
OPTIONS = (
    ENV,
    click.option(
        "--canary", type=click.IntRange(1, 99), metavar="PERCENT", help="Send only this share of the calls to it."
    ),
    click.option("--no-smoke", is_flag=True, help="Do not try the version and the URL."),
)


def target_of(arguments: Arguments, stage: Stage) -> Target:
    """Build the zip, read the spec and return what the stage should be. Raises BadSettings."""
    read = spec.read_spec(arguments.function / "openapi.json") if stage.settings.front_door == "rest" else {}
    return Target(
        stage.names,
        stage.settings,
        package_of(arguments, stage.settings),
        read,
        arguments.canary,
        not arguments.no_smoke,
    )


def package_of(arguments: Arguments, settings: Settings) -> Package:
    """Build the zip. Raises BadSettings."""
    built = package.build(arguments.function, settings.runtime, settings.architecture, with_bytecode=settings.bytecode)
    return replace(built, commit=_commit(arguments.function))


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
