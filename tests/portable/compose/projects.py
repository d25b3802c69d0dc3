"""A project with two functions, and programs that stand in for docker and docker-compose."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

STACK = """\
version: 1.0
provider:
  name: openfaas
functions:
  hello:
    lang: portable
    handler: ./hello
    image: local/hello:latest
    readonly_root_filesystem: true
    environment:
      PRICE: 5$ ${CURRENCY:-each}
    secrets: [api-key]
    labels:
      com.openfaas.scale.zero: "true"
    annotations:
      topic: cron-function
      schedule: "*/5 * * * *"
  other:
    lang: portable
    handler: ./parts/other
    image: local/other:latest
  foreign:
    lang: golang-http
    handler: ./foreign
    image: local/foreign:latest
"""
# What is asked of it is written down, a line each; `compose version`, `ps` and `rm` answer as the real ones.
_DOCKER = """\
#!{python} -IS
import os, sys
name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
with open(os.environ["CALLS"], "a") as file:
    print(name, *arguments, file=file)
    match arguments[:2]:
        case ["compose", "version"]:
            sys.exit(int(os.environ.get("NO_PLUGIN", "0")))
        case ["ps", _]:
            print(os.environ.get("DEPLOYED", ""))
        case ["rm", _]:
            sys.exit(os.environ.get("BROKEN"))
        case _:
            print("api-key=" + os.environ.get("api-key", ""), file=file)
            sys.exit(int(os.environ.get("FAILS", "0")))
"""


def write_project(root: Path) -> Path:
    """Write the project into a folder; return its stack file."""
    for name, requirements in {"hello": "itsdangerous==2.2.0\n", "parts/other": None}.items():
        (root / name).mkdir(parents=True)
        (root / name / "handler.py").write_text("def handle(event, context):\n    return 'ok'\n")
        if requirements:
            (root / name / "requirements.txt").write_text(requirements)
    (root / "stack.yml").write_text(STACK)
    return root / "stack.yml"


def programs(folder: Path, *names: str) -> dict[str, str]:
    """Return an environment in which these programs are there and no other of their kind."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text(_DOCKER.format(python=sys.executable))
        (folder / name).chmod(stat.S_IRWXU)
    return {"PATH": str(folder), "CALLS": str(folder / "calls"), "api-key": "hush"}


def calls(environ: dict[str, str]) -> list[str]:
    """Return what was asked of the programs."""
    path = Path(environ["CALLS"])
    return path.read_text().splitlines() if path.exists() else []
