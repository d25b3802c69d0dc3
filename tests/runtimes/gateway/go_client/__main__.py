"""`python -m tests.runtimes.gateway.go_client`: the commands of faas-cli that the scenarios use, with its flags."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import functions, secrets
from .commands import Command, Context
from .go_json import GATEWAY_INFO, NAMESPACES, GoError, unmarshal
from .wire import Gateway, expect


def login(context: Context, options: argparse.Namespace) -> None:
    print("Calling the OpenFaaS server to validate the credentials...")
    context.gateway.login(options.username, sys.stdin.read().strip())
    try:
        expect(context.gateway.system("GET", "/system/functions"), 200)
    except GoError as error:
        raise GoError(f"unable to login: {error}") from error
    print(f"credentials saved for {options.username} {context.gateway.url}")


def version(context: Context, options: argparse.Namespace) -> None:
    found = unmarshal(expect(context.gateway.system("GET", "/system/info"), 200), GATEWAY_INFO)
    provider = found["provider"]
    print("CLI:\n version: a stand-in for 0.18.12\n")
    print(f"Gateway\n uri:     {context.gateway.url}\n version: {found['version']['release']}")
    print(f"Provider\n name:          {provider['provider']}\n orchestration: {provider['orchestration']}")


def namespace(context: Context, options: argparse.Namespace) -> None:
    token = context.gateway.token()
    headers = {"User-Agent": "openfaas-go-sdk", **({"Authorization": f"Basic {token}"} if token else {})}
    found = unmarshal(expect(context.gateway.send("GET", "/system/namespaces", headers), 200), NAMESPACES)
    print("Namespaces:", *(f" - {one}" for one in found), sep="\n")


COMMANDS = (
    Command("login", login, ("-s", "--password-stdin"), ("-u", "--username=admin")),
    Command("version", version, ("--warn-update=true",)),
    Command("namespace list", namespace),
    *functions.COMMANDS,
    *secrets.COMMANDS,
)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run one command and return the exit code: 1 for whatever went wrong, as faas-cli does."""
    parser = argparse.ArgumentParser(prog="go_client", allow_abbrev=False)
    commands: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    commands[""] = parser.add_subparsers(required=True)
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group not in commands:
            commands[group] = commands[""].add_parser(group, allow_abbrev=False).add_subparsers(required=True)
        command.add_to(commands[group].add_parser(name, allow_abbrev=False))
    options = parser.parse_args(arguments)
    gateway = Gateway(environ.get("OPENFAAS_URL", "http://127.0.0.1:8080"), Path(environ["OPENFAAS_CONFIG"]))
    try:
        options.run(Context(gateway, environ), options)
    except GoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
