"""`portable package`: build what a platform's own tool takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .passing import Run, passed_on


def _load() -> Run:
    return _package


def _package(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    if arguments[:1] == ("aws_lambda",):  # the deployer's: its stage's settings are in it
        from ..aws.__main__ import main as aws

        return aws(["package", *arguments[1:]], environ)
    from ..packaging.__main__ import main

    return main(arguments, environ)


command = passed_on("package", "Build what a platform's own tool takes.", _load)
