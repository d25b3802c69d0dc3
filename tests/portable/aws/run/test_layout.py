"""The folders that a function finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.aws.run.layout import laid_out, link
from portable.deploying.errors import BadSettings
from portable.packaging import zip_file

PACKED = zip_file.pack({"function/handler.py": b"pass\n", "bin/tool": b"#!/bin/sh\n"})


def test_the_zip_is_unpacked_with_its_permissions_and_gone_afterwards() -> None:
    with laid_out(PACKED) as layout:
        assert (layout.task_dir / "function" / "handler.py").read_bytes() == b"pass\n"
        modes = [(layout.task_dir / name).stat().st_mode & 0o777 for name in ("function/handler.py", "bin/tool")]
        assert modes == [0o644, 0o755]

    assert not layout.task_dir.exists()


def test_the_runtime_brings_its_client_and_the_sdk_and_nothing_else_of_this_environment() -> None:
    with laid_out(PACKED) as layout:
        found = {path.name for path in layout.runtime_dir.iterdir()}

        assert {"awslambdaric", "simplejson", "boto3", "botocore"} <= found
        assert not {"pytest", "flask", "debugpy", "yaml", "requests"} & found


def test_a_debugger_is_there_when_it_is_asked_for() -> None:
    with laid_out(PACKED, with_debugger=True) as layout:
        assert (layout.runtime_dir / "debugpy" / "__init__.py").is_file()


def test_what_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"needs no-such-thing, which is not installed: pip install"):
        link("no-such-thing", tmp_path)
