"""`portable package`: build what a platform's own tool takes."""

from __future__ import annotations

import click

from ..deploying.cli import Commands

PLATFORMS = ("wsgi", "openfaas", "openwhisk", "aws_lambda", "google_cloud", "azure_functions")


def _load(platform: str) -> click.Command:
    if platform == "aws_lambda":  # the deployer's: its stage's settings are in it
        from ..aws.cli import load

        return load("package")
    from ..packaging.command import load as load_packager

    return load_packager(platform)


command = Commands(
    "package", PLATFORMS, _load, subcommand_metavar="PLATFORM ...", help="Build what a platform's own tool takes."
)
