"""Write the package, and beside it the manifest that wskdeploy takes."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ...deploying.arguments import Arguments
from ...deploying.errors import BadSettings
from ...deploying.world import World
from ...packaging import openwhisk as package
from ...packaging.built import check_place, write
from ...packaging.command import output_for, output_option
from ...project import handlers
from ..console import Console
from ..manifest import MADE_BY, manifest
from ..target import action_of

_ZIP = "openwhisk.zip"
_OUTPUT = Path("build/openwhisk.manifest.yaml")

OPTIONS = (
    click.option("--kind", metavar="KIND", help=f"Runtime (deploy.toml; default {package.DEFAULT_KIND})."),
    output_option(_OUTPUT),
)


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Write both. Raises BadSettings or PackageError; calls nothing."""
    settings, name = action_of(arguments, world)
    output = output_for(arguments.output, _OUTPUT, settings.function.name, arguments.stack, world.environ)
    zip_path = output.parent / _ZIP
    check_place(zip_path, settings.function.folder)
    _check_ours(output)
    text = manifest(settings, name, _ZIP)
    handlers.check(settings.function.folder, settings.environment)
    built = package.build(settings.function.folder, settings.kind)
    write(built, zip_path)
    output.write_text(text, encoding="utf-8")
    next_command = f"wskdeploy -m {shlex.quote(str(output))}"
    console.result(
        f"{text}\n{built.size_bytes:,} bytes in {zip_path}\nnext: {next_command}",
        output=str(output),
        zip=str(zip_path),
        digest=built.digest,
        next=[next_command],
    )
    return 0


def _check_ours(output: Path) -> None:
    """Raise BadSettings for a file that this command did not write."""
    try:
        if output.read_text(encoding="utf-8").startswith(MADE_BY):
            return
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError):
        pass
    raise BadSettings(f"{str(output)!r} was not written by this command: name another one with --output")
