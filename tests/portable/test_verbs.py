"""The one command: each verb has its help and its exit codes, and a mistake is told with what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from portable import __main__ as command

ROOT = Path(__file__).parents[2]
ALL = tuple(command.VERBS)
NEEDING = ("serve", "gateway", "check", "aws")  # packages beyond the standard library


def portable(*arguments: str) -> int:
    """Run the command here and return its exit code, also of a verb that leaves by SystemExit as argparse does."""
    try:
        return command.main(arguments, os.environ)
    except SystemExit as end:
        return int(end.code or 0)


def without_packages(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command with the standard library alone."""
    line = [sys.executable, "-S", "-m", "portable", *arguments]
    return subprocess.run(line, cwd=ROOT, env={}, capture_output=True, text=True, timeout=60, check=False)


def test_help_names_every_verb_and_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    for argument in ("--help", "-h"):
        assert portable(argument) == 0
        printed = capsys.readouterr()

        assert printed.err == ""
        first, *lines = printed.out.splitlines()
        assert first.startswith("usage: python -m portable VERB")
        assert [line.split()[0] for line in lines] == list(ALL)


def test_no_verb_is_a_mistake_that_is_told_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert portable() == 2

    assert capsys.readouterr() == ("", f"{command.usage()}\n")


def test_verb_that_there_is_not_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("srve", "--function", "serving"):
        assert portable(verb, "--help") == 2

        assert capsys.readouterr() == ("", f"{command.usage()}\nerror: there is no verb {verb!r}\n")


@pytest.mark.parametrize("verb", ALL)
def test_verb_has_a_help_of_its_own(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    for argument in ("--help", "-h"):
        assert portable(verb, argument) == 0
        printed = capfd.readouterr()

        assert printed.out.startswith(f"usage: python -m portable {verb}")
        assert printed.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--function", "nowhere"),
        ("gateway", "--port", "none"),
        ("check", "nowhere.yml"),
        ("package",),
        ("package", "nowhere"),
        ("aws",),
        ("aws", "nothing"),
        ("openwhisk",),
        ("openwhisk", "nothing"),
        ("replay",),
        ("replay", "nowhere.jsonl"),
    ],
    ids=" ".join,
)
def test_mistake_in_a_verbs_arguments_is_exit_code_2(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert portable(*arguments) == 2
    printed = capsys.readouterr()

    assert printed.out == ""
    assert printed.err


def test_package_for_lambda_is_the_deployers(capsys: pytest.CaptureFixture[str]) -> None:
    assert portable("package", "aws_lambda", "--help") == 0

    assert capsys.readouterr().out.startswith("usage: python -m portable aws package")


@pytest.mark.parametrize("verb", NEEDING)
def test_package_that_a_verb_misses_is_named_with_what_to_do(verb: str) -> None:
    ran = without_packages(verb, "--help")

    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    missing, what_to_do = line.split(f" is not installed for {sys.executable}: run `make setup`, then ")
    assert re.fullmatch(r"error: (?!portable|platforms)\w+", missing)
    assert what_to_do.endswith(f" -m portable {verb}")


@pytest.mark.parametrize("verb", [verb for verb in ALL if verb not in NEEDING])
def test_verb_that_needs_no_package_has_its_help_without_any(verb: str) -> None:
    assert without_packages(verb, "--help").returncode == 0
