"""`secret create|update|list|remove|apply`."""

from __future__ import annotations

import argparse
import base64
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

from .commands import Command, Context, say
from .go_json import SECRETS, GoError, unmarshal
from .wire import expect

PATH = "/system/secrets"


def create(context: Context, options: argparse.Namespace) -> None:
    secret = {"name": options.name, "value": options.from_literal}
    say(f"Creating secret: {options.name}")
    response = context.gateway.system("POST", PATH, secret)
    if response.status == 409 and options.replace:
        response.read()
        say(f"Secret {options.name} already exists, updating...")
        _update(context, secret)
        return
    _created(response, options.name)


def update(context: Context, options: argparse.Namespace) -> None:
    say(f"Updating secret: {options.name}")
    _update(context, {"name": options.name, "value": options.from_literal})


def list_all(context: Context, options: argparse.Namespace) -> None:
    found = _list(context)
    say("\n".join(["NAME", *(one["name"] for one in found)]) if found else "No secrets found.")


def remove(context: Context, options: argparse.Namespace) -> None:
    missing = f"unable to find secret: {options.name}"
    expect(context.gateway.system("DELETE", PATH, {"name": options.name}), 200, 202, missing=missing)
    say("Removed.. OK.")


def apply(context: Context, options: argparse.Namespace) -> None:
    """Put every file of .secrets.

    faas-cli lists first, deletes those of the namespace that it was given (none here), and updates upon a 409.
    """
    existing = {one["name"] for one in _list(context) if one["namespace"] == ""}
    for path in sorted(Path(".secrets").iterdir()):
        raw = path.read_bytes()
        secret = {"name": path.name, "value": raw.decode().strip(), "rawValue": base64.b64encode(raw).decode()}
        if path.name in existing:
            expect(context.gateway.system("DELETE", PATH, {"name": path.name}), 200, 202)
        say(f"Creating secret: {path.name}.")
        response = context.gateway.system("POST", PATH, secret)
        if response.status == 409:
            response.read()
            say(f"Secret {path.name} still exists, updating...")
            _update(context, secret)
        else:
            _created(response, path.name)


def _list(context: Context) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = unmarshal(expect(context.gateway.system("GET", PATH), 200, 202), SECRETS)
    return found


def _created(response: HTTPResponse, name: str) -> None:
    if response.status == 409:
        raise GoError(f'secret with the name "{name}" already exists')
    expect(response, 200, 201, 202)
    say(f"Created: {response.status} {response.reason}")


def _update(context: Context, secret: dict[str, str]) -> None:
    response = context.gateway.system("PUT", PATH, secret)
    expect(response, 200, 202, missing=f"unable to find secret: {secret['name']}")
    say(f"Updated: {response.status} {response.reason}")


COMMANDS = (
    Command("secret create", create, ("name",), ("--from-literal=",), ("--replace=false",)),
    Command("secret update", update, ("name",), ("--from-literal=",)),
    Command("secret list", list_all),
    Command("secret remove", remove, ("name",)),
    Command("secret apply", apply),
)
