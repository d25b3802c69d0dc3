"""`python -m portable openwhisk`: the deployer to Apache OpenWhisk, in this process's surroundings."""

import os
import sys
from collections.abc import Mapping, Sequence

from ..deploying.world import World
from . import cli


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command; return its exit code."""
    return cli.main(arguments, World(environ=environ))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
