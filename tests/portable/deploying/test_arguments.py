"""How the values of arguments are read."""

from __future__ import annotations

import io
import os
from pathlib import Path

import click
import pytest

from portable.deploying.arguments import complete_functions, read_data, time_s
from portable.deploying.errors import BadSettings
from portable.deploying.world import World

from .worlds import make_world


@pytest.mark.parametrize(("text", "seconds"), [("0s", 0), ("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
def test_time_is_seconds(text: str, seconds: int) -> None:
    assert time_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 m", "5M", "1h30m", "٣m", "1000000s", "yesterday"])
def test_what_is_no_time_is_named_with_what_it_takes(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time such as 30s, 10m, 2h or 1d"):
        time_s(text)


def test_data_is_itself_or_what_stdin_or_a_file_has(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\xff")

    assert read_data('{"ö": 1}', make_world()) == '{"ö": 1}'.encode()
    assert read_data("-", make_world(stdin=io.StringIO("[]"))) == b"[]"
    assert read_data(f"@{tmp_path / 'data'}", make_world()) == b"\xff"


def test_data_on_stdin_or_the_command_line_may_be_bytes() -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff\0"), encoding="utf-8")

    assert read_data("-", World(stdin=stdin)) == b"\xff\0"
    assert read_data(os.fsdecode(b"\xff"), make_world()) == b"\xff"


def test_file_of_data_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"--data: cannot read '.*nowhere': No such file"):
        read_data(f"@{tmp_path / 'nowhere'}", make_world())


STACK = """\
provider: {name: openfaas}
functions:
  greet: {lang: portable, handler: ./greet, image: greet}
  guests: {lang: portable, handler: ./guests, image: guests}
"""


@pytest.mark.parametrize(
    ("incomplete", "names"), [("", ["greet", "guests"]), ("gr", ["greet"]), ("./", [])], ids=["all", "one", "a folder"]
)
def test_function_is_completed_from_the_stack_file(tmp_path: Path, incomplete: str, names: list[str]) -> None:
    (tmp_path / "stack.yml").write_text(STACK)
    command = click.Command("any", params=[click.Option(["--function"])])
    context = click.Context(command, obj=make_world())
    context.params = {"stack": tmp_path / "stack.yml"}

    folder, *found = complete_functions(context, command.params[0], incomplete)

    assert (folder.type, folder.value) == ("dir", incomplete)
    assert [one.value for one in found] == names


def test_stack_file_that_cannot_be_read_completes_folders_alone(tmp_path: Path) -> None:
    command = click.Command("any", params=[click.Option(["--function"])])
    context = click.Context(command, obj=make_world())
    context.params = {"stack": tmp_path / "stack.yml"}

    assert [one.type for one in complete_functions(context, command.params[0], "")] == ["dir"]
