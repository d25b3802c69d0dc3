"""What a person sees: colors and progress on a terminal, plain lines everywhere else."""

from __future__ import annotations

import io

import pytest

from portable.deploying.looks import progress, styled, wants_color

from .worlds import Terminal, make_world


@pytest.mark.parametrize(
    ("stdout", "environ", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colors_are_for_terminals_alone(stdout: io.StringIO, environ: dict[str, str], *, wanted: bool) -> None:
    assert wants_color(make_world(stdout=stdout, environ=environ)) == wanted


def test_style_is_put_around_a_text_as_terminals_understand_it() -> None:
    assert styled("- gone", "red") == "\x1b[31m- gone\x1b[0m"


@pytest.mark.parametrize(
    ("stderr", "environ"), [(io.StringIO(), {}), (Terminal(), {"TERM": "dumb"})], ids=["a pipe", "a dumb terminal"]
)
def test_progress_is_a_line_for_each_word_where_nobody_looks(stderr: io.StringIO, environ: dict[str, str]) -> None:
    with progress(make_world(stderr=stderr, environ=environ)) as say:
        say("one [bold]")
        say("two")

    assert stderr.getvalue() == "one [bold]\ntwo\n"


def test_progress_is_one_line_that_moves_and_goes_on_a_terminal() -> None:
    stderr = Terminal()
    with progress(make_world(stderr=stderr, environ={"TERM": "xterm"})) as say:
        say("one")
        say("two [bold]")

    shown = stderr.getvalue()
    assert "two [bold]" in shown
    assert shown.endswith("\x1b[2K")  # ECMA-48's EL: the line is erased


def test_progress_shows_nothing_if_nothing_is_told() -> None:
    stderr = Terminal()
    with progress(make_world(stderr=stderr, environ={"TERM": "xterm"})):
        pass

    assert stderr.getvalue() == ""
