"""What the provider does when a function's source changes, or the stack file."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from portable.gateway.providers.base import Change
from portable.stack.messages import FunctionName

from .processes import Reports, call, make_provider, providing, start, until, write_function, write_stack


def test_provider_reports_each_function_whose_source_changed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_function(tmp_path / name, "")
    provider = make_provider(write_stack(tmp_path, "one", "two"))
    try:
        reports = Reports(provider)
        numbers = count()

        def change() -> None:
            write_function(tmp_path / "two", f"NUMBER = {next(numbers)}\n")

        assert reports.wait_while(change, Change.SOURCE) == (FunctionName("two"), Change.SOURCE, "")
    finally:
        provider.close()


def test_replica_made_after_an_edit_runs_the_new_source(tmp_path: Path) -> None:
    with providing(tmp_path, "def handle(event, context):\n    return 'old'\n") as provider:
        old = start(provider, "1")
        write_function(tmp_path / "fn", "def handle(event, context):\n    return 'newer'\n")
        new = start(provider, "2")

        assert (call(old), call(new)) == ("old", "newer")


def test_changed_stack_file_is_told_to_need_a_new_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with providing(tmp_path) as provider:
        Reports(provider)
        write_stack(tmp_path, "fn", "other")

        until(lambda: "stack.yml changed: start the gateway again to use it" in caplog.text, "warning")
