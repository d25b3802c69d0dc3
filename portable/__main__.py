"""`python -m portable VERB ...`: the one command. A verb's package is loaded when it is used."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

Run = Callable[[Sequence[str], Mapping[str, str]], int]


class Verb(NamedTuple):
    """One verb: the package whose `__main__.main(arguments, environ)` runs it, and what it is for."""

    package: str
    purpose: str


VERBS: Mapping[str, Verb] = {
    "serve": Verb("serving", "serve one function over HTTP, and again when its files change"),
    "gateway": Verb("gateway", "run the local gateway: the OpenFaaS REST API over Docker or over processes"),
    "check": Verb("check", "say what other platforms would refuse or ignore of a stack file"),
    "package": Verb("packaging", "build what a platform's own tool takes"),
    "aws": Verb("aws", "plan, deploy, roll back and look after a function on AWS Lambda"),
    "openwhisk": Verb("openwhisk", "deploy, call and look after an action of Apache OpenWhisk"),
    "replay": Verb("replay", "record calls, and replay them through every shim"),
}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a verb and return its exit code: 2 for one that there is not, or whose packages are not installed."""
    name, *others = arguments or [""]
    if name in ("-h", "--help"):
        print(usage())
        return 0
    if name not in VERBS:
        print(f"{usage()}\nerror: there is no verb {name!r}" if name else usage(), file=sys.stderr)
        return 2
    if name == "package" and others[:1] == ["aws_lambda"]:  # the deployer's: its stage's settings are in it
        name, others = "aws", ["package", *others[1:]]
    try:
        run: Run = import_module(f"portable.{VERBS[name].package}.__main__").main
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("portable", "platforms"):
            raise
        print(
            f"error: {missing.name} is not installed for {sys.executable}: run `make setup`, then "
            f".venv/bin/python -m portable {name}",
            file=sys.stderr,
        )
        return 2
    return run(others, environ)


def usage() -> str:
    """Return what there is, a verb a line."""
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {verb.purpose}" for name, verb in VERBS.items()]
    return "\n".join(["usage: python -m portable VERB ...; each verb has its own --help", *lines])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
