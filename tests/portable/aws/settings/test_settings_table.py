"""The table of settings for the documents."""

from __future__ import annotations

from platforms.aws_lambda import limits
from portable.project.settings.aws import KEYS

from .settings_table import BEGIN, END, table, with_table


def test_every_key_has_a_line_with_its_default_and_meaning() -> None:
    names = [line.split("`")[1] for line in table().splitlines()[2:]]

    assert names == [*KEYS.single, *KEYS.tables]
    assert "| `memory_mb` | `128` | 128 to 10240;" in table()
    assert '| `smoke` | `"GET /"` | ' in table()
    assert "| `account` | none | " in table()
    assert "| `tracing` | `false` | " in table()


def test_meaning_of_a_number_says_what_aws_takes() -> None:
    lines = {line.split("`")[1]: line for line in table().splitlines()[2:]}

    assert f" {limits.MIN_MEMORY_MB} to {limits.MAX_MEMORY_MB};" in lines["memory_mb"]
    assert f" {limits.MIN_STORAGE_MB} to {limits.MAX_STORAGE_MB}." in lines["ephemeral_storage_mb"]
    assert f" {limits.MIN_TIMEOUT_S} to {limits.MAX_TIMEOUT_S};" in lines["timeout_s"]
    assert f"rest up to {limits.REST_TIMEOUT_S}, behind http up to {limits.HTTP_TIMEOUT_S}." in lines["timeout_s"]


def test_table_is_put_between_its_marks_and_nothing_else_changes() -> None:
    text = f"before\n{BEGIN}old\n{END}\nafter\n"
    written = with_table(text)

    assert written == f"before\n{BEGIN}\n{table()}\n{END}\nafter\n"
    assert with_table(written) == written
