"""What a new project installs: what the tool itself was installed from, where another machine can reach it."""

from __future__ import annotations

import json
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import pytest

from portable.deploying.errors import BadSettings
from portable.scaffold.source import requirement_from, requirement_of

REPOSITORY = "https://example.org/me/portable"
COMMIT = {"vcs_info": {"vcs": "git", "requested_revision": "v1", "commit_id": "4b8a05b"}}


def installed(folder: Path, origin: dict[str, Any] | None) -> PathDistribution:
    """Return the tool as an installer left it; `origin` is its direct_url.json."""
    (folder / "METADATA").write_text("Name: portable-functions\nVersion: 1.2\n")
    if origin is not None:
        (folder / "direct_url.json").write_text(json.dumps(origin))
    return PathDistribution(folder)


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (None, None),
        ({"url": REPOSITORY, **COMMIT}, f"portable-functions[aws,debug] @ git+{REPOSITORY}@4b8a05b"),
        (
            {"url": REPOSITORY, "subdirectory": "tool", **COMMIT},
            f"portable-functions[aws,debug] @ git+{REPOSITORY}@4b8a05b#subdirectory=tool",
        ),
        (
            {"url": "ssh://git@example.org/me/portable", **COMMIT},
            "portable-functions[aws,debug] @ git+ssh://git@example.org/me/portable@4b8a05b",
        ),
        ({"url": f"{REPOSITORY}.whl", "archive_info": {}}, f"portable-functions[aws,debug] @ {REPOSITORY}.whl"),
        ({"url": "file:///home/me/portable", "dir_info": {"editable": True}}, None),
        ({"url": "file:///home/me/portable", **COMMIT}, None),
        ({"url": "file:///home/me/portable.whl", "archive_info": {}}, None),
        ({"url": "https://token@example.org/me/portable", **COMMIT}, None),
        ({"url": "https://me:secret@example.org/me/portable", **COMMIT}, None),
        ({"url": "https://example.org/it's", **COMMIT}, None),
    ],
)
def test_requirement_of_the_installed_tool(
    tmp_path: Path, origin: dict[str, Any] | None, requirement: str | None
) -> None:
    assert requirement_of(installed(tmp_path, origin)) == requirement


@pytest.mark.parametrize(
    ("written", "requirement"),
    [
        ("portable-functions==1.2", "portable-functions[aws,debug]==1.2"),
        ("git+ssh://git@example.org/a", "portable-functions[aws,debug] @ git+ssh://git@example.org/a"),
        (f"git+{REPOSITORY}@v1", f"portable-functions[aws,debug] @ git+{REPOSITORY}@v1"),
        (f"{REPOSITORY}.whl", f"portable-functions[aws,debug] @ {REPOSITORY}.whl"),
    ],
)
def test_requirement_that_the_user_names(written: str, requirement: str) -> None:
    assert requirement_from(written) == requirement


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "/home/me/portable",
        "file:///home/me",
        "portable",
        "https://t@example.org/a",
        "https://a b",
        "https://",
        "ssh://git@example.org/a",
    ],
)
def test_source_that_another_machine_cannot_install(written: str) -> None:
    with pytest.raises(BadSettings, match=r"--source is .*; it takes what pip installs on any machine"):
        requirement_from(written)
