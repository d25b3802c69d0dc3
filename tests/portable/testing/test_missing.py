"""Which requirements are not installed here."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from portable.testing.missing import explained, missing

CLICK = version("click")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("# nothing\n\n--no-index\n-c constraints.txt\n", []),
        (f"click=={CLICK}\nClick >= 1  # here\n", []),
        (f"click=={CLICK} \\\n    --hash=sha256:{'0' * 64}\n", []),
        (f"click!={CLICK}", [f"click!={CLICK}"]),
        ("no-such-package[extra]>=2; python_version >= '3.8'", ["no-such-package[extra]>=2; python_version >= '3.8'"]),
        ("no-such-package; python_version < '3.0'", []),
        ("-r more.txt\nno-such-package\n", ["no-such-package", "not-there"]),
        ("-e ./lib\n", ["./lib"]),
        ("./wheels/one.whl", ["./wheels/one.whl"]),
        ("no-such-package @ https://example.org/one.whl", ["no-such-package @ https://example.org/one.whl"]),
    ],
)
def test_missing_is_what_is_not_here_in_a_version_that_fits(tmp_path: Path, text: str, found: list[str]) -> None:
    (tmp_path / "more.txt").write_text("not-there\n")
    (tmp_path / "requirements.txt").write_text(text)

    assert missing(tmp_path) == found


def test_function_without_requirements_misses_nothing(tmp_path: Path) -> None:
    assert explained("hello", tmp_path) == ""


def test_file_that_names_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("-r requirements.txt\nnot-there\n")

    assert missing(tmp_path) == ["not-there"]


def test_nothing_is_missing_in_the_environment_of_the_function_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("../lib\n")
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    (tmp_path / "complete").write_text(str(tmp_path / "other"))
    elsewhere = explained("hello", tmp_path)
    (tmp_path / "complete").write_text(str(tmp_path))

    assert elsewhere == "hello requires ../lib, which is not here; `portable test hello` runs its tests"
    assert explained("hello", tmp_path) == ""
