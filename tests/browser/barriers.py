"""What keeps somebody from using a page, as far as a program can tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from .conftest import PHONE, WIDE

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OPTIONS = {"resultTypes": ["violations"]}


def expect_no_barrier(page: Page) -> None:
    """Expect nothing serious of axe, light and dark, and no scrolling sideways, at both widths."""
    found = []
    for viewport in (WIDE, PHONE):
        page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], (page.url, viewport)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            result = Axe().run(page, options=OPTIONS).response
            found += [f"{viewport['width']} {scheme}: {one}" for one in _serious(result)]
    assert found == [], page.url


def _serious(result: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for one in result["violations"]:
        if one["impact"] in ("serious", "critical"):
            yield f"{one['id']}: {[node['html'] for node in one['nodes']]}"
