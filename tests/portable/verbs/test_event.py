"""`portable event`: what it prints is a sample, with what the user wants it to carry."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from portable.__main__ import main
from portable.emulators.samples import SAMPLES, sample

from ..deploying.worlds import make_world, printed


def event(*arguments: str, stdin: str = "") -> Any:
    """Return the event that the verb prints."""
    world = make_world(stdin=io.StringIO(stdin))
    assert main(["event", *arguments], world) == 0
    out, err = printed(world)
    assert err == ""
    return json.loads(out)


@pytest.mark.parametrize("kind", SAMPLES)
def test_event_is_the_sample_of_its_kind(kind: str) -> None:
    assert event(kind) == sample(kind)


def test_data_is_given_read_from_a_file_or_from_stdin(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("moon")

    assert event("sqs", "-d", "moon")["Records"][0]["body"] == "moon"
    assert event("sqs", "--data", f"@{tmp_path / 'data'}")["Records"][0]["body"] == "moon"
    assert event("sqs", "-d", "-", stdin="moon")["Records"][0]["body"] == "moon"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("timer", "-d", "x"), "--data: an event of timer carries no data"),
        (("dynamodb", "-d", "[]"), "--data: it takes a JSON object"),
        (("sqs", "-d", "@nowhere"), "cannot read 'nowhere'"),
        (("sqs", "-d", os.fsdecode(b"\xff")), "--data: it takes text in UTF-8"),
    ],
)
def test_data_that_cannot_be_carried_is_told(arguments: tuple[str, ...], complaint: str) -> None:
    world = make_world()

    assert main(["event", *arguments], world) == 2
    out, err = printed(world)
    assert out == ""
    assert complaint in err


def test_help_says_what_the_data_of_each_kind_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["event", "--help"], make_world()) == 0
    assert "s3           the object's key" in capsys.readouterr().out
