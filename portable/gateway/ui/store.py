"""The function store as the page Deploy shows it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...stack.errors import GatewayError, NotFound
from ...stack.messages import FunctionDeployment

ARCHITECTURES = {"amd64": "x86_64", "aarch64": "arm64"}
"""What the store calls machines that Python calls otherwise."""


class StoreFunction(NamedTuple):
    """A function of the store that has an image for this machine."""

    title: str
    description: str
    deployment: FunctionDeployment


def read_store(path: Path) -> list[StoreFunction]:
    """Return the functions of a store's file. Raises GatewayError, for the gateway's operator, if it is none."""
    machine = ARCHITECTURES.get(platform.machine().lower(), platform.machine())
    try:
        functions = json.loads(path.read_bytes())["functions"]
        return [_function(one, one["images"][machine]) for one in functions if one["images"].get(machine)]
    except OSError as error:
        raise GatewayError(f"cannot read the store {str(path)!r}: {error.strerror}; see --store") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GatewayError(f"the store {str(path)!r} is not one of OpenFaaS's form: {error!r}; see --store") from error


def from_store(path: Path, name: str) -> FunctionDeployment:
    """Return the deployment of the store's function of that name. Raises GatewayError."""
    for one in read_store(path):
        if one.deployment.name.name == name:
            return one.deployment
    raise NotFound(f"the store has no function {name[:80]!r} for this machine")


def _function(fields: Mapping[str, Any], image: str) -> StoreFunction:
    wire = {
        "service": fields["name"],
        "image": image,
        "envProcess": fields.get("fprocess", ""),
        "envVars": fields.get("environment"),
        "labels": fields.get("labels"),
        "annotations": fields.get("annotations"),
        "readOnlyRootFilesystem": fields.get("readOnlyRootFilesystem", False),
    }
    return StoreFunction(str(fields["title"]), str(fields.get("description", "")), FunctionDeployment.from_wire(wire))
