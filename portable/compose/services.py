"""The compose file of a project: the gateway, and each function with its folder mounted.

The services are those of the docker-compose.yml of the tool's repository, whose one function stands for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from .. import assets
from ..deploying.errors import BadSettings
from ..project.functions import Function

GATEWAY = "gateway"
_FUNCTION_LABEL = "com.openfaas.function"
_ANNOTATION_LABELS = "com.openfaas.annotation."  # portable/gateway/providers/docker/spec.py reads them
_FUNCTION_DIR = "/app/function"


def compose_file(functions: Sequence[Function], contexts: Path) -> dict[str, Any]:
    """Return the compose file; paths in it are taken from the project's folder.

    `contexts` has the folder of each service that its image is built from. A secret's value is taken from the
    environment of compose. Raises BadSettings for a function that is called as the gateway is.
    """
    whole = yaml.safe_load(assets.path("docker-compose.yml").read_text(encoding="utf-8"))
    services = whole["services"]
    gateway = services[GATEWAY]
    model = next(service for service in services.values() if _FUNCTION_LABEL in service.get("labels", ()))
    if any(function.name == GATEWAY for function in functions):
        raise BadSettings(f"stack.yml: {GATEWAY!r} is the name of the gateway here: call the function otherwise")
    gateway["build"]["context"] = str(contexts / GATEWAY)
    whole["services"] = {
        GATEWAY: gateway,
        **{function.name: _service(model, function, contexts / function.name) for function in functions},
    }
    return dict(whole)


def _service(model: Mapping[str, Any], function: Function, context: Path) -> dict[str, Any]:
    service = deepcopy(dict(model))
    service["build"]["context"] = str(context)
    service["image"] = f"${{REGISTRY:-local}}/{function.name}-dev:${{TAG:-latest}}"
    service["volumes"] = [f"{_plain(str(function.folder))}:{_FUNCTION_DIR}:ro"]
    service["labels"] = {_FUNCTION_LABEL: function.name}
    service["environment"]["OPENFAAS_NAME"] = function.name
    if deployment := function.deployment:
        annotations = {_ANNOTATION_LABELS + name: value for name, value in deployment.annotations.items()}
        service["labels"] |= _all_plain({**deployment.labels, **annotations})
        service["environment"] |= {**_all_plain(deployment.env_vars), **dict.fromkeys(deployment.secrets)}
        service["read_only"] = deployment.read_only_root_filesystem
    return service


def _all_plain(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: _plain(text) for name, text in texts.items()}


def _plain(text: str) -> str:
    """Return a text in which compose finds no variable."""
    return text.replace("$", "$$")
