"""The file of schedules: what is kept, and what a file that cannot be used or written leads to."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from portable.gateway.cron.job import Job, Run
from portable.gateway.cron.schedule_file import FILE_NAME, ScheduleFile
from portable.gateway.storage.json_file import MAX_BYTES
from portable.stack.schedules import Schedule

from ..peers import on_loop
from .test_job import NOON_S, job

NAME = "echo.openfaas-fn"


async def kept(state_dir: Path, it: Job) -> None:
    """Write a file with one job."""
    file = ScheduleFile(state_dir)
    file.jobs[NAME] = it
    file.is_dirty = True
    await file.write()


async def loaded(state_dir: Path) -> ScheduleFile:
    """Return what a file has."""
    file = ScheduleFile(state_dir)
    await file.load()
    return file


@on_loop
async def test_jobs_are_as_they_were(tmp_path: Path) -> None:
    it = Job(Schedule.parse("CRON_TZ=Asia/Tokyo 0 9 * * *; @every 90s"), NOON_S, NOON_S + 1.5, missed=3, skipped=2)
    it.missed_last_s = NOON_S - 60.0
    it.last = Run(NOON_S, "call-1", 200, 0.25)
    await kept(tmp_path, it)

    assert (await loaded(tmp_path)).jobs == {NAME: it}
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@on_loop
async def test_no_file_is_no_jobs(tmp_path: Path) -> None:
    assert (await loaded(tmp_path)).jobs == {}


@on_loop
async def test_nothing_that_changed_is_nothing_written(tmp_path: Path) -> None:
    await ScheduleFile(tmp_path).write()

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"null",
        b'{"version": 2, "functions": {}}',
        b'{"version": 1}',
        b'{"version": 1, "functions": []}',
        b'{"version": 1, "functions": {"a": 1}}',
        b" " * (MAX_BYTES + 1),
    ],
    ids=range(10),
)
@on_loop
async def test_file_that_cannot_be_used_is_put_aside_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: bytes
) -> None:
    (tmp_path / FILE_NAME).write_bytes(text)
    file = await loaded(tmp_path)

    assert file.jobs == {}
    assert (tmp_path / "cron.broken").read_bytes() == text
    assert not (tmp_path / FILE_NAME).exists()
    assert "missed runs are not known" in caplog.text


@on_loop
async def test_file_that_cannot_be_put_aside_is_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    (tmp_path / "cron.broken").mkdir()
    await loaded(tmp_path)
    await kept(tmp_path, job())

    assert (await loaded(tmp_path)).jobs == {NAME: job()}
    assert "cannot be put aside" in caplog.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("seen_s", 1e300), ("since_s", -1), ("missed", "3"), ("skipped", None), ("schedule", "x"), ("last", {})],
)
@on_loop
async def test_value_that_cannot_be_used_makes_the_file_such_a_one(tmp_path: Path, field: str, value: object) -> None:
    await kept(tmp_path, job())
    path = tmp_path / FILE_NAME
    fields = json.loads(path.read_text())
    fields["functions"][NAME][field] = value
    if field == "last":
        fields["functions"][NAME][field] = {"due_s": float("nan")} | dict.fromkeys(
            ("call_id", "status", "duration_s", "error"), 0
        )
    path.write_text(json.dumps(fields))

    assert (await loaded(tmp_path)).jobs == {}
    assert not path.exists()


@on_loop
async def test_file_that_cannot_be_written_is_said_once_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = ScheduleFile(tmp_path / "later")
    file.jobs[NAME] = job()
    file.is_dirty = True
    with caplog.at_level(logging.ERROR):
        await file.write()
        await file.write()
    assert len(caplog.records) == 1

    (tmp_path / "later").mkdir()
    await file.write()
    assert (await loaded(tmp_path / "later")).jobs == {NAME: job()}
