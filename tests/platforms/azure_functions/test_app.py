"""The app as its decorators register it, by azure.functions' own index."""

from __future__ import annotations

import json
from typing import Any

import pytest

from platforms.azure_functions.shim import make_app
from tests.functions.conformance.handler import handle


def indexed(**environ: str) -> dict[str, list[dict[str, Any]]]:
    """Return the bindings of each function, by its name."""
    functions = make_app(handle, environ).get_functions()
    return {str(one.get_function_name()): json.loads(str(one))["bindings"] for one in functions}


def test_without_a_setting_there_is_the_http_function_alone() -> None:
    ((name, (trigger, output)),) = indexed().items()

    assert name == "http"
    assert (trigger["type"], trigger["route"], trigger["authLevel"]) == ("httpTrigger", "{*path}", "ANONYMOUS")
    assert {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} <= set(trigger["methods"])
    assert output["type"] == "http"


def test_each_trigger_has_its_setting() -> None:
    bindings = indexed(TIMER_SCHEDULE="0 */5 * * * *", QUEUE_NAME="moons", EVENT_GRID="1")

    assert {name: found[0]["type"] for name, found in bindings.items()} == {
        "http": "httpTrigger",
        "timer": "timerTrigger",
        "queue": "queueTrigger",
        "event_grid": "eventGridTrigger",
    }
    assert bindings["timer"][0]["schedule"] == "0 */5 * * * *"
    assert (bindings["queue"][0]["queueName"], bindings["queue"][0]["connection"]) == ("moons", "AzureWebJobsStorage")


def test_queue_may_have_a_connection_of_its_own() -> None:
    assert indexed(QUEUE_NAME="moons", QUEUE_CONNECTION="MOON")["queue"][0]["connection"] == "MOON"


def test_level_of_access_is_a_setting() -> None:
    assert indexed(AUTH_LEVEL="function")["http"][0]["authLevel"] == "FUNCTION"


def test_level_that_azure_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="AUTH_LEVEL is 'open'; it takes function, anonymous, admin"):
        make_app(handle, {"AUTH_LEVEL": "open"})


@pytest.mark.parametrize(("text", "functions"), [("", {"http"}), ("0", {"http"}), ("1", {"http", "event_grid"})])
def test_event_grid_is_on_or_off(text: str, functions: set[str]) -> None:
    assert indexed(EVENT_GRID=text).keys() == functions


def test_setting_that_is_neither_on_nor_off_is_refused() -> None:
    with pytest.raises(ValueError, match="EVENT_GRID is 'true'; it takes 1, or 0"):
        make_app(handle, {"EVENT_GRID": "true"})
