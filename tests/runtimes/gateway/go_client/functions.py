"""The commands about functions: from `deploy` to `remove`."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from . import stack
from .commands import Command, Context, say
from .go_json import FUNCTION_STATUS, FUNCTIONS, LOG_MESSAGE, STORE, GoError, unmarshal
from .wire import Gateway, expect

PATH = "/system/functions"
HERE = Path()


def up(context: Context, options: argparse.Namespace) -> None:
    path = Path(options.yaml)
    for name, function in stack.read(path, context.environ).items():
        say(f"[0] > Building {name}.")
        stack.build(name, function, stack.configuration(path), HERE)
    deploy(context, options)


def deploy(context: Context, options: argparse.Namespace) -> None:
    """Deploy what the stack file has, or one image; the exit code is 1 if any of them failed."""
    if options.image:
        deployments = [{"service": options.name, "image": options.image, "labels": {}, "annotations": {}}]
    else:
        functions = stack.read(Path(options.yaml), context.environ)
        deployments = [stack.deployment(name, function, HERE) for name, function in functions.items()]
    _deploy(context, deployments, options)


def _deploy(context: Context, deployments: list[dict[str, Any]], options: argparse.Namespace) -> None:
    failed = {}
    for deployment in deployments:
        name = deployment["service"]
        say(f"Deploying: {name}.")
        status = _deploy_one(context.gateway, deployment, options)
        if status not in (200, 202):
            failed[name] = status
    if failed:
        raise GoError(
            "\n".join(f"Function '{name}' failed to deploy with status code: {failed[name]}" for name in failed)
        )


def _deploy_one(gateway: Gateway, deployment: dict[str, Any], options: argparse.Namespace) -> int:
    name = deployment["service"]
    if options.replace == "true":
        _remove(gateway, name)
    is_update = options.update == "true"
    response = gateway.system("PUT" if is_update else "POST", PATH, deployment)
    body = response.read().decode()
    if is_update and response.status == 404:
        response = gateway.system("POST", PATH, deployment)
        body = response.read().decode()
    elif is_update and response.status == 200:
        say(f"Function {name} already exists, attempting rolling-update.")
    if response.status in (200, 201, 202):
        say(f"\nDeployed. {response.status} {response.reason}.\nURL: {gateway.url}/function/{name}\n")
    else:
        say(f"\nUnexpected status: {response.status}, message: {body}\n")
    return response.status


def list_all(context: Context, options: argparse.Namespace) -> None:
    found = _list(context.gateway)
    if options.json:
        say(json.dumps(found, indent=2))
    elif options.quiet:
        say("\n".join(one["name"] for one in found))
    else:
        image = [f"{'Image':<40}"] if options.verbose else []
        say("\t".join([f"{'Function':<30}", *image, f"{'Invocations':<15}", "Replicas"]))
        for one in found:
            image = [f"{one['image']:<40}"] if options.verbose else []
            count = f"{one['invocationCount']:<15.0f}"
            say("\t".join([f"{one['name']:<30}", *image, count, str(one["replicas"])]))


def describe(context: Context, options: argparse.Namespace) -> None:
    found = _status(context.gateway, options.name)
    listed = {one["name"]: one for one in _list(context.gateway)}
    for name, value in (
        ("Name", found["name"]),
        ("Status", "Ready" if found["availableReplicas"] else "Not Ready"),
        ("Replicas", found["replicas"]),
        ("Available Replicas", found["availableReplicas"]),
        ("Invocations", int(listed[options.name]["invocationCount"])),
        ("Image", found["image"]),
        ("URL", f"{context.gateway.url}/function/{found['name']}"),
    ):
        say(f"{name + ':':<20}{value}")


def ready(context: Context, options: argparse.Namespace) -> None:
    attempts = int(options.attempts)
    for number in range(1, attempts + 1):
        say(f"[{number}/{attempts}] Waiting for {f'function {options.name}' if options.name else 'gateway'}")
        if not options.name and context.gateway.send("GET", "/healthz", {}).status == 200:
            say("OpenFaaS gateway is ready")
            return
        if options.name and _status(context.gateway, options.name)["availableReplicas"]:
            say(f"Function {options.name} is ready")
            return
        time.sleep(1)  # as faas-cli does
    raise GoError(f"function {options.name} not ready after: {attempts}s")


def invoke(context: Context, options: argparse.Namespace) -> None:
    headers = {"User-Agent": "openfaas-go-sdk", "Content-Type": "text/plain"}
    headers |= {name: value.strip() for name, _, value in (one.partition(":") for one in options.header)}
    query = urlencode([tuple(one.split("=", 1)) for one in options.query])
    prefix = "async-function" if getattr(options, "async") else "function"
    target = f"/{prefix}/{options.name}.openfaas-fn" + (f"?{query}" if query else "")
    response = context.gateway.send("POST", target, headers, sys.stdin.buffer.read())
    body = response.read()
    if not 200 <= response.status < 300:
        raise GoError(f"server returned unexpected status code: {response.status} - {body.decode()}")
    if response.status == 202:
        say("Function submitted asynchronously.")
    sys.stdout.buffer.write(body)


def logs(context: Context, options: argparse.Namespace) -> None:
    query = {"name": options.name, "follow": options.tail, "tail": options.lines}
    if options.since:
        since = datetime.now(UTC) - timedelta(minutes=int(options.since.removesuffix("m")))
        query["since"] = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    response = context.gateway.system("GET", "/system/logs", query=query)
    if response.status != 200:
        expect(response, 200)
    for line in response:
        message = unmarshal(line, LOG_MESSAGE)
        say(f"{message['timestamp']} {message['name']} ({message['instance']}) {message['text']}".rstrip("\n"))


def diff(context: Context, options: argparse.Namespace) -> None:
    deployed = {one["name"]: one for one in _list(context.gateway)}
    found = [
        line
        for name, function in stack.read(Path(options.yaml), context.environ).items()
        for line in stack.differences(name, function, deployed.get(name), HERE)
    ]
    if found:
        say("\n".join(found))
        raise GoError("differences found")
    say("YAML matches deployment, no differences found.")


def store_list(context: Context, options: argparse.Namespace) -> None:
    say("FUNCTION\tAUTHOR\tDESCRIPTION")
    for one in _store(options.url):
        say(f"{one['name']}\t{one['author'] or 'unknown'}\t{one['title']}")


def store_deploy(context: Context, options: argparse.Namespace) -> None:
    found = next((one for one in _store(options.url) if one["name"] == options.function), None)
    if found is None:
        raise GoError(f"function '{options.function}' not found")
    deployment = {
        "service": options.name or found["name"],
        "image": found["images"][platform.machine()],
        "envVars": found["environment"],
        "labels": found["labels"],
        "annotations": found["annotations"],
        "readOnlyRootFilesystem": found["readOnlyRootFilesystem"],
    }
    _deploy(context, [deployment], options)


def remove(context: Context, options: argparse.Namespace) -> None:
    names = [options.name] if options.name else list(stack.read(Path(options.yaml), context.environ))
    for name in names:
        say(f"Deleting: {name}.")
        _remove(context.gateway, name)


def _remove(gateway: Gateway, name: str) -> None:
    response = gateway.system("DELETE", PATH, {"functionName": name})
    if response.status == 404:
        response.read()
        say("No existing function to remove")
        return
    expect(response, 200, 201, 202)
    say("Removing old function.")


def _list(gateway: Gateway) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = unmarshal(expect(gateway.system("GET", PATH), 200), FUNCTIONS)
    return found


def _status(gateway: Gateway, name: str) -> dict[str, Any]:
    response = gateway.system("GET", f"/system/function/{name}", query={"usage": "1"})
    found: dict[str, Any] = unmarshal(expect(response, 200, missing=f"no such function: {name}"), FUNCTION_STATUS)
    return found


def _store(url: str) -> list[dict[str, Any]]:
    address = urlsplit(url)
    body = expect(Gateway(f"{address.scheme}://{address.netloc}", HERE).send("GET", address.path, {}), 200)
    found: list[dict[str, Any]] = unmarshal(body, STORE)["functions"]
    return [one for one in found if platform.machine() in one["images"]]


_FILE = ("-f", "--yaml=")
_UPDATE = (("--update=true",), ("--replace=false",))
COMMANDS = (
    Command("up", up, _FILE, ("--skip-push",), ("--image=",), *_UPDATE),
    Command("deploy", deploy, _FILE, ("--image=",), ("--name=",), *_UPDATE),
    Command("list", list_all, ("-v", "--verbose"), ("-q", "--quiet"), ("--json",)),
    Command("describe", describe, ("name",)),
    Command("ready", ready, ("name=",), ("--attempts=60",)),
    Command("invoke", invoke, ("name",), ("-a", "--async"), ("-H", "--header"), ("--query",)),
    Command("logs", logs, ("name",), ("--tail=true",), ("--lines=-1",), ("--since=",)),
    Command("diff", diff, _FILE),
    Command("store list", store_list, ("--url=",)),
    Command("store deploy", store_deploy, ("function",), ("--url=",), ("--name=",), *_UPDATE),
    Command("remove", remove, ("name=",), _FILE),
)
