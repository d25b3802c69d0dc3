"""`python -m tests.browser.screenshots`: the pictures of docs/images, of a gateway with functions that were called."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.runtimes.processes import REPOSITORY_DIR, TIMEOUT_S
from tests.sample import FUNCTION_DIR
from tests.tools import require

from .conftest import PHONE, WIDE
from .sites import RETRIED_ONCE, Function, Site, over_processes

IMAGES_DIR = REPOSITORY_DIR / "docs" / "images"
TIDES = """
    def handle(event, context):
        print("tides of", event.path, "asked for by", context.request_id, flush=True)
        return {"statusCode": 500 if event.path == "/mars" else 200, "body": {"tide": "high"}}
"""
MEDITATIONS = (FUNCTION_DIR / "handler.py").read_text()
FUNCTIONS = {
    "meditations": Function(MEDITATIONS, {"limits": {"memory": "128Mi"}, "environment": {"LOG_LEVEL": "INFO"}}),
    "tides": Function(TIDES, {"annotations": RETRIED_ONCE}),
    "reports": Function(TIDES, {"annotations": {"topic": "cron-function", "schedule": "30 6 * * *"}}),
}


def main() -> None:
    """Take every picture."""
    IMAGES_DIR.mkdir(exist_ok=True)
    expect.set_options(timeout=TIMEOUT_S * 1000)
    with tempfile.TemporaryDirectory() as folder, over_processes(Path(folder), FUNCTIONS) as site:
        _call(site)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=require("chromium"), args=["--no-sandbox"])
            _shoot(_open(browser, site, "/", height=360), "functions")
            page = _open(browser, site, "/functions/meditations", height=1100)
            page.get_by_role("button", name="Invoke").click()
            expect(page.locator("#reply .status")).to_be_visible()
            expect(page.locator("#log .line").first).to_be_visible()
            _shoot(page, "function")
            _shoot(_open(browser, site, "/async", height=560, color_scheme="dark"), "async")
            _shoot(_open(browser, site, "/", viewport=PHONE), "functions-phone")
            browser.close()


def _call(site: Site) -> None:
    for number in range(12):
        site.gateway.call("meditations", "/", b"{}")
        site.gateway.call("tides", "/mars" if number % 6 == 5 else "/atlantic")
    for number in range(3):
        site.later("meditations", f"night-{number}")
    headers = ("tides/mars", "letter-to-mars")
    site.later(*headers)


def _open(browser: Browser, site: Site, path: str, *, height: int = 0, **settings: object) -> Page:
    credentials = {"username": "admin", "password": site.gateway.password}
    viewport = {**WIDE, "height": height or WIDE["height"]}
    context = browser.new_context(**{"http_credentials": credentials, "viewport": viewport, **settings})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site.page(path))
    return page


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES_DIR / f"{name}.png")


if __name__ == "__main__":
    main()
