"""What the command prints, and what it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import pytest

from portable.__main__ import main
from portable.deploying.arguments import Option
from portable.packaging import command, contents
from portable.packaging.built import Built
from portable.packaging.errors import PackageError

from ..verbs.projects import write_stack

OURS = {"platforms/contract.py": b"12", "one/a.py": b"3", "one/b.py": b"45", "top.txt": b""}


def build(function_dir: Path) -> Built:
    """Build a folder."""
    files = {**contents.function_files(function_dir), **OURS}
    return Built(
        files, is_zip=False, next_commands=("cd {output} && go {name}",), notes=("as it is",), left_out=("tests/",)
    )


def interrupted(function_dir: Path) -> Built:
    """Be stopped by Ctrl-C."""
    raise KeyboardInterrupt


def package(build: Callable[..., Built], output: Path, arguments: Sequence[str], options: Sequence[Option] = ()) -> int:
    """Run the command of a platform; `output` is where it writes by default."""
    return main(arguments, load=lambda: command.command_for("one", build, output, options))


@pytest.fixture
def function_dir(tmp_path: Path) -> Path:
    """Return a function's folder."""
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "handler.py").write_bytes(b"handle=1".ljust(1234))
    return tmp_path / "function"


def test_people_read_what_is_inside_and_what_comes_next(
    function_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "my package"
    code = package(build, output, ["--function", str(function_dir)])
    built = build(function_dir)

    assert code == 0
    assert capsys.readouterr().out.splitlines() == [
        "     1,234 function/handler.py",
        "         3 one/ (2 files)",
        "         2 platforms/contract.py",
        "         0 top.txt",
        f"1,239 bytes, 5 files, in {output}",
        f"digest    {built.digest}",
        f"function  {built.function_digest}",
        "left out: tests/; a .portableignore beside the handler can say otherwise",
        "note: as it is",
        f"next: cd '{output}' && go function",
    ]


def test_machines_read_the_same(function_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "package")
    package(build, Path("never"), ["--function", str(function_dir), "-o", output, "--json"])
    built = build(function_dir)

    assert json.loads(capsys.readouterr().out) == {
        "output": output,
        "bytes": 1239,
        "files": {path: len(built.files[path]) for path in sorted(built.files)},
        "digest": built.digest,
        "function": built.function_digest,
        "left_out": ["tests/"],
        "notes": ["as it is"],
        "next": [f"cd {output} && go function"],
    }


def test_size_of_a_zip_is_that_of_the_file(tmp_path: Path) -> None:
    built = Built(OURS, is_zip=True, next_commands=())

    assert f"{len(built.packed)} bytes, 4 files, in one.zip" in command.describe(built, Path("one.zip"), "one")


def test_options_of_a_platform_reach_its_packager(function_dir: Path, tmp_path: Path) -> None:
    kinds = []

    def build_kind(function_dir: Path, kind: str) -> Built:
        kinds.append(kind)
        return build(function_dir)

    kind = click.option("--kind", default="usual")
    for arguments in ([], ["--kind", "other"]):
        arguments += ["--function", str(function_dir)]
        assert package(build_kind, tmp_path / "package", arguments, (kind,)) == 0
    assert kinds == ["usual", "other"]


def test_error_is_one_line_and_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = package(build, tmp_path / "package", ["--function", str(tmp_path / "nowhere"), "--json"])

    told = (
        f"there is no function and no folder {str(tmp_path / 'nowhere')!r}: stack.yml has meditations; "
        "`portable new NAME` makes one"
    )
    out, err = capsys.readouterr()
    assert code == PackageError.exit_code == 2
    assert err == f"error: {told}\n"
    assert json.loads(out) == {"error": told, "exit_code": 2}


def test_place_that_is_the_function_s_is_an_error(function_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = package(build, Path("never"), ["--function", str(function_dir), "-o", str(function_dir / "x")])

    assert code == 2
    assert "is no place for the package" in capsys.readouterr().err
    assert [path.name for path in function_dir.iterdir()] == ["handler.py"]


def test_ctrl_c_is_code_130_without_a_traceback(function_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert package(interrupted, Path("never"), ["--function", str(function_dir)]) == 130
    assert capsys.readouterr().err == "interrupted: the same command begins anew\n"


@pytest.mark.parametrize(
    ("names", "expected"), [(["one"], "build/wsgi"), (["one", "two"], "build/one/wsgi"), ([], "build/wsgi")]
)
def test_each_of_several_functions_has_a_place_of_its_own(names: list[str], expected: str, tmp_path: Path) -> None:
    stack = write_stack(tmp_path, *names) if names else tmp_path / "stack.yml"
    default = command.OUTPUTS["wsgi"]

    assert command.output_for(None, default, "one", stack, {}) == Path(expected)
    assert command.output_for(Path("x"), default, "one", stack, {}) == Path("x")


@pytest.mark.parametrize("arguments", [["--unknown"], ["extra"], ["-o"]])
def test_wrong_arguments_end_with_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert package(build, Path("never"), arguments) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: ")
