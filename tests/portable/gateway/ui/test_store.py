"""The store on the page Deploy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import control_plane
from .pages import HOSTILE, get


def test_store_is_offered_for_this_machine(tmp_path: Path) -> None:
    store = tmp_path / "store.json"
    images = {"x86_64": "local/here:1", "arm64": "local/here:1"}
    functions = [
        {"title": HOSTILE, "name": "here", "images": images, "labels": {"a": "b"}},
        {"title": "Elsewhere", "name": "elsewhere", "images": {"sparc": "local/elsewhere:1"}},
    ]
    store.write_text(json.dumps({"functions": functions}))
    with control_plane(tmp_path, store_path=store) as control:
        page = get(control, "/ui/deploy")

        assert [one["value"] for one in page.all("input", name="store")] == ["here"]
        assert HOSTILE in page.text("store")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"functions": [{"name": "x"}]}', '{"functions": 1}'])
def test_store_that_cannot_be_read_is_told_on_the_page(tmp_path: Path, content: str | None) -> None:
    store = tmp_path / "store.json"
    if content is not None:
        store.write_text(content)
    with control_plane(tmp_path, store_path=store) as control:
        assert "see --store" in get(control, "/ui/deploy").text("store")
