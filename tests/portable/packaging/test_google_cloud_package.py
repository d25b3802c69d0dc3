"""The folder for `gcloud functions deploy`: what is inside, and the command that writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.packaging.errors import PackageError
from portable.packaging.google_cloud import FRAMEWORK, build
from tests.sample import FUNCTION_DIR as SAMPLE

from .trees import shipped

ROOT = Path(__file__).parents[3]


def make_function(folder: Path, requirements: str) -> Path:
    """Return the folder of a function that requires this."""
    folder.joinpath("handler.py").write_text("def handle(event, context):\n    return None\n")
    folder.joinpath("requirements.txt").write_text(requirements)
    return folder


def test_folder_has_the_function_the_shim_and_what_the_framework_looks_for() -> None:
    built = build(SAMPLE)
    ours = {path.removeprefix("platforms/") for path in built.files if path.startswith("platforms/")}

    assert not built.is_zip
    assert {path for path in built.files if not path.startswith("platforms/")} == {
        *(".gcloudignore", "function/handler.py", "main.py", "requirements.txt")
    }
    assert ours | {"google_cloud/main.py"} == shipped("google_cloud")
    assert built.files["main.py"] == (ROOT / "platforms/google_cloud/main.py").read_bytes()
    assert built.files["function/handler.py"] == (SAMPLE / "handler.py").read_bytes()


def test_package_is_the_same_each_time() -> None:
    assert build(SAMPLE).digest == build(SAMPLE).digest


def test_requirements_are_the_framework_s_and_the_function_s(tmp_path: Path) -> None:
    built = build(make_function(tmp_path, "# ours\nrequests>=2  # http\n"))

    assert built.files["requirements.txt"].decode() == f"{FRAMEWORK}\n# ours\nrequests>=2  # http\n"


def test_framework_that_the_function_requires_itself_is_left_to_it(tmp_path: Path) -> None:
    built = build(make_function(tmp_path, "functions_framework==3.10.2\n"))

    assert built.files["requirements.txt"] == b"functions_framework==3.10.2\n"


@pytest.mark.parametrize("line", ["-r more.txt", "./wheels/moon.whl", "moon==1 --hash=sha256:00"])
def test_requirement_that_google_could_not_install_is_refused(line: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"requirements\.txt has"):
        build(make_function(tmp_path, f"{line}\n"))


def test_what_a_local_run_leaves_behind_is_not_uploaded() -> None:
    assert "__pycache__/" in build(SAMPLE).files[".gcloudignore"].decode().splitlines()


def test_next_commands_name_entry_points_that_are_there() -> None:
    local, deploy = build(SAMPLE).next_commands

    assert "--source {output}/main.py --target handle_http --host 127.0.0.1" in local
    assert "--source {output} --entry-point handle_http " in deploy
    assert "--no-allow-unauthenticated" in deploy


def test_command_writes_the_folder_and_says_what_is_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "package"

    assert main(["package", "google_cloud", "--function", str(SAMPLE), "--output", str(output), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["digest"] == build(SAMPLE).digest
    assert facts["function"] == build(SAMPLE).function_digest
    assert any(f"--source {output} " in command for command in facts["next"])
    assert {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()} == {
        *facts["files"],
        "platforms/MANIFEST",
    }


def test_command_says_what_is_wrong_with_a_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["package", "google_cloud", "--function", str(tmp_path / "gone"), "-o", str(tmp_path / "package")]) == 2
    assert "there is no function and no folder" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["deploy"], 2), (["--help"], 0)])
def test_command_that_is_not_there_is_told_the_one_that_is(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["package", *arguments]) == code
    captured = capsys.readouterr()
    assert "portable package [OPTIONS] PLATFORM" in captured.out + captured.err
    assert "google_cloud" in captured.out + captured.err
