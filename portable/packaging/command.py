"""The command `python -m portable package PLATFORM`, the same for every platform."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..deploying.arguments import add_function, add_json
from ..deploying.console import Console
from ..deploying.world import World
from .built import Built, check_place, write
from .errors import PackageError

_LISTED = ("function", "platforms")


def main(
    platform: str,
    build: Callable[..., Built],
    output: Path,
    arguments: Sequence[str],
    add_arguments: Callable[[ArgumentParser], object] = lambda parser: None,
) -> int:
    """Build a platform's package from a function's folder, write it and describe it; return the exit code.

    `output` is where it is written if the user names no other place. What `add_arguments` adds to the command is
    given to `build` by its name.
    """
    parser = _parser(platform, output)
    add_arguments(parser)
    options = vars(parser.parse_args(arguments))
    function_dir, output, as_json = (options.pop(name) for name in ("function", "output", "json"))
    console = Console(World(), json=as_json)
    try:
        check_place(output, function_dir)
        built = build(function_dir, **options)
        write(built, output)
    except PackageError as error:
        console.warn(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        console.warn("interrupted: the same command begins anew")
        return 130
    console.result("\n".join(describe(built, output)), **facts(built, output))
    return 0


def describe(built: Built, output: Path) -> list[str]:
    """Return what people read of a package that was written: what is inside, and what to run next."""
    return [
        *contents({path: len(content) for path, content in built.files.items()}),
        f"{built.size_bytes:,} bytes, {len(built.files)} files, in {output}",
        f"digest    {built.digest}",
        f"function  {built.function_digest}",
        *left_out(built.left_out),
        *(f"note: {note}" for note in built.notes),
        *(f"next: {command}" for command in next_commands(built, output)),
    ]


def facts(built: Built, output: Path) -> Mapping[str, object]:
    """Return what machines read of a package that was written."""
    return {
        "output": str(output),
        "bytes": built.size_bytes,
        "files": {path: len(built.files[path]) for path in sorted(built.files)},
        "digest": built.digest,
        "function": built.function_digest,
        "left_out": list(built.left_out),
        "notes": list(built.notes),
        "next": next_commands(built, output),
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
    return [f"left out: {', '.join(paths)}; .portableignore says what"] if paths else []


def next_commands(built: Built, output: Path) -> list[str]:
    """Return the commands of the platform's own tool that take the package, as a shell reads them."""
    return [command.replace("{output}", shlex.quote(str(output))) for command in built.next_commands]


def _parser(platform: str, output: Path) -> ArgumentParser:
    parser = ArgumentParser(
        prog=f"python -m portable package {platform}", description="Build what the platform's own tool takes."
    )
    add_function(parser)
    parser.add_argument(
        "-o", "--output", type=Path, default=output, metavar="PATH", help=f"where to write it (default {output})"
    )
    add_json(parser)
    return parser
