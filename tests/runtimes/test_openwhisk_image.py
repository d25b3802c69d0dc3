"""The Docker action: built, and driven by /init and /run as the invoker does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import Driver, Request
from tests.platforms.openwhisk.running import END
from tests.tools import require

from . import http
from .actions import ActionDriver, init_message, packed
from .artifacts import CONFORMANCE, SAMPLE
from .containers import Container, compose_context, image, run_container
from .processes import REPOSITORY_DIR
from .test_broken_handlers import write_function

pytestmark = pytest.mark.runtime
DOCKERFILE = REPOSITORY_DIR / "portable" / "openwhisk" / "Dockerfile"


@pytest.fixture(autouse=True)
def _engine() -> None:
    require("docker")


def built(function_dir: Path) -> Any:
    """Return the context that builds the image of a function."""
    return image(function_dir, compose_context, DOCKERFILE)


def init(container: Container, message: Any) -> int:
    """Wait until the container serves, and send it /init; return the status."""
    container.wait_for_log("serving the action")
    return http.send(Request("POST", "/init", (), json.dumps(message).encode()), container.port).status


def driver(container: Container, activations: list[str] | None = None) -> Driver:
    """Return the web action, behind OpenWhisk's controller; the ids of its activations are added to the list."""

    def run(message: dict[str, Any]) -> Any:
        if activations is not None:
            activations.append(message["activation_id"])
        return http.post_json("/run", message, container.port)

    return ActionDriver("docker", run)


def test_function_in_the_image_answers_and_each_activation_ends_both_logs() -> None:
    with built(SAMPLE) as tag, run_container(tag) as container:
        status = init(container, {"value": {"name": "meditations", "main": "main"}})
        activations: list[str] = []
        good, bad = (driver(container, activations).send(Request(method, "/")) for method in ("POST", "GET"))
        plain = http.post_json("/run", {"value": {}}, container.port)
        logs = [container.wait_for_log(END, times=3, stdout=out, stderr=not out) for out in (True, False)]

        assert (status, good.status, bad.status) == (200, 200, 405)
        assert good.json()["status"] == plain["status"] == "success"
        assert [log.splitlines().count(END) for log in logs] == [3, 3]
        assert f"meditating on request {activations[0]}" in logs[1].partition(END)[0]


def test_zip_of_another_function_takes_the_place_of_the_image_s() -> None:
    with built(SAMPLE) as tag, run_container(tag, {"LOG_LEVEL": "CRITICAL"}) as container:
        assert init(container, init_message(packed(CONFORMANCE))) == 200
        reply = driver(container).send(Request("POST", "/a%20b", (("Content-Type", "image/png"),), b"\x00\xff"))

        assert (reply.json()["path"], reply.json()["body"]) == ("/a b", "AP8=")
        assert init(container, init_message(packed(CONFORMANCE))) == 403


def test_image_has_what_it_needs_and_runs_as_a_numeric_user() -> None:
    with built(SAMPLE) as tag, run_container(tag) as container:
        container.wait_for_log("serving the action")

        assert container.run("id", "-u") == "65532\n"
        assert container.files("/app/platforms/openwhisk") == {
            path.name for path in (REPOSITORY_DIR / "platforms" / "openwhisk").glob("*.py")
        }
        assert not {"packaging", "wsgi", "aws_lambda"} & container.files("/app/platforms")
        assert "No module named pip" in container.run("python", "-m", "pip")


def test_image_of_a_function_has_its_requirements_and_no_dot_files(tmp_path: Path) -> None:
    source = "import itsdangerous\n\ndef handle(event, context):\n    return itsdangerous.Signer('k').sign('x')\n"
    function_dir = write_function(tmp_path, source)
    (function_dir / "requirements.txt").write_text("itsdangerous==2.2.0\n")
    (function_dir / ".env").write_text("PASSWORD=swordfish\n")
    with built(function_dir) as tag, run_container(tag) as container:
        init(container, {"value": {}})

        assert driver(container).send(Request("POST", "/")).body.startswith(b"x.")
        assert ".env" not in container.run("ls", "-A", "/app/function")
