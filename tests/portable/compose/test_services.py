"""The compose file: what a function's service has of stack.yml, and what is as in the repository's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from portable.compose.services import compose_file
from portable.deploying.errors import BadSettings
from portable.project.functions import declared
from tests.runtimes.processes import REPOSITORY_DIR

from .projects import write_project

OWN = yaml.safe_load((REPOSITORY_DIR / "docker-compose.yml").read_text())
CONTEXTS = Path(".portable/compose")


def composed(root: Path) -> dict[str, Any]:
    return compose_file(declared(write_project(root), {}), CONTEXTS)


def test_gateway_and_network_are_those_of_the_repository(tmp_path: Path) -> None:
    whole = composed(tmp_path)
    gateway = whole["services"].pop("gateway")

    assert gateway["build"].pop("context") == ".portable/compose/gateway"
    assert gateway == {**OWN["services"]["gateway"], "build": gateway["build"]}
    assert {**whole, "services": None} == {**OWN, "services": None}


def test_every_function_of_this_tool_has_a_service(tmp_path: Path) -> None:
    assert list(composed(tmp_path)["services"]) == ["gateway", "hello", "other"]


def test_function_is_confined_and_watched_as_the_repository_s_own(tmp_path: Path) -> None:
    service = composed(tmp_path)["services"]["other"]
    own = OWN["services"]["meditations"]
    of_the_function = {"build", "image", "volumes", "labels", "environment", "read_only"}

    assert {key: value for key, value in service.items() if key not in of_the_function} == {
        key: value for key, value in own.items() if key not in of_the_function
    }
    assert service["build"]["dockerfile"] == own["build"]["dockerfile"]
    assert service["environment"]["WATCHFILES_FORCE_POLLING"] == "true"
    assert service["volumes"] == [f"{tmp_path}/parts/other:/app/function:ro"]
    assert not service["read_only"]


def test_function_has_what_stack_yml_says_of_it(tmp_path: Path) -> None:
    service = composed(tmp_path)["services"]["hello"]

    assert service["environment"]["PRICE"] == "5$$ each"
    assert service["environment"]["OPENFAAS_NAME"] == "hello"
    assert service["read_only"]
    assert service["labels"] == {
        "com.openfaas.function": "hello",
        "com.openfaas.scale.zero": "true",
        "com.openfaas.annotation.topic": "cron-function",
        "com.openfaas.annotation.schedule": "*/5 * * * *",
    }


def test_secret_is_named_and_its_value_is_not_in_the_file(tmp_path: Path) -> None:
    environment = composed(tmp_path)["services"]["hello"]["environment"]

    assert environment["api-key"] is None


def test_function_that_is_called_as_the_gateway_is_refused(tmp_path: Path) -> None:
    stack = write_project(tmp_path)
    stack.write_text(stack.read_text().replace("  other:", "  gateway:"))
    with pytest.raises(BadSettings, match="'gateway' is the name of the gateway here"):
        compose_file(declared(stack, {}), CONTEXTS)
