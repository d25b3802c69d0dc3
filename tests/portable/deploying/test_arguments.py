"""How the values of arguments are read."""

from __future__ import annotations

import io
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

import pytest

from portable.deploying.arguments import add_output, read_data, time_s, wants_color
from portable.deploying.errors import BadSettings

from .worlds import Terminal, make_world


@pytest.mark.parametrize(("text", "seconds"), [("0s", 0), ("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86_400)])
def test_time_is_seconds(text: str, seconds: int) -> None:
    assert time_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "1.5h", "5 m", "5M", "1h30m", "٣m", "1000000s", "yesterday"])
def test_what_is_no_time_is_named_with_what_it_takes(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no time such as 30s, 10m, 2h or 1d"):
        time_s(text)


def test_data_is_itself_or_what_stdin_or_a_file_has(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\xff")

    assert read_data('{"ö": 1}', make_world()) == '{"ö": 1}'.encode()
    assert read_data("-", make_world(stdin=io.StringIO("[]"))) == b"[]"
    assert read_data(f"@{tmp_path / 'data'}", make_world()) == b"\xff"


def test_file_of_data_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"--data: cannot read '.*nowhere': No such file"):
        read_data(f"@{tmp_path / 'nowhere'}", make_world())


@pytest.mark.parametrize(
    ("stdout", "arguments", "environ", "wanted"),
    [
        (Terminal(), [], {}, True),
        (Terminal(), [], {"NO_COLOR": ""}, True),
        (Terminal(), [], {"NO_COLOR": "1"}, False),
        (Terminal(), ["--no-color"], {}, False),
        (io.StringIO(), [], {}, False),
    ],
)
def test_colors_are_for_terminals_alone(
    stdout: io.StringIO, arguments: list[str], environ: dict[str, str], *, wanted: bool
) -> None:
    parser = ArgumentParser()
    add_output(parser, more="more", has_colors=True)

    assert wants_color(parser.parse_args(arguments), make_world(stdout=stdout, environ=environ)) == wanted
