"""`python -m platforms.aws_lambda`: the deployer. It stays on the deploying machine; the zip does not have it."""

import sys

from .deploy.cli import main

sys.exit(main(sys.argv[1:]))
