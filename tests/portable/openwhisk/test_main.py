"""`portable openwhisk`, and its package, which has no commands."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.deploying.world import World
from portable.openwhisk.commands import COMMANDS
from tests.sample import PROJECT_DIR

from .api_server import AUTH, ApiServer, Fault
from .project import Project

ROOT = Path(__file__).parents[3]


def run(*command: str, root: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", *command)
    return subprocess.run(command, cwd=root, env={**os.environ, **environ}, capture_output=True, text=True)


def test_every_command_is_there() -> None:
    assert tuple(COMMANDS) == ("deploy", "status", "invoke", "logs", "remove", "manifest")


def test_deploys_as_a_process(server: ApiServer, project: Project) -> None:
    folder = project.folder
    outcome = run("portable", "openwhisk", "deploy", "--stack", str(folder / "stack.yml"), HOME=str(folder))

    project.printed += [outcome.stdout, outcome.stderr]
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert outcome.stdout.endswith("\n1 created\n")


def test_packages(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    zip_path = project.folder / "openwhisk.zip"

    arguments = ["--function", str(project.folder / "function"), "-o", str(zip_path)]
    assert main(["package", "openwhisk", *arguments]) == 0
    assert "next: wsk action update" in capsys.readouterr().out
    assert zip_path.is_file()


def test_packages_for_the_kind_of_deploy_toml(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.settings('[functions.meditations.openwhisk]\nkind = "python:3.11"\n')
    arguments = ["--stack", str(project.folder / "stack.yml"), "-o", str(project.folder / "openwhisk.zip")]

    assert main(["package", "openwhisk", *arguments]) == 0
    assert "--kind python:3.11 " in capsys.readouterr().out
    assert main(["package", "openwhisk", *arguments, "--kind", "python:3.13"]) == 0
    assert "--kind python:3.13 " in capsys.readouterr().out


def test_says_which_commands_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for name, hint in (("depoly", "did you mean 'deploy'?"), ("go", f"there are: {', '.join(COMMANDS)}")):
        assert main(["openwhisk", name]) == 2

        assert capsys.readouterr().err.endswith(f"error: there is no command {name!r}; {hint}\n")


def test_a_misspelled_option_does_not_show_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--atuh", AUTH], [f"--atuh={AUTH}"], [AUTH], ["--memory", AUTH]):
        assert main(["openwhisk", "deploy", *arguments]) == 2

        error = capsys.readouterr().err
        assert "error: " in error
        assert AUTH.partition(":")[2] not in error


def test_a_misspelled_option_does_not_show_a_variable(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--envs", "A=swordfish"], ["--envs=A=swordfish"], ["A=swordfish"], ["--memory", "A=swordfish"]):
        assert main(["openwhisk", "deploy", *arguments]) == 2

        error = capsys.readouterr().err
        assert "error: " in error
        assert "swordfish" not in error


def test_a_key_before_the_command_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openwhisk", "--auth", AUTH, "deploy"]) == 2

    error = capsys.readouterr().err
    assert "No such option '--auth'. Options stand behind the command." in error
    assert AUTH not in error


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "interrupted: what was done stays done"),
        (RuntimeError(f"with {AUTH}"), 1, "error: RuntimeError: with *** (-v shows where)"),
    ],
)
def test_what_nobody_expected_ends_in_a_message(
    server: ApiServer,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(PROJECT_DIR)

    def sleep(seconds: float) -> None:
        raise error

    server.faults.append(Fault("GET", "", 503))
    err = io.StringIO()
    world = World(environ={"HOME": str(project.folder)}, stderr=err, sleep=sleep)

    assert main(["openwhisk", "status", "-v"], world) == code
    assert message in err.getvalue()
    assert AUTH not in err.getvalue()


def test_a_package_without_the_deployer_says_so(tmp_path: Path) -> None:
    for name in ("", "openwhisk"):
        shutil.copytree(
            ROOT / "platforms" / name, tmp_path / "platforms" / name, ignore=_only_modules, dirs_exist_ok=True
        )

    outcome = run("platforms.openwhisk", "deploy", root=tmp_path)

    assert outcome.returncode == 2
    assert outcome.stderr.endswith("error: it takes --host and --port alone; `portable` packages and deploys\n")


def _only_modules(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith(".py")]
