"""The gateway as a process: which file of calls it does not start with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ..test_main import check_one_line, command, finished, started


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path


def test_broken_file_of_calls_ends_it_with_1_and_says_what_to_do(state_dir: Path) -> None:
    path = state_dir / "state" / "calls.db"
    path.write_bytes(b"no database" * 1000)
    ended = finished(command(state_dir=state_dir))

    check_one_line(ended, str(path), "move it and its -wal away")
    assert path.read_bytes() == b"no database" * 1000


def test_newer_file_of_calls_ends_it_with_1(state_dir: Path) -> None:
    path = state_dir / "state" / "calls.db"
    arguments = command(state_dir=state_dir)
    with started(arguments) as (process, _, _):
        process.terminate()
        process.wait()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()

    check_one_line(finished(arguments), "newer gateway", "its format is 99")


def test_folder_of_a_gateway_that_runs_ends_a_second_one_with_1(state_dir: Path) -> None:
    arguments = command(state_dir=state_dir)
    with started(arguments):
        ended = finished(arguments)

    check_one_line(ended, "another gateway keeps its calls", "--state-dir")
