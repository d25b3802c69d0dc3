"""What docs/replay.md shows is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portable.emulators.registry import EMULATORS
from portable.replay.call_file import HttpCall, parse_call, written
from portable.replay.replaying import replay_call

from .calls import CONFORMANCE, ROOT, call, saved

PAGE = (ROOT / "docs" / "replay.md").read_text()
FILES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_file_is_written_as_the_page_shows_it() -> None:
    recorded = parse_call(FILES[0])

    assert isinstance(recorded, HttpCall)
    assert written(recorded) == FILES[0]


def test_native_event_is_delivered_as_the_page_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (result,) = replay_call(parse_call(FILES[1]), ["all"], CONFORMANCE)

    assert result.differences == []


def test_test_of_three_lines_runs_and_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block
    (tmp_path / "calls").mkdir()
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "handler.py").write_text("def handle(event, context):\n    return event.json()\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANDLER", "tests.functions.conformance.handler:handle")
    for body, fails in (("meditate", False), ("sleep", True)):
        sent = call("str", expected={"status": 200, "body": body})
        saved(tmp_path, sent).rename(tmp_path / "calls" / "moon.json")
        namespace: dict[str, object] = {}
        exec(block[1], namespace)  # the code under test is in the document
        test = namespace["test_tides_of_the_full_moon"]
        assert callable(test)
        if fails:
            with pytest.raises(AssertionError, match="expected 5 bytes, got 8"):
                test()
        else:
            test()


def test_page_names_every_platform_and_door() -> None:
    rows = "".join(line.partition(" | ")[0] for line in PAGE.splitlines() if line.startswith("| `"))

    for target in EMULATORS:
        platform, colon, door = target.partition(":")
        assert f"`{platform}" in rows
        assert f"{colon}{door}`" in rows
