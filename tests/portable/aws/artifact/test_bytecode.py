"""Bytecode for the runtime, made by a Python of its version."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from portable.aws.artifact.bytecode import compile_for
from portable.deploying.errors import BadSettings

from .pythons import find_python

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"
TAG = sys.implementation.cache_tag
FILES = {"a.py": b"x = 1\n", "b/c.py": b"import a\nx = a.x in {'p', 'q', 'r', 's'}\n", "b/data.txt": b"no Python"}


def test_every_module_has_its_bytecode_beside_it() -> None:
    assert sorted(compile_for(HERE, FILES)) == [f"__pycache__/a.{TAG}.pyc", f"b/__pycache__/c.{TAG}.pyc"]


def test_bytecode_is_the_same_each_time() -> None:
    assert compile_for(HERE, FILES) == compile_for(HERE, dict(reversed(FILES.items())))


def test_bytecode_runs_whatever_its_source_and_its_date_are(tmp_path: Path) -> None:
    for path, content in {**compile_for(HERE, FILES), **FILES, "a.py": b"x = 2\n"}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    ran = subprocess.run([sys.executable, "-c", "import a; print(a.x)"], cwd=tmp_path, capture_output=True, check=True)

    assert ran.stdout == b"1\n"


def test_module_that_is_no_python_fails_only_when_it_is_imported() -> None:
    assert sorted(compile_for(HERE, {"a.py": b"", "old.py": b"print 1", "nul.py": b"\0"})) == [
        f"__pycache__/a.{TAG}.pyc"
    ]


def test_python_of_another_version_compiles_for_its_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    minor = 12 if sys.version_info.minor == 13 else 13
    python = find_python(f"3.{minor}")
    if python is None:
        pytest.skip(f"there is no python3.{minor} here")
    (tmp_path / f"python3.{minor}").symlink_to(python)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    compiled = compile_for(f"python3.{minor}", FILES)

    assert sorted(compiled) == [f"__pycache__/a.cpython-3{minor}.pyc", f"b/__pycache__/c.cpython-3{minor}.pyc"]


def test_runtime_that_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    other = "python3.12" if HERE == "python3.13" else "python3.13"
    assert shutil.which(other) is None

    with pytest.raises(BadSettings, match=f"there is no {other} here"):
        compile_for(other, FILES)
