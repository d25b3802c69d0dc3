"""`python -m portable package PLATFORM`: build what the platform's own tool takes."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from . import azure_functions, command, google_cloud, openfaas, openwhisk, wsgi
from .built import Built


class Packager(NamedTuple):
    """How a platform's package is built, where it is written, and what it takes beside the function's folder."""

    build: Callable[..., Built]
    output: str
    add_arguments: Callable[[ArgumentParser], object] = lambda parser: None


PACKAGERS: Mapping[str, Packager] = {
    "wsgi": Packager(wsgi.build, "build/wsgi"),
    "openfaas": Packager(openfaas.build, "build/openfaas", openfaas.add_arguments),
    "openwhisk": Packager(openwhisk.build, "build/openwhisk.zip", openwhisk.add_arguments),
    "google_cloud": Packager(google_cloud.build, "build/google_cloud"),
    "azure_functions": Packager(azure_functions.build, "build/azure_functions"),
}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Build one platform's package; return the exit code, 2 for a platform that there is not."""
    name = arguments[0] if arguments else ""
    if found := PACKAGERS.get(name):
        return command.main(name, found.build, Path(found.output), arguments[1:], found.add_arguments)
    usage = f"usage: python -m portable package PLATFORM [--help]; platforms: aws_lambda, {', '.join(PACKAGERS)}"
    if name in ("-h", "--help"):
        print(usage)
        return 0
    print(f"{usage}\nerror: there is no platform {name!r}" if name else usage, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
