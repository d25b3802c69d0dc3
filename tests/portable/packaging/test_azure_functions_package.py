"""The folder for `func azure functionapp publish`: what is inside, and the command that writes it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.packaging.azure_functions import build
from portable.packaging.built import write
from tests.sample import FUNCTION_DIR as SAMPLE

from .trees import shipped

ROOT = Path(__file__).parents[3]


def test_folder_has_the_function_the_shim_and_what_azure_looks_for() -> None:
    built = build(SAMPLE)

    assert not built.is_zip
    assert {path for path in built.files if not path.startswith("platforms/")} == {
        *(".funcignore", "function/handler.py", "function_app.py", "host.json", "requirements.txt")
    }
    ours = {path.removeprefix("platforms/") for path in built.files if path.startswith("platforms/")}
    assert ours | {f"azure_functions/{name}" for name in ("function_app.py", "host.json")} == shipped("azure_functions")


def test_route_prefix_is_empty_so_that_the_root_is_the_root() -> None:
    settings = json.loads(build(SAMPLE).files["host.json"])

    assert (settings["version"], settings["extensions"]) == ("2.0", {"http": {"routePrefix": ""}})


def test_host_is_told_of_the_extensions_that_know_queues_and_event_grid() -> None:
    # the host itself knows HTTP and timers: https://learn.microsoft.com/azure/azure-functions/functions-bindings-register
    settings = json.loads(build(SAMPLE).files["host.json"])

    assert settings["extensionBundle"] == {
        "id": "Microsoft.Azure.Functions.ExtensionBundle",
        "version": "[4.0.0, 5.0.0)",
    }


def test_requirements_are_azure_s_and_the_function_s(tmp_path: Path) -> None:
    (tmp_path / "handler.py").write_text("def handle(event, context):\n    return None\n")
    (tmp_path / "requirements.txt").write_text("moon>=2\n")

    assert build(tmp_path).files["requirements.txt"] == b"azure-functions\nmoon>=2\n"


def test_folder_is_indexed_without_the_repository(tmp_path: Path) -> None:
    write(build(SAMPLE), tmp_path / "app")
    tell = "import function_app; print([str(one.get_function_name()) for one in function_app.app.get_functions()])"
    ran = subprocess.run(
        [sys.executable, "-c", tell], cwd=tmp_path / "app", stdout=subprocess.PIPE, text=True, check=True, env={}
    )

    assert ran.stdout == "['http']\n"


def test_handler_that_cannot_be_imported_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "handler.py").write_text("import moon_that_is_not_there\n")
    write(build(tmp_path / "function"), tmp_path / "app")
    ran = subprocess.run(
        [sys.executable, "-c", "import function_app"],
        cwd=tmp_path / "app",
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={},
    )

    assert ran.returncode == 1
    assert "HandlerError: cannot import function.handler: " in ran.stderr
    assert "handler.py:1: ModuleNotFoundError" in ran.stderr


def test_command_writes_the_folder_and_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "app"

    assert main(["package", "azure_functions", "--function", str(SAMPLE), "--output", str(output)]) == 0
    assert f"next: cd {output} && func azure functionapp publish APP --python" in capsys.readouterr().out
    assert (output / "host.json").is_file()


@pytest.mark.parametrize("arguments", [[], ["deploy"]], ids=["none", "unknown"])
def test_command_that_there_is_not_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", *arguments]) == 2
    assert "azure_functions" in capsys.readouterr().err
