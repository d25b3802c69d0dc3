"""The tables of settings for the documents."""

from __future__ import annotations

import pytest

from platforms.aws_lambda import limits
from platforms.openwhisk import limits as openwhisk_limits

from .settings_tables import AWS, BEGIN, END, OPENWHISK, TABLES, Table


def lines_of(table: Table) -> dict[str, str]:
    return {line.split("`")[1]: line for line in table.text().splitlines()[2:]}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.page.stem)
def test_every_key_has_a_line(table: Table) -> None:
    assert tuple(lines_of(table)) == table.names


def test_line_has_default_and_meaning() -> None:
    assert "| `memory_mb` | `128` | 128 to 10240;" in AWS.text()
    assert '| `smoke` | `"GET /"` | ' in AWS.text()
    assert "| `account` | none | " in AWS.text()
    assert "| `tracing` | `false` | " in AWS.text()
    assert "| `memory_mb` | `256` | From 128;" in OPENWHISK.text()


def test_meaning_of_a_number_says_what_aws_takes() -> None:
    lines = lines_of(AWS)

    assert f" {limits.MIN_MEMORY_MB} to {limits.MAX_MEMORY_MB};" in lines["memory_mb"]
    assert f" {limits.MIN_STORAGE_MB} to {limits.MAX_STORAGE_MB}." in lines["ephemeral_storage_mb"]
    assert f" {limits.MIN_TIMEOUT_S} to {limits.MAX_TIMEOUT_S};" in lines["timeout_s"]
    assert f"rest up to {limits.REST_TIMEOUT_S}, behind http up to {limits.HTTP_TIMEOUT_S}." in lines["timeout_s"]


def test_meaning_of_a_number_says_what_openwhisk_takes() -> None:
    lines = lines_of(OPENWHISK)

    assert f" From {openwhisk_limits.MIN_MEMORY_MB};" in lines["memory_mb"]
    assert f" From {openwhisk_limits.MIN_TIMEOUT_MS};" in lines["timeout_ms"]
    assert f" 0 to {openwhisk_limits.MAX_LOGS_MB}." in lines["logs_mb"]


def test_table_is_put_between_its_marks_and_nothing_else_changes() -> None:
    text = f"before\n{BEGIN}old\n{END}\nafter\n"
    written = AWS.put_into(text)

    assert written == f"before\n{BEGIN}\n{AWS.text()}\n{END}\nafter\n"
    assert AWS.put_into(written) == written
