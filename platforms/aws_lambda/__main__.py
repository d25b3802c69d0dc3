"""`python -m platforms.aws_lambda`: the deployer. It stays on the deploying machine; the zip does not have it."""

import sys

try:
    from .deploy.cli import main
except ModuleNotFoundError as missing:
    if (missing.name or "").startswith("platforms"):
        raise
    print(
        f"error: {missing.name} is not installed for {sys.executable}: run `make setup`, then "
        ".venv/bin/python -m platforms.aws_lambda",
        file=sys.stderr,
    )
    sys.exit(2)

sys.exit(main(sys.argv[1:]))
