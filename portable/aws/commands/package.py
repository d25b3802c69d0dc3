"""Build the zip that would be shipped: no call to AWS."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from ...deploying.arguments import Arguments
from ...deploying.spelling import given, spelled
from ...packaging import command
from ...packaging.built import check_place, write_zip
from ..artifact.target import Package
from ..console import Console
from ..settings import Settings
from ..stage import settings_of
from ..world import World
from .building import FLAGS, package_of

_OUTPUT = Path("build/aws_lambda.zip")
OPTIONS = (*FLAGS, command.output_option(_OUTPUT))
# what chose this zip chooses the one that is deployed
_CHOSEN_BY = ("stage", "region", "profile", "config", "function", "stack", "front_door", "arch", "runtime")


def run(arguments: Arguments, world: World, console: Console) -> int:
    """Build, write and describe the zip."""
    settings = settings_of(arguments, world, offline=True)
    output = command.output_for(arguments.output, _OUTPUT, settings.app, arguments.stack, world.environ)
    check_place(output, settings.folder)
    package = package_of(settings)
    write_zip(package.content, output)
    next_command = _update(settings, package, output) if arguments.output else _deploy(arguments)
    lines = [f"{size:>10,} {path}" for path, size in sorted(package.files.items())]
    lines = lines if arguments.verbose else command.contents(package.files)
    lines += [
        f"{len(package.content):,} bytes, {len(package.files)} files, {package.architecture}, in {output}",
        f"digest     {package.digest}",
        f"function   {package.function_digest}",
        f"CodeSha256 {package.code_sha256}",
        *command.left_out(package.left_out),
        *(f"note: {note}" for note in package.notes),
        f"next: {next_command}",
    ]
    console.result("\n".join(lines), **_facts(package, output, next_command))
    return 0


def _facts(package: Package, output: Path, next_command: str) -> Mapping[str, object]:
    return {
        "output": str(output),
        "bytes": len(package.content),
        "files": dict(package.files),
        "architecture": package.architecture,
        "digest": package.digest,
        "function": package.function_digest,
        "code_sha256": package.code_sha256,
        "left_out": list(package.left_out),
        "notes": list(package.notes),
        "next": [next_command],
    }


def _deploy(arguments: Arguments) -> str:
    """Return the command that builds the same zip again and ships it."""
    return spelled("aws", "deploy", *given(arguments, *_CHOSEN_BY))


def _update(settings: Settings, package: Package, output: Path) -> str:
    """Return the command of AWS's own tool that takes the zip, for a function that is there."""
    region = f" --region {settings.region}" if settings.region else ""
    code = f"--architectures {package.architecture} --zip-file fileb://{shlex.quote(str(output))}"
    return f"aws lambda update-function-code --function-name {settings.app}-{settings.stage}{region} {code}"
