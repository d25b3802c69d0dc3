"""The one command: each verb has its help and its exit codes, and a mistake is told with what to do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from platforms.loading import HandlerError
from portable import __main__ as command
from portable.deploying.errors import BadSettings, DeployError, Refused
from portable.deploying.world import World
from portable.replay.errors import BadCall
from portable.stack import errors as stack_errors
from tests.sample import PROJECT_DIR

ROOT = Path(__file__).parents[2]
ALL = tuple(command.VERBS)


def portable(*arguments: str, load: Callable[[], click.Command] | None = None) -> tuple[int, str]:
    """Run the command here; return its exit code, and what it said to stderr."""
    err = io.StringIO()
    return command.main(arguments, World(environ={}, stderr=err), load), err.getvalue()


def process(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    line = [sys.executable, *arguments]
    environ = {"PYTHONPATH": str(ROOT), **environ}
    return subprocess.run(line, cwd=PROJECT_DIR, env=environ, capture_output=True, text=True, timeout=60, check=False)


class TestHelp:
    @pytest.mark.parametrize("argument", ["--help", "-h"])
    def test_of_the_command_says_what_every_verb_is_for(
        self, argument: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert portable(argument) == (0, "")

        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("Usage: portable ")
        verbs = [line.split() for line in lines[lines.index("Commands:") + 1 :] if line[2] != " "]
        assert [words[0] for words in verbs] == list(ALL)
        assert all(words[1:] for words in verbs)

    @pytest.mark.parametrize("argument", ["--help", "-h"])
    @pytest.mark.parametrize("verb", ALL)
    def test_of_a_verb_is_its_own(self, verb: str, argument: str, capfd: pytest.CaptureFixture[str]) -> None:
        assert portable(verb, argument) == (0, "")

        assert capfd.readouterr().out.startswith(f"Usage: portable {verb} ")

    def test_is_quick_because_no_verb_s_own_packages_are_imported(self) -> None:
        slow = "boto3 botocore docker flask granian pytest rich uvloop watchfiles yaml"
        program = (
            "import sys; from portable.__main__ import main; code = main(['--help']); "
            f"print(code, *(name for name in {slow.split()} if name in sys.modules))"
        )

        assert process("-c", program).stdout.splitlines()[-1] == "0"

    def test_of_a_group_imports_none_of_its_commands(self) -> None:
        program = (
            "import sys; from portable.__main__ import main; main(['aws', '--help']); print('boto3' in sys.modules)"
        )

        assert process("-c", program).stdout.splitlines()[-1] == "False"


def test_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    assert portable("--version") == (0, "")

    assert capsys.readouterr().out.startswith("portable ")


def test_no_verb_is_a_mistake_that_is_told_what_there_is() -> None:
    code, err = portable()

    assert code == 2
    assert all(f"\n  {verb} " in err for verb in ALL)


@pytest.mark.parametrize(
    ("verb", "hint"), [("srve", "did you mean 'serve'?"), ("x", f"there are: {', '.join(ALL)}")], ids=["near", "far"]
)
def test_verb_that_there_is_not_is_told_the_nearest(verb: str, hint: str) -> None:
    code, err = portable(verb, "--help")

    assert code == 2
    assert err.splitlines()[1:] == [f"error: there is no command {verb!r}; {hint}"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--function", "serve"),
        ("serve", "nowhere"),
        ("serve", "one", "--function", "other"),
        ("serve", "--port", "none"),
        ("gateway", "--port", "none"),
        ("gateway", "extra"),
        ("check", "nowhere.yml"),
        ("check", "--for", "nobody"),
        ("check", "--stack", "nowhere.yml"),
        ("check", "stack.yml", "--stack", "stack.yml"),
        ("package",),
        ("package", "nowhere"),
        ("package", "wsgi", "--function", "nowhere"),
        ("aws",),
        ("aws", "nothing"),
        ("aws", "plan", "--function", "nowhere"),
        ("openwhisk",),
        ("openwhisk", "nothing"),
        ("openwhisk", "status", "--function", "nowhere"),
        ("replay",),
        ("replay", "nowhere.json"),
        ("record",),
        ("record", "nowhere"),
    ],
    ids=" ".join,
)
def test_mistake_in_a_verbs_arguments_is_exit_code_2(
    arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    code, err = portable(*arguments)

    assert code == 2
    assert err
    assert "Traceback" not in err
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("call", "nowhere"),
        ("call", "--nothing"),
        ("check", "nowhere.yml"),
        ("package", "wsgi", "--function", "nowhere"),
        ("package", "aws_lambda", "--function", "nowhere"),
        ("aws", "plan", "--function", "nowhere"),
        ("openwhisk", "status", "--function", "nowhere"),
        ("replay", "nowhere.json"),
    ],
    ids=" ".join,
)
def test_error_is_an_object_where_a_machine_reads(arguments: tuple[str, ...]) -> None:
    out, err = io.StringIO(), io.StringIO()

    code = command.main([*arguments, "--json"], World(environ={}, stdout=out, stderr=err))

    assert code == 2
    told = json.loads(out.getvalue())
    assert told["exit_code"] == code
    assert err.getvalue().splitlines()[-1] == f"error: {told['error']}"


def test_json_behind_two_dashes_is_anothers() -> None:
    out = io.StringIO()

    assert command.main(["test", "nowhere", "--", "--json"], World(environ={}, stdout=out, stderr=io.StringIO())) == 2
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (DeployError("it broke"), 1, "error: it broke\n"),
        (BadSettings("memory is 1"), 2, "error: memory is 1\n"),
        (Refused("not ours"), 5, "error: not ours\n"),
        (BadCall("no call"), 2, "error: no call\n"),
        (stack_errors.Refused("stack.yml: no"), 2, "error: stack.yml: no\n"),
        (HandlerError("no handler"), 1, "error: no handler\n"),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (click.ClickException("no"), 1, "error: no\n"),
    ],
    ids=repr,
)
def test_error_that_a_verb_raises_is_one_line_and_an_exit_code(error: BaseException, code: int, message: str) -> None:
    @click.command
    def failing() -> None:
        raise error

    assert portable(load=lambda: failing) == (code, message)


def test_defect_is_not_hidden() -> None:
    @click.command
    def failing() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        portable(load=lambda: failing)


class TestMissingPackage:
    def test_is_named_with_what_to_do(self) -> None:
        for arguments in (["--help"], ["aws", "doctor"]):
            ran = process("-S", "-m", "portable", *arguments)

            missing = f"error: click is not installed for {sys.executable}: run `make setup` in {ROOT}\n"
            assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", missing)

    def test_of_an_extra_is_named_with_the_extra(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(command, "_CHECKOUT", tmp_path)

        @click.command
        def deploying() -> None:
            raise ModuleNotFoundError("no boto3", name="boto3.session")

        message = f"error: boto3 is not installed for {sys.executable}: install 'portable-functions[aws]' there\n"
        assert portable(load=lambda: deploying) == (2, message)

    def test_of_our_own_is_a_defect(self) -> None:
        @click.command
        def broken() -> None:
            raise ModuleNotFoundError("none", name="portable.nothing")

        with pytest.raises(ModuleNotFoundError):
            portable(load=lambda: broken)


def completed(*words: str) -> list[str]:
    """Return what bash is told to complete the last word to, each as `type,value`."""
    environ = {"_PORTABLE_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(["portable", *words])}
    ran = process("-m", "portable", **environ, COMP_CWORD=str(len(words)), PATH=os.environ["PATH"])
    assert ran.stderr == ""
    return ran.stdout.splitlines()


class TestCompletion:
    def test_script_for_a_shell_is_printed(self) -> None:
        for shell in ("bash", "zsh", "fish"):
            ran = process("-m", "portable", _PORTABLE_COMPLETE=f"{shell}_source", PATH=os.environ["PATH"])

            assert ran.returncode == 0, ran.stderr
            assert f"_PORTABLE_COMPLETE={shell}_complete" in ran.stdout

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (("ope",), "plain,openwhisk"),
            (("package", "azure"), "plain,azure_functions"),
            (("aws", "dest"), "plain,destroy"),
            (("openwhisk", "rem"), "plain,remove"),
            (("aws", "deploy", "--can"), "plain,--canary"),
            (("aws", "deploy", "--stage", "d"), "plain,dev"),
            (("aws", "secret", "l"), "plain,list"),
            (("package", "wsgi", "--function", "med"), "plain,meditations"),
            (("serve", "med"), "plain,meditations"),
            (("serve", "--function", "med"), "plain,meditations"),
            (("check", "--stack", "sta"), "file,sta"),
            (("test", "med"), "plain,meditations"),
            (("call", "med"), "plain,meditations"),
            (("call", "--platform", "open"), "plain,openwhisk"),
            (("event", "sq"), "plain,sqs"),
            (("gateway", "--provider", "pro"), "plain,process"),
            (("replay", "--platform", "aws_lambda:h"), "plain,aws_lambda:http"),
            (("check", "--for", "faasd,open"), "plain,faasd,openwhisk"),
            (("check", "sta"), "file,sta"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
    )
    def test_of_verbs_commands_options_and_values(self, words: tuple[str, ...], expected: str) -> None:
        assert expected in completed(*words)


@pytest.mark.parametrize(
    "line",
    [
        *("test", "serve", "serve .", "call", "check", "up", "down", "new two", "package wsgi", "package aws_lambda"),
        *("aws plan", "openwhisk status", "openwhisk manifest", "replay calls"),
    ],
)
def test_verb_in_a_folder_of_the_project_says_where_the_project_is(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stack.yml").write_text("provider: {name: openfaas}\nfunctions: {}\n")
    (tmp_path / "hello").mkdir()
    monkeypatch.chdir(tmp_path / "hello")

    code, err = portable(*line.split())

    assert code == 2
    assert "the project is in ..: go there" in err
    assert err.count("\n") == 1
    assert not list(Path().iterdir())
