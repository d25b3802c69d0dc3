"""Functions in a browser: their state, invoking, logs, scaling, removing, deploying."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.portable.gateway.providers.docker.engine import IMAGE

from .barriers import expect_no_barrier
from .conftest import PHONE, WIDE, Visit
from .sites import Site

pytestmark = pytest.mark.runtime
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])


def invoke(page: Page, *, method: str = "POST", path: str = "/", headers: str = "", body: str = "") -> None:
    """Fill the form and send it."""
    page.get_by_label("Method").select_option(method)
    page.get_by_label("Path and query").fill(path)
    page.get_by_label("Headers, one a line").fill(headers)
    page.locator("#invoke [name=body]").fill(body)
    page.get_by_role("button", name="Invoke").click()


@SIZES
def test_functions_are_listed_with_their_state(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit("/", viewport=viewport)
    row = page.locator("tr[data-function=echo]")

    expect(row.locator(".state")).to_have_text("ready")
    expect(row.locator("svg.chart")).to_be_visible()
    row.get_by_role("link", name="echo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("echo")


def test_state_and_counts_change_while_one_looks(visit: Visit, site: Site) -> None:
    page = visit("/")
    page.evaluate("window.stays = true")
    calls = page.locator("tr[data-function=timed] [data-label=Calls]")
    before = int(calls.inner_text())
    site.gateway.call("timed")
    site.gateway.control("POST", "/system/scale-function/timed", {"serviceName": "timed", "replicas": 0})

    expect(calls).to_have_text(str(before + 1))
    expect(page.locator("tr[data-function=timed] [data-label=Replicas]")).to_have_text("0 of 0")
    expect(page.locator("tr[data-function=timed] .state")).not_to_have_text("ready")
    assert page.evaluate("window.stays") is True  # it is the same page


@SIZES
def test_function_is_invoked_and_its_reply_shown(visit: Visit, viewport: dict[str, int]) -> None:
    page = visit("/functions/echo", viewport=viewport)
    invoke(page, method="PUT", path="/a?b=c", headers="X-Own: mine", body="two\nlines")

    expect(page.locator("#reply .status")).to_have_text("201")
    expect(page.locator("#reply .body")).to_have_text("PUT /a mine two\nlines")
    page.locator("#reply summary").click()
    expect(page.locator("#reply .headers")).to_contain_text("x-made: here")
    expect(page.get_by_label("Path and query")).to_have_value("/a?b=c")


def test_request_that_cannot_be_is_told_where_one_is(visit: Visit) -> None:
    page = visit("/functions/echo")
    invoke(page, headers="no colon")

    expect(page.get_by_role("alert")).to_contain_text("each line is")
    invoke(page)
    expect(page.locator("#reply .status")).to_have_text("201")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_lines_of_the_log_stream_in(visit: Visit, site: Site) -> None:
    page = visit("/functions/echo")
    expect(page.locator("#log .line").first).to_be_visible()
    site.gateway.call("echo", "/", b"", ("X-Call-Id", "streamed-in"))

    expect(page.locator("#log")).to_contain_text("echo was called streamed-in")
    expect(page.locator("#calls")).to_contain_text("streamed-in")
    page.get_by_role("link", name="streamed-in").click()
    expect(page.locator("#lines")).to_contain_text("echo was called streamed-in")


def test_no_network_is_told_and_the_log_goes_on_after_it_without_saying_a_line_twice(visit: Visit, site: Site) -> None:
    page = visit("/functions/echo")
    expect(page.locator("#log .line").first).to_be_visible()
    expect(page.locator("#connection")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#connection")).to_contain_text("The gateway does not answer")
    expect_no_barrier(page)
    site.gateway.call("echo", "/", b"", ("X-Call-Id", "meanwhile"))
    page.context.set_offline(False)

    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator("#log .line", has_text="meanwhile")).to_have_count(1)
    lines = page.locator("#log .line").all_inner_texts()
    assert len(lines) == len(set(lines))


@SIZES
def test_function_is_scaled(visit: Visit, site: Site, viewport: dict[str, int]) -> None:
    wanted = 2 if viewport is WIDE else 3
    page = visit("/functions/scaled", viewport=viewport)
    page.get_by_label("Replicas, from").fill(str(wanted))
    page.get_by_role("button", name="Scale").click()

    expect(page.locator("#notice")).to_have_text("Scaled.")
    expect(page.locator("#status")).to_contain_text(f"{wanted} of {wanted} replicas ready")
    expect(page.locator("#replicas tbody tr")).to_have_count(wanted)
    assert site.gateway.statuses()["scaled"]["replicas"] == wanted


def test_function_that_is_removed_meanwhile_is_told(visit: Visit, site: Site) -> None:
    page = visit("/functions/removed")
    expect(page.locator("#status .state")).to_have_text("ready")
    site.gateway.control("DELETE", "/system/functions", {"functionName": "removed"})

    expect(page.locator("#connection")).to_contain_text("it is not deployed")


def test_page_that_refused_a_form_is_kept_fresh_as_well(visit: Visit, site: Site) -> None:
    page = visit("/functions/timed")
    page.get_by_label("Replicas, from").evaluate("one => { one.type = 'text'; one.value = 'many'; }")
    page.get_by_role("button", name="Scale").click()
    expect(page.get_by_role("alert")).to_contain_text("replicas must be")
    site.gateway.call("timed", "/", b"", ("X-Call-Id", "after-the-refusal"))

    expect(page.locator("#calls")).to_contain_text("after-the-refusal")


def test_names_are_shown_and_no_values(visit: Visit) -> None:
    page = visit("/functions/echo")

    expect(page.locator("#settings")).to_contain_text("MODE")
    expect(page.locator("#settings")).to_contain_text("64Mi")
    assert "the-value-of-a-variable" not in page.content()


@SIZES
def test_function_is_deployed_changed_and_removed(visit: Visit, docker_site: Site, viewport: dict[str, int]) -> None:
    name = f"made-{viewport['width']}"
    page = visit("/deploy", site=docker_site, viewport=viewport)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Image", exact=True).fill(IMAGE)
    page.get_by_label("Names of secrets").fill("not-there")
    page.get_by_label("Environment").fill("A=1\nB=2")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Environment")).to_have_value("A=1\nB=2")

    page.get_by_label("Names of secrets").fill("")
    page.get_by_role("button", name="Deploy", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("#notice")).to_contain_text("Deployed.")
    expect(page.locator("#status .state")).to_have_text("ready")
    invoke(page, method="GET")
    expect(page.locator("#reply .status")).to_have_text("200")

    page.get_by_role("link", name="Remove").click()
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.locator("#notice")).to_have_text("Removed.")
    expect(page.locator(f"tr[data-function={name}]")).to_have_count(0)
    assert name not in docker_site.gateway.statuses()
