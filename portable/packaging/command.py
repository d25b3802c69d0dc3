"""The commands `portable package PLATFORM`, the same for every platform but for its own options."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from ..deploying.arguments import FILE, Option, function_option, json_option, stack_option
from ..deploying.cli import with_options
from ..deploying.console import Console
from ..deploying.world import World
from ..project import handlers
from ..project.functions import Function, declared, find, short
from .built import Built, check_place, write

OUTPUTS: Mapping[str, Path] = {
    "wsgi": Path("build/wsgi"),
    "openfaas": Path("build/openfaas"),
    "openwhisk": Path("build/openwhisk.zip"),
    "google_cloud": Path("build/google_cloud"),
    "azure_functions": Path("build/azure_functions"),
}
"""Where each platform's package is written if the user names no other place."""
_LISTED = ("function", "platforms")


def load(platform: str) -> click.Command:
    """Return the command of a platform."""
    module = import_module(f".{platform}", __package__)
    options, of_project = getattr(module, "OPTIONS", ()), getattr(module, "of_project", _nothing)
    return command_for(platform, module.build, OUTPUTS[platform], options, of_project)


def output_option(path: Path) -> Option:
    """Return --output of a package that `output_for` writes to `path` by default."""
    default = f"{path}; of several functions {path.parent / 'NAME' / path.name}"
    return click.option("-o", "--output", type=FILE, metavar="PATH", help=f"Where to write [{default}].")


def output_for(given: Path | None, path: Path, name: str, stack: Path, environ: Mapping[str, str]) -> Path:
    """Return where a function's package goes: each of several to a folder of its name, if nothing is given."""
    if given:
        return given
    is_one_of_several = stack.exists() and len(declared(stack, environ)) > 1
    return path.parent / name / path.name if is_one_of_several else path


def _nothing(*_: object) -> Mapping[str, Any]:
    return {}


def command_for(
    platform: str,
    build: Callable[..., Built],
    default_output: Path,
    options: Sequence[Option] = (),
    of_project: Callable[[Function, Path, Mapping[str, str]], Mapping[str, Any]] = _nothing,
) -> click.Command:
    """Return the command that builds a function's folder, writes the package and describes it.

    What `options` give goes to `build` by its name, before what `of_project` finds in the project's files.
    """
    common = (function_option, stack_option, output_option(default_output), json_option)

    def callback(function: str | None, stack: Path, output: Path | None, *, json: bool, **own: Any) -> int:
        world: World = click.get_current_context().obj
        found = find(function, stack, world.environ)
        handlers.check(found.folder, found.deployment.env_vars if found.deployment else {})
        given = {name: value for name, value in own.items() if value is not None}
        settings = {**of_project(found, stack, world.environ), **given}
        place = output_for(output, default_output, found.name, stack, world.environ)
        return _package(found, place, Console(world, json=json), build, settings)

    return click.command(platform, help="Build what the platform's own tool takes.")(
        with_options((*options, *common), callback)
    )


def _package(
    function: Function, output: Path, console: Console, build: Callable[..., Built], options: Mapping[str, Any]
) -> int:
    function_dir = short(function.folder)
    try:
        check_place(output, function_dir)
        built = build(function_dir, **options)
        write(built, output)
    except KeyboardInterrupt:
        return console.fail("interrupted: the same command begins anew", 130)
    console.result("\n".join(describe(built, output, function.name)), **facts(built, output, function.name))
    return 0


def describe(built: Built, output: Path, name: str) -> list[str]:
    """Return what people read of a package that was written: what is inside, and what to run next."""
    return [
        *contents({path: len(content) for path, content in built.files.items()}),
        f"{built.size_bytes:,} bytes, {len(built.files)} files, in {output}",
        f"digest    {built.digest}",
        f"function  {built.function_digest}",
        *left_out(built.left_out),
        *(f"note: {note}" for note in built.notes),
        *(f"next: {command}" for command in next_commands(built, output, name)),
    ]


def facts(built: Built, output: Path, name: str) -> Mapping[str, object]:
    """Return what machines read of a package that was written."""
    return {
        "output": str(output),
        "bytes": built.size_bytes,
        "files": {path: len(built.files[path]) for path in sorted(built.files)},
        "digest": built.digest,
        "function": built.function_digest,
        "left_out": list(built.left_out),
        "notes": list(built.notes),
        "next": next_commands(built, output, name),
    }


def contents(sizes: Mapping[str, int]) -> list[str]:
    """Return a line for each file of ours and the function's, and one for each package with all of its files."""
    lines: dict[str, list[int]] = {}
    for path in sorted(sizes):
        top, slash, _ = path.partition("/")
        lines.setdefault(f"{top}/" if slash and top not in _LISTED else path, []).append(sizes[path])
    return [
        f"{sum(found):>10,} {name}" + (f" ({len(found)} files)" if name.endswith("/") else "")
        for name, found in lines.items()
    ]


def left_out(paths: Sequence[str]) -> list[str]:
    """Return the line that names what of the function's folder does not ship; none if all does."""
    return [f"left out: {', '.join(paths)}; a .portableignore beside the handler can say otherwise"] if paths else []


def next_commands(built: Built, output: Path, name: str) -> list[str]:
    """Return the commands of the platform's own tool that take the package of a function, as a shell reads them."""
    filled = [command.replace("{output}", shlex.quote(str(output))) for command in built.next_commands]
    return [command.replace("{name}", shlex.quote(name)) for command in filled]
