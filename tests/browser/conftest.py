"""What the tests in a browser share: one Chromium, one gateway, and a fresh profile for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.portable.gateway.providers.docker import engine
from tests.runtimes.processes import TIMEOUT_S
from tests.tools import require

from .sites import FUNCTIONS, Site, over_processes, serving

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


EXPECTED = (
    "the server responded with a status of 4",
    "net::ERR_INTERNET_DISCONNECTED",
    "from origin 'null' has been blocked by CORS policy",
    "/function/hostile: Failed to load resource: net::ERR_FAILED",
)
"""What the console says of an error's page, of no network, and of a function's page that asks for one of ours."""
HERE = ("http://127.0.0.1:", "data:")


class Visit(Protocol):
    """Opens a page of a site in a profile of its own, logged in; the other arguments are a context's."""

    def __call__(self, path: str, /, *, site: Site | None = None, **settings: Any) -> Page:
        """Return the page."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a real Chromium."""
    path = require("chromium")
    expect.set_options(timeout=TIMEOUT_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gateway over processes, with everything that there is to see."""
    with over_processes(tmp_path_factory.mktemp("site"), FUNCTIONS) as site:
        for name in ("echo", "hostile"):
            site.gateway.call(name, "/", b"{}", ("X-Call-Id", f"call-of-{name}"))
            site.later(name, f"later-{name}")
        site.later("failing", "dead-letter")
        for call_id, state in (("later-echo", "done"), ("later-hostile", "done"), ("dead-letter", "dead")):
            site.wait_for(call_id, state)
        yield site


@pytest.fixture(scope="session")
def docker_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gateway over Docker, which functions can be deployed to."""
    require("docker")
    engine.build_image()
    network = f"gateway-test-{uuid4().hex[:12]}"
    try:
        flags = ("--provider", "docker", "--network", network, "--write-timeout", "1s")  # its replicas end on no signal
        with serving(tmp_path_factory.mktemp("docker"), *flags) as site:
            yield site
    finally:
        engine.remove_network(network)


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Return what opens pages; it fails the test if the console says what is not expected, or a page asks elsewhere."""
    default = site
    said: list[str] = []
    asked: list[str] = []
    with ExitStack() as stack:

        def open_page(path: str, /, *, site: Site | None = None, **settings: Any) -> Page:
            where = site or default
            credentials = {"username": "admin", "password": where.gateway.password}
            context = browser.new_context(**{"http_credentials": credentials, "viewport": WIDE, **settings})
            stack.callback(context.close)
            context.set_default_timeout(TIMEOUT_S * 1000)
            page = context.new_page()
            page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
            page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(where.page(path))
            return page

        yield open_page
    assert [one for one in said if not any(text in one for text in EXPECTED)] == []
    assert [one for one in asked if not one.startswith(HERE)] == []
