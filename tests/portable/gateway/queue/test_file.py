"""The file of calls: whose it is, and which are refused."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from portable.gateway.queue.schema import SCHEMA, open_file
from portable.stack.errors import GatewayError


def made(folder: Path) -> Path:
    """Return the path of a file that is good."""
    file = open_file(folder)
    file.close()
    return file.path


def change(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = open_file(tmp_path / "new")
    file.connection.execute("PRAGMA user_version")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    file.close()

    assert modes == dict.fromkeys(modes, 0o600)
    assert {"calls.db", "calls.db-wal"} <= set(modes)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = made(tmp_path)
    path.chmod(0o644)
    made(tmp_path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_file_survives_the_machines_end_and_not_only_the_gateways(tmp_path: Path) -> None:
    file = open_file(tmp_path)
    pragmas = [file.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    file.close()

    assert pragmas == ["wal", 2]


def test_second_gateway_of_a_folder_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    first = open_file(tmp_path)
    with pytest.raises(GatewayError, match=r"another gateway keeps its calls in .*--state-dir"):
        open_file(tmp_path)
    first.close()

    made(tmp_path)


def test_file_that_somebody_writes_meanwhile_is_opened(tmp_path: Path) -> None:
    open_file(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "calls.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        open_file(tmp_path).close()


def test_newer_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = made(tmp_path)
    change(path, f"PRAGMA user_version = {SCHEMA.version + 1}")
    before = path.read_bytes()

    with pytest.raises(
        GatewayError, match=rf"newer gateway \(its format is {SCHEMA.version + 1}, this one knows {SCHEMA.version}\)"
    ):
        open_file(tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database, but more than a few bytes of text\n" * 100, b"SQLite format 3\0" * 64]
)
def test_broken_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = made(tmp_path)
    path.write_bytes(content)

    for _ in range(2):
        with pytest.raises(GatewayError, match=r"cannot be read as the gateway's file .*move it and its -wal away"):
            open_file(tmp_path)
    assert path.read_bytes() == content


def test_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    change(path, "CREATE TABLE things (a)")
    before = path.read_bytes()

    with pytest.raises(GatewayError, match="another program's database"):
        open_file(tmp_path)
    assert path.read_bytes() == before


def test_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(GatewayError, match="choose another --state-dir"):
        open_file(tmp_path / "taken" / "in")
