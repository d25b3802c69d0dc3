"""`python -m portable aws run`, as a user starts it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conformance import Request
from tests.sample import STACK_PATH
from tests.sample.function.handler import MEDITATIONS

from .. import artifacts, http
from ..processes import TIMEOUT_S, Server, python, running
from .aws_run import RUNTIME, port_of


@contextmanager
def command(folder: Path, *arguments: str, settings: str = "") -> Iterator[Server]:
    """Run the command for the sample, without credentials, for the time of the block."""
    config = folder / "deploy.toml"
    config.write_text(f'[defaults]\nruntime = "{RUNTIME}"\n{settings}')
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(folder), "API_TOKEN": "s3cret-value"}
    places = ("--config", str(config), "--stack", str(STACK_PATH), "--function", str(artifacts.SAMPLE))
    with running(python("portable", "aws", "run", *places, *arguments), environ=nobody) as process:
        yield process


@pytest.mark.parametrize("door", ["rest", "http", "url"])
def test_it_answers_on_its_port_and_sigterm_ends_it_with_0(tmp_path: Path, door: str) -> None:
    port = http.free_port()
    with command(tmp_path, "--port", str(port), settings=f'front_door = "{door}"\n') as process:
        assert port_of(process) == port
        reply = http.send(Request("POST", "/"), port)

        assert (reply.status, reply.header("content-type")) == (200, "application/json")
        assert reply.json()["meditation"] in MEDITATIONS
        assert process.wait_for_line("POST / 200")
        assert process.terminate() == 0
    assert not any("Traceback" in line for line in process.output)


def test_it_says_where_it_serves_and_as_what(tmp_path: Path) -> None:
    with command(tmp_path, "--port", "0") as process:
        line = process.wait_for_line("serving ")

        assert line.startswith("serving meditations-dev at http://127.0.0.1:")
        assert line.endswith("/ as front door rest\n")
        assert process.terminate() == 0


def test_the_sample_of_another_folder_can_be_named(tmp_path: Path) -> None:
    stack = tmp_path / "stack.yml"
    stack.write_text(
        "version: 1.0\nprovider:\n  name: openfaas\n  gateway: http://127.0.0.1:8080\nfunctions:\n"
        f"  other:\n    lang: portable\n    handler: {artifacts.SAMPLE}\n    image: other:latest\n"
        "    secrets: [api-token]\n"
    )
    with command(tmp_path, "--port", "0", "--stack", str(stack), "--function", str(artifacts.SAMPLE)) as process:
        assert http.send(Request("POST", "/"), port_of(process)).status == 200
        assert any(line.startswith("serving other-dev at ") for line in process.output)
    assert not any("s3cret-value" in line for line in process.output)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("memroy = 3\n", "'memroy' is not known; did you mean 'memory_mb'?"),
        ('front_door = "none"\n', "front_door is 'none', so there is no HTTP to serve: use `invoke --local`"),
    ],
)
def test_what_cannot_be_served_is_one_line_and_code_2(tmp_path: Path, settings: str, said: str) -> None:
    with command(tmp_path, settings=settings) as process:
        assert process.process.wait(TIMEOUT_S) == 2
        assert said in process.wait_for_line("error: ")
        assert len(process.output) == 1


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with command(tmp_path, "--port", str(port)) as process:
            assert str(port) in process.wait_for_line("error: ")
            assert process.process.wait(TIMEOUT_S) == 2


def test_a_port_that_is_none_is_a_mistake_of_usage(tmp_path: Path) -> None:
    with command(tmp_path, "--port", "70000") as process:
        assert process.process.wait(TIMEOUT_S) == 2
        assert "70000" in process.wait_for_line("error: Invalid value for '--port'")
