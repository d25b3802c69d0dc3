"""`portable package`: build what a platform's own tool takes."""

from __future__ import annotations

import click

from ..deploying.cli import Commands

_PLATFORMS = ("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")
# Lambda's is the deployer's: its stage's settings are in it
_MODULES = {
    platform: "portable.aws.commands.package" if platform == "aws_lambda" else f"portable.packaging.{platform}"
    for platform in _PLATFORMS
}


def _load(platform: str) -> click.Command:
    if platform == "aws_lambda":
        from ..aws.cli import load

        return load("package")
    from ..packaging.command import load as load_packager

    return load_packager(platform)


command = Commands(
    "package", _MODULES, _load, subcommand_metavar="PLATFORM ...", help="Build what a platform's own tool takes."
)
