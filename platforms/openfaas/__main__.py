"""`python -m platforms.openfaas`: what the OpenFaaS image runs, on port 8080."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from ..wsgi.__main__ import main as serve_main
from ..wsgi.server import ServerConfig
from .shim import ConfigurationError, Limits, OpenFaaSResponder


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Serve as a function of OpenFaaS; takes the arguments of `platforms.wsgi`, and of-watchdog's environment."""
    try:
        limits = Limits.from_environ(environ)
    except ConfigurationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    defaults = ServerConfig(
        server="granian" if find_spec("granian") else "waitress",
        host="0.0.0.0",  # noqa: S104 - where OpenFaaS expects it: https://docs.openfaas.com/reference/workloads/
        read_timeout_s=limits.read_timeout_s,
        grace_s=limits.healthcheck_interval_s,
        drain_s=limits.write_timeout_s,
    )
    return serve_main(
        arguments, environ, module="platforms.openfaas", make_responder=OpenFaaSResponder, defaults=defaults
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
