"""What `python -m portable.serving` says of its arguments, before anything is started."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.runtimes.processes import REPOSITORY_DIR, python


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command; it must end by itself."""
    command = python("portable.serving", *arguments)
    return subprocess.run(command, cwd=REPOSITORY_DIR, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("platform", "server"), [("wsgi", "waitress"), ("openfaas", "granian")])
def test_help_shows_its_own_arguments_and_those_of_the_platforms_server(platform: str, server: str) -> None:
    done = serve("--platform", platform, "--help")

    assert done.returncode == 0
    assert done.stdout.startswith("usage: python -m portable.serving")
    assert f"usage: python -m platforms.{platform}" in done.stdout
    assert f"(default: {server})" in done.stdout
    for argument in ("--platform", "--function", "--host", "--port", "--server", "--threads", "--max-body-mb"):
        assert argument in done.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--platform", "apache"), "'apache' (choose from"),
        (("--platform",), "--platform: expected one argument"),
        (("--function", "nowhere"), "there is no folder 'nowhere': name the function's with --function DIR"),
        (("--function", str(Path("function", "handler.py"))), "there is no folder 'function/handler.py'"),
    ],
)
def test_bad_argument_is_told_in_one_line_and_starts_nothing(arguments: tuple[str, ...], complaint: str) -> None:
    done = serve(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert complaint in line
