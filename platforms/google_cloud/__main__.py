"""`python -m platforms.google_cloud package`: build what Google's tool takes. The package does not have it."""

import sys
from functools import partial

from ..packaging.command import package_only
from .deploy.package import build

main = partial(package_only, "google_cloud", build)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
