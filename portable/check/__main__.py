"""`python -m portable check`: print the report of a stack file."""

import os
import sys
from collections.abc import Mapping, Sequence

from .command import check


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Print the report; return 1 if a target refuses anything, else 0."""
    report, exit_code = check(arguments, environ)
    print(report)
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
