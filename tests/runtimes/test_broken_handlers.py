"""A handler that cannot be used: each platform reports it in its own way, naming the file and the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.emulators.aws_lambda import runtime_api
from tests.tools import require

from . import artifacts
from .containers import image, run_container
from .drivers import LAMBDA_ENVIRON, RIC_COMMAND
from .processes import REPOSITORY_DIR, TIMEOUT_S, python, running

BROKEN = {
    "syntax-error": ("def handle(event, context):\n    return (\n", "handler.py:2", "was never closed"),
    "no-handle": ("def handler(event, context):\n    pass\n", "handler.py", "it defines no 'handle'; found: handler"),
    "wrong-signature": (
        "\ndef handle(event):\n    pass\n",
        "handler.py:2",
        "handle(event) cannot be called as handle(",
    ),
    "raises-at-import": ("x = 1\n\nx / 0\n", "handler.py:3", "ZeroDivisionError"),
    "missing-module": ("import no_such_module\n", "handler.py:1", "No module named 'no_such_module'"),
}
broken = pytest.mark.parametrize(("source", "where", "what"), BROKEN.values(), ids=BROKEN)


def write_function(folder: Path, source: str) -> Path:
    function_dir = folder / "source"
    function_dir.mkdir()
    (function_dir / "handler.py").write_text(source)
    (function_dir / "requirements.txt").touch()
    return function_dir


@broken
@pytest.mark.parametrize("module", ["platforms.wsgi", "platforms.openfaas"])
def test_server_with_a_broken_handler_exits_1_and_says_why(
    module: str, source: str, where: str, what: str, tmp_path: Path
) -> None:
    write_function(tmp_path, source).rename(tmp_path / "function")
    # the folder under test comes first on sys.path, and hides the repository's function/
    with running(python(module), environ={"PYTHONPATH": str(REPOSITORY_DIR)}, cwd=tmp_path) as process:
        line = process.wait_for_line("error: ")

        assert process.process.wait(TIMEOUT_S) == 1
        assert where in line
        assert what in line
        assert not any("Traceback" in one for one in process.output)


@broken
def test_awslambdaric_with_a_broken_handler_reports_an_error_at_init(
    source: str, where: str, what: str, tmp_path: Path
) -> None:
    artifact_dir = artifacts.unzipped(tmp_path, write_function(tmp_path, source))
    with runtime_api.serving() as api:
        environ = {"AWS_LAMBDA_RUNTIME_API": api.address, **LAMBDA_ENVIRON}
        with running(RIC_COMMAND, environ=environ, cwd=artifact_dir) as process:
            with pytest.raises(runtime_api.InvocationError) as error:
                api.wait_until_ready(TIMEOUT_S)

            assert process.process.wait(TIMEOUT_S) != 0
            assert where in error.value.payload["errorMessage"]
            assert what in error.value.payload["errorMessage"]


@pytest.mark.runtime
def test_container_with_a_broken_handler_exits_1_and_logs_why(tmp_path: Path) -> None:
    require("docker")
    source, where, what = BROKEN["raises-at-import"]
    with image(write_function(tmp_path, source)) as tag, run_container(tag) as container:
        assert container.docker.wait(timeout=TIMEOUT_S)["StatusCode"] == 1

        log = container.docker.logs().decode()
        assert where in log
        assert what in log


def test_server_with_a_malformed_handler_variable_says_its_form(tmp_path: Path) -> None:
    with running(python("platforms.wsgi"), environ={"HANDLER": "handler.handle"}) as process:
        line = process.wait_for_line("error: ")

        assert "module:callable" in line
        assert process.process.wait(TIMEOUT_S) == 1


@pytest.mark.parametrize(
    ("variable", "value"), [("exec_timeout", "soon"), ("max_inflight", "-1"), ("write_timeout", "1 h")]
)
def test_openfaas_with_a_malformed_setting_names_it(variable: str, value: str) -> None:
    with running(python("platforms.openfaas"), environ={variable: value}) as process:
        line = process.wait_for_line("error: ")

        assert variable in line
        assert repr(value) in line
        assert process.process.wait(TIMEOUT_S) == 1
