"""The checks of `portable doctor`: the programs and packages of this machine, and the functions of this project."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from .. import assets
from ..compose.engine import compose_command
from ..deploying.errors import BadSettings, DeployError, explained
from ..deploying.finding import Finding, tried
from ..project import handlers, imports, requirement_files
from ..project.functions import STACK, Function, declared_here, find, short

_TEMPLATE = "template/portable/Dockerfile"
_PATIENCE_S = 10
_EXTRAS = {"aws": ("boto3", "`portable aws`"), "debug": ("debugpy", "`portable serve --debug`")}


def findings(stack: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is needed by every project, what only some verbs need, and then a finding for each function."""
    yield Finding("python", f"{platform.python_version()}, {sys.executable}")
    yield _tried("uv", _uv)
    yield _tried("template", _template)
    yield _good_to_know("docker", lambda: _docker(environ))
    yield _good_to_know("compose", lambda: " ".join(compose_command(environ)))
    yield _good_to_know("faas-cli", lambda: _faas_cli(environ))
    for extra, (package, verb) in _EXTRAS.items():
        yield _extra(extra, package, verb)
    yield from _of_project(stack, environ)


def _of_project(stack: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    found: list[Function] = []
    # a folder without a project is no fault of the machine
    check = _tried if stack.exists() or stack != STACK else _good_to_know
    yield check(stack.name, lambda: _functions(stack, environ, found))
    for function in found:
        yield _tried(function.name, lambda: _function(function))  # noqa: B023 - called before the next turn


def _tried(about: str, check: Callable[[], str]) -> Finding:
    return tried(about, check, explained)


def _good_to_know(about: str, check: Callable[[], str]) -> Finding:
    """Return a finding that is no failure: only some verbs need it."""
    found = _tried(about, check)
    return found if found.is_well else Finding(about, found.said, is_well=None)


def _uv() -> str:
    try:
        from uv import find_uv_bin

        return find_uv_bin()
    except (ModuleNotFoundError, FileNotFoundError):
        raise BadSettings("it makes the functions' environments: install the package uv for this Python") from None


def _template() -> str:
    place = assets.path(_TEMPLATE)
    if not place.is_file():
        raise BadSettings(f"{place} is missing, which images are built by: install the tool again")
    return str(place.parent)


def _docker(environ: Mapping[str, str]) -> str:
    program = shutil.which("docker", path=environ.get("PATH"))
    if not program:
        raise DeployError("`portable up` needs it: install Docker; `portable dev` needs none")
    line = [program, "version", "--format", "{{.Server.Version}}"]
    try:
        asked = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        raise DeployError(f"its engine gives no answer in {_PATIENCE_S} s: see that it runs") from None
    if asked.returncode:
        raise DeployError(f"its engine cannot be reached: {' '.join(asked.stderr.split())}")
    return f"engine {asked.stdout.strip()}"


def _faas_cli(environ: Mapping[str, str]) -> str:
    if program := shutil.which("faas-cli", path=environ.get("PATH")):
        return program
    raise DeployError("`faas-cli up` of a package for OpenFaaS needs it: see https://docs.openfaas.com/cli/install/")


def _extra(extra: str, package: str, verb: str) -> Finding:
    if find_spec(package):
        return Finding(extra, f"{package} is installed")
    install = f"install 'portable-functions[{extra}]', in a checkout `make setup`"
    return Finding(extra, f"{verb} needs {package}: {install}", is_well=None)


def _functions(stack: Path, environ: Mapping[str, str], found: list[Function]) -> str:
    found += declared_here(stack, environ) or [find(None, stack, environ)]
    return ", ".join(function.name for function in found)


def _function(function: Function) -> str:
    folder = short(function.folder)
    if not folder.is_dir():
        raise BadSettings(f"there is no folder {str(folder)!r}: make it, or change `handler` in the stack file")
    handlers.check(function.folder, function.deployment.env_vars if function.deployment else {})
    imports.check(function.folder)
    number = len(requirement_files.requirements(function.folder / requirement_files.FILE_NAME))
    return f"{folder}, {number} requirement{'' if number == 1 else 's'}"
