"""A secret's value on its way from a file, a pipe or a terminal."""

from __future__ import annotations

import io
import traceback
from pathlib import Path

import pytest

from portable.aws import secrets
from portable.deploying.errors import BadSettings

from ..deploying.worlds import Terminal

VALUE = "hunter2-and-more"


def messages(error: BaseException) -> str:
    """Return everything that a traceback would show."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a", "a"),
        ("a\n", "a"),
        ("a\n\n", "a\n"),
        ("a\r\n", "a"),
        (" a \n", " a "),
        ("a\nb\n", "a\nb"),
        ("\n\n", "\n"),
    ],
)
def test_one_end_of_line_is_left_out(tmp_path: Path, text: str, value: str) -> None:
    file = tmp_path / "value"
    file.write_bytes(text.encode())

    assert secrets.read_value(io.StringIO("stdin"), file) == value
    assert secrets.read_value(io.StringIO(text, newline=""), None) == value


@pytest.mark.parametrize("text", ["", "\n", "\r\n"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(BadSettings, match="there is no value in stdin"):
        secrets.read_value(io.StringIO(text, newline=""), None)


def test_a_terminal_is_asked_and_shows_nothing() -> None:
    asked: list[str] = []

    def ask(prompt: str, /) -> str:
        asked.append(prompt)
        return VALUE

    assert secrets.read_value(Terminal("seen"), None, ask) == VALUE
    assert asked == ["Value (not shown): "]


def test_no_answer_at_the_terminal_is_refused() -> None:
    def ask(prompt: str, /) -> str:
        raise EOFError

    with pytest.raises(BadSettings, match="no value was typed"):
        secrets.read_value(Terminal(), None, ask)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"cannot be read from .*/value: No such file or directory"):
        secrets.read_value(io.StringIO(), tmp_path / "value")


def test_what_is_no_text_is_refused_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "value"
    file.write_bytes(VALUE.encode() + b"\xff")
    for stdin, path in ((io.StringIO(), file), (io.TextIOWrapper(io.BytesIO(file.read_bytes())), None)):
        with pytest.raises(BadSettings, match="is no UTF-8 text") as refused:
            secrets.read_value(stdin, path)
        assert VALUE not in messages(refused.value)
