"""A function's page does not get at the dashboard by the browser's cache, and no function gets its password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error

from .elsewhere import another_port
from .sites import Function, Site, over_processes

pytestmark = pytest.mark.runtime
TELLING = """
    calls = []

    def handle(event, context):
        if event.path == "/calls":
            return {"statusCode": 200, "body": repr(calls)}
        calls.append(event.headers.get("authorization", "without a password"))
        if event.path == "/asking":
            return {"statusCode": 401, "headers": {"WWW-Authenticate": 'Basic realm="Restricted"'}, "body": "who?"}
        headers = {"Content-Type": "text/html", "Cache-Control": "max-age=600", "Access-Control-Allow-Origin": "*"}
        return {"statusCode": 200, "headers": headers, "body": "<title>shown</title>"}
"""


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a gateway with a function that tells what it was called with."""
    with over_processes(tmp_path_factory.mktemp("telling"), {"telling": Function(TELLING, {})}) as site:
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a profile of its own."""
    context = browser.new_context()
    yield context
    context.close()


def calls_of(site: Site) -> str:
    return site.gateway.call("telling", "/calls").body.decode()


def test_page_from_the_browsers_cache_has_an_origin_of_its_own(telling: Site, context: BrowserContext) -> None:
    url = f"{telling.gateway.url}/function/telling/cached"
    before = calls_of(telling).count("without a password")
    with another_port() as elsewhere:
        page = context.new_page()
        page.goto(elsewhere)
        assert page.evaluate(f"fetch('{url}').then((reply) => reply.text())") == "<title>shown</title>"
        with page.expect_navigation():
            page.evaluate(f"location.href = '{url}'")

        assert page.title() == "shown"
        assert page.evaluate("window.origin") == "null"
    assert calls_of(telling).count("without a password") == before + 1  # so it was shown from the cache


def test_function_that_asks_for_a_password_does_not_get_the_dashboards(telling: Site, context: BrowserContext) -> None:
    gateway = telling.gateway
    page = context.new_page()
    reply = page.goto(gateway.url.replace("://", f"://admin:{gateway.password}@") + "/ui/")
    assert reply
    assert reply.status == 200
    before = calls_of(telling).count("without a password")
    with pytest.raises(Error, match="INVALID_AUTH_CREDENTIALS"):
        page.goto(f"{gateway.url}/function/telling/asking")

    assert calls_of(telling).count("without a password") == before + 2  # the browser tried the password that it has
    assert "Basic" not in calls_of(telling)
