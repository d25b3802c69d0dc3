"""What a function finds in its environment, and which zips this machine can run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from portable.aws.artifact.target import Package
from portable.aws.run.environment import Machine, check_machine, differences, environment, secrets_from, this_machine
from portable.aws.settings import Settings
from portable.deploying.errors import BadSettings
from portable.emulators.aws_lambda.runtime import Layout

LAYOUT = Layout(Path("/l/task"), Path("/l/runtime"), Path("/l/home"))
HERE = Machine("python3.13", "arm64")


def make_settings(**settings: Any) -> Settings:
    return Settings(app="meditations", stage="dev", region="eu-west-1", **settings)


def make_package(*paths: str) -> Package:
    return Package(b"", dict.fromkeys(paths, 1), "arm64", "", "", "")


def test_a_function_finds_lambda_s_variables_and_its_own_and_no_others() -> None:
    found = environment(make_settings(environment={"GREETING": "hello"}), LAYOUT, {"api-key": "s3cret"})

    assert found["GREETING"] == "hello"
    assert found["api-key"] == "s3cret"
    assert found["AWS_LAMBDA_FUNCTION_NAME"] == "meditations-dev"
    assert found["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert (found["AWS_LAMBDA_LOG_FORMAT"], found["AWS_LAMBDA_LOG_LEVEL"]) == ("JSON", "INFO")
    assert "USER" not in found
    assert "AWS_LAMBDA_MAX_CONCURRENCY" not in found  # the runtime client would fork


def test_what_lambda_sets_wins_over_what_the_user_sets() -> None:
    user = {"AWS_REGION": "mars-1", "TZ": "Europe/Berlin", "PYTHONPATH": "lib"}
    found = environment(make_settings(environment=user), LAYOUT, {})

    assert (found["AWS_REGION"], found["TZ"]) == ("eu-west-1", "Europe/Berlin")
    assert found["PYTHONPATH"] == "/l/runtime:lib"


def test_secrets_are_those_that_are_named_and_set_here() -> None:
    environ = {"api-key": "one", "DB_PASSWORD": "two", "OTHER": "three", "EMPTY": ""}

    assert secrets_from(environ, ("api-key", "db.password", "empty", "absent")) == {
        "api-key": "one",
        "db.password": "two",
        "empty": "",
    }


def test_differences_to_lambda_are_said_in_words() -> None:
    settings = make_settings(secrets=("api-key", "token"))

    assert differences(settings, HERE, {"TOKEN": "x"}) == [
        "secret 'api-key' is not set here: export API_KEY=...",
    ]
    assert differences(make_settings(), Machine("python3.11", "x86_64"), {}) == [
        "Lambda will run it with python3.13; here it is python3.11"
    ]


def test_this_machine_is_this_interpreter() -> None:
    assert this_machine().runtime == f"python3.{sys.version_info.minor}"
    assert this_machine().architecture in ("arm64", "x86_64")


@pytest.mark.parametrize("machine", [HERE, Machine("python3.11", "x86_64")])
def test_a_zip_without_compiled_modules_runs_anywhere(machine: Machine) -> None:
    check_machine(make_package("function/handler.py"), make_settings(), machine)


@pytest.mark.parametrize(
    ("path", "machine"),
    [
        ("orjson/orjson.cpython-313-aarch64-linux-gnu.so", HERE),
        ("lib/x.abi3.so", HERE),
        ("lib/x.abi3.so", Machine("python3.11", "arm64")),
    ],
)
def test_compiled_modules_for_this_machine_run(path: str, machine: Machine) -> None:
    check_machine(make_package(path), make_settings(), machine)


@pytest.mark.parametrize(
    ("path", "machine", "here"),
    [
        ("orjson/orjson.cpython-313-aarch64-linux-gnu.so", Machine("python3.11", "arm64"), "python3.11 on arm64"),
        ("orjson/orjson.cpython-313-aarch64-linux-gnu.so", Machine("python3.13", "x86_64"), "python3.13 on x86_64"),
        ("lib/x.abi3.so", Machine("python3.13", "x86_64"), "python3.13 on x86_64"),
    ],
)
def test_compiled_modules_for_another_machine_are_named(path: str, machine: Machine, here: str) -> None:
    with pytest.raises(BadSettings) as error:
        check_machine(make_package("function/handler.py", path), make_settings(), machine)

    assert f"({path})" in str(error.value)
    assert "python3.13 on arm64" in str(error.value)
    assert here in str(error.value)
