"""The file of the history: whose it is, which are refused, which are moved aside, and what a kill leaves of it."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from portable.gateway.history.schema import FILE_NAME, SCHEMA, open_file
from portable.stack.errors import GatewayError

from .kept import FN, call, history, ids, line, texts

# Ends as a kill does, in the middle of the second batch.
KILLED = """
import os, sys
from pathlib import Path
from tests.portable.gateway.history.kept import FN, call, history, line

with history(Path(sys.argv[1])) as it:
    it.record(call("kept"))
    it.logs.append(FN, line("kept"))
    it.flush()
    for number in range(10):
        it.record(call(f"lost-{number}"))
        it.logs.append(FN, line(f"lost-{number}", number))
    left = [int(sys.argv[2])]

    def die(statement):
        if statement.startswith("INSERT"):
            left[0] -= 1
            if not left[0]:
                os._exit(9)

    it._file.connection.set_trace_callback(die)
"""


def made(folder: Path) -> Path:
    """Return the path of a file that is good, and has a call in it."""
    with history(folder) as it:
        it.record(call("kept"))
    return folder / FILE_NAME


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    made(tmp_path / "new").chmod(0o644)
    with history(tmp_path / "new") as it:
        it.record(call())
        it.flush()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

    assert modes == dict.fromkeys(modes, 0o600)
    assert {FILE_NAME, f"{FILE_NAME}-wal"} <= set(modes)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_second_gateway_of_a_folder_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with history(tmp_path), pytest.raises(GatewayError, match=r"another gateway keeps its calls in .*--state-dir"):
        open_file(tmp_path)

    made(tmp_path)


@pytest.mark.parametrize(
    ("pragma", "reason"),
    [(f"user_version = {SCHEMA.version + 1}", "newer gateway"), ("application_id = 7", "another program's")],
)
def test_newer_file_or_another_programs_is_refused_and_left_as_it_is(tmp_path: Path, pragma: str, reason: str) -> None:
    path = made(tmp_path)
    change(path, f"PRAGMA {pragma}")
    before = path.read_bytes()

    with pytest.raises(GatewayError, match=reason):
        open_file(tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if "broken" in one.name] == []


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    change(path, "CREATE TABLE mine (text TEXT)")
    before = path.read_bytes()

    with pytest.raises(GatewayError, match="another program's"):
        open_file(tmp_path)
    assert path.read_bytes() == before


def test_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()

    with pytest.raises(GatewayError, match=r"cannot keep calls and logs in .*--state-dir"):
        open_file(tmp_path)


@pytest.mark.parametrize("kind", ["text", "header", "cut", "page"])
def test_broken_file_is_moved_aside_whole_and_said(tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    path = made(tmp_path)
    whole = path.read_bytes()
    content = {
        "text": b"not a database, but more than a few bytes of text\n" * 100,
        "header": b"SQLite format 3\0" * 64,
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + b"\xff" * 4096 + whole[12288:],
    }[kind]
    path.write_bytes(content)
    with history(tmp_path) as it:
        found = ids(it)
        it.record(call("new"))
    (aside,) = tmp_path.glob(f"{FILE_NAME}.broken-*")

    assert found == []
    assert aside.read_bytes() == content
    assert f"{path} is broken" in caplog.text
    assert str(aside) in caplog.text
    with history(tmp_path) as it:
        assert ids(it) == ["new"]


def test_disk_that_takes_nothing_is_said_once_and_all_is_written_when_it_does_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with history(tmp_path) as it:
        it._file.connection.execute("PRAGMA query_only = ON")
        for number in range(3):
            it.record(call(f"{number}"))
            it.logs.append(FN, line(f"{number}", number))
            it.flush()
        said = [record.message for record in caplog.records]

        assert ids(it) == ["2", "1", "0"]
        assert ["calls cannot be kept on disk" in said[1], "logs cannot be kept on disk" in said[0]] == [True, True]
        assert len(said) == 2
        it._file.connection.execute("PRAGMA query_only = OFF")
    with history(tmp_path) as it:
        assert ids(it) == ["2", "1", "0"]
        assert texts(it.logs.lines(FN)) == ["0", "1", "2"]


@pytest.mark.parametrize("statements", [5, 15])
def test_kill_in_the_middle_of_a_batch_leaves_what_was_written_before_and_nothing_half(
    tmp_path: Path, statements: int
) -> None:
    """Of ten lines and ten calls, which are two transactions, so many are on their way."""
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(statements)], check=False)
    lost = [f"lost-{number}" for number in range(10)]

    assert ended.returncode == 9
    with history(tmp_path) as it:
        assert ids(it) == ["kept"]
        assert texts(it.logs.lines(FN)) == (["kept"] if statements <= 10 else ["kept", *lost])
        it.record(call("later"))
        assert ids(it) == ["later", "kept"]
