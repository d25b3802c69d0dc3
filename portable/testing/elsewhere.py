"""Run pytest, or one call, in the environment of a function: what `portable test` and `portable call` do."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..deploying.errors import BadSettings, DeployError
from ..deploying.looks import progress
from ..deploying.spelling import spelled
from ..deploying.world import World
from ..emulators.errors import Unavailable
from ..emulators.registry import emulators
from ..project.environment import Environment, environment
from ..project.functions import Function, declared_here, find
from ..project.variables import variables
from .runs import Run, runs

if TYPE_CHECKING:
    from .call import Outcome

_NO_TESTS = 5  # https://docs.pytest.org/en/stable/reference/exit-codes.html
_IGNORE = "--ignore="  # pytest collects a path that it is given though it is to ignore it
_OUTCOMES = {0: "passed", 1: "failed", _NO_TESTS: "no tests"}


def call(
    asked: Mapping[str, Any], named: str | None, platforms: Sequence[str], stack: Path, world: World
) -> list[Outcome]:
    """Return what comes of a request or an event on each platform. Raises DeployError if nothing can be called."""
    found = _emulators(platforms)
    function = find(named, stack, world.environ)
    environ = {**world.environ, **variables(function, world.environ)}
    line = _environment(function, world).with_tool("-m", "portable.testing")
    what = {"name": function.name, "folder": str(function.folder), "root": str(function.root)}
    told = json.dumps({**asked, "platforms": found, "function": what}).encode()
    ran = subprocess.run(line, input=told, stdout=subprocess.PIPE, env=environ, check=False)
    if ran.returncode or not ran.stdout:
        raise DeployError(f"{function.name} ended its process, with exit code {ran.returncode}")
    answered = json.loads(ran.stdout)
    if "error" in answered:
        raise (BadSettings if answered["is_bad_settings"] else DeployError)(answered["error"])
    outcomes: list[Outcome] = answered["outcomes"]
    return outcomes


def run_tests(named: str | None, platforms: Sequence[str], arguments: Sequence[str], stack: Path, world: World) -> int:
    """Run the tests of a function, or of all; return pytest's exit code, of several the worst. Raises BadSettings."""
    _emulators(platforms)
    functions = declared_here(stack, world.environ)
    chosen = functions if functions and named is None else [find(named, stack, world.environ)]
    arguments = [*(word for name in platforms for word in ("--platform", name)), *arguments]
    return _run_all(runs(chosen, functions or chosen), arguments, world)


def _emulators(names: Sequence[str]) -> list[str]:
    try:
        return emulators(names)
    except Unavailable as error:
        raise BadSettings(str(error)) from None


def _environment(function: Function, world: World) -> Environment:
    with progress(world) as say:
        return environment(function, world, say=say)


def _run_all(planned: Sequence[Run], arguments: Sequence[str], world: World) -> int:
    named = _names_tests(arguments, planned[0].function.root)
    if named and len(planned) > 1:
        example = spelled("test", planned[0].function.name, "--", named)
        raise BadSettings(f"{named} is of one function: name it, as in `{example}`")
    codes = {run.function.name: _run(run, arguments, world, adds_paths=not named) for run in planned}
    if len(codes) > 1:
        for name, code in codes.items():
            print(f"{name}: {_OUTCOMES.get(code, f'pytest ended with {code}')}", file=world.stdout)
    # a function may be without tests, and with -k most are
    return max((code for code in codes.values() if code != _NO_TESTS), default=_NO_TESTS)


def _run(run: Run, arguments: Sequence[str], world: World, *, adds_paths: bool) -> int:
    made = _environment(run.function, world)
    ignored = [one.removeprefix(_IGNORE) for one in arguments if one.startswith(_IGNORE)]
    paths = [one for one in run.paths if adds_paths and not any(Path(one).is_relative_to(path) for path in ignored)]
    print(f"{run.function.name}: pytest {' '.join([*arguments, *paths])}", file=world.stderr, flush=True)
    command = made.with_tool("-m", "pytest", *arguments, *paths)
    code = subprocess.run(command, cwd=run.function.root, env=dict(world.environ), check=False).returncode
    return code if code >= 0 else 128 - code  # of a signal, as a shell says it


def _names_tests(arguments: Sequence[str], root: Path) -> str:
    """Return the argument that names a file of tests, in place of all of them; "" if there is none."""
    files = ((one, one.partition("::")[0]) for one in arguments)
    return next((one for one, path in files if path.endswith(".py") and (root / path).is_file()), "")
