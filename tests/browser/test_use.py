"""Whoever uses it: on a phone, by keyboard, with a screen reader, in the dark, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .barriers import expect_no_barrier
from .conftest import Visit
from .sites import PAGES, Site

pytestmark = pytest.mark.runtime
CAN_HAVE_FOCUS = "a, button, summary, select, textarea, input:not([type=hidden]), [tabindex='0']"


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_barrier(visit: Visit, path: str) -> None:
    expect_no_barrier(visit(path))


def test_what_a_form_brought_about_has_no_barrier(visit: Visit) -> None:
    page = visit("/functions/echo")
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("#reply .status")).to_be_visible()
    expect(page.locator("#log .line").first).to_be_visible()
    page.locator("#reply summary").click()
    page.locator("#elsewhere summary").click()
    expect_no_barrier(page)

    page.get_by_label("Headers, one a line").fill("no colon")
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect_no_barrier(page)


def test_function_is_invoked_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/functions/echo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    for name in ("method", "path", "headers", "body"):
        page.keyboard.press("Tab")
        expect(page.locator(f"#invoke [name={name}]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Invoke")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#reply .status")).to_have_text("201")


@pytest.mark.parametrize("path", ["/functions/echo", "/async", "/deploy"])
def test_focus_goes_everywhere_and_is_seen(visit: Visit, path: str) -> None:
    page = visit(path)
    reachable = page.locator(CAN_HAVE_FOCUS).count()
    reached = set()
    for _ in range(reachable):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        written, outline = focused.evaluate("one => [one.outerHTML, getComputedStyle(one).outlineStyle]")
        assert outline == "solid", written
        expect(focused).to_be_in_viewport()
        reached.add(written)

    assert len(reached) == reachable


def test_focus_and_what_is_typed_stay_while_the_page_is_brought_up_to_date(visit: Visit, site: Site) -> None:
    page = visit("/async")
    page.get_by_label("Function").fill("half a na")
    link = page.get_by_role("link", name="later-echo")
    link.focus()
    site.later("timed", "comes-later")

    expect(page.get_by_role("link", name="comes-later")).to_be_visible()
    expect(link).to_be_focused()
    expect(page.get_by_label("Function")).to_have_value("half a na")


def test_function_is_invoked_and_its_log_read_without_javascript(visit: Visit) -> None:
    page = visit("/functions/echo", java_script_enabled=False)
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("#reply .status")).to_have_text("201")
    page.get_by_role("link", name="The newest lines as a page").click()

    expect(page.locator("#lines")).to_contain_text("echo was called")


def test_function_is_scaled_and_removed_without_javascript(visit: Visit, site: Site) -> None:
    page = visit("/functions/given-up", java_script_enabled=False)
    page.get_by_label("Replicas, from").fill("2")
    page.get_by_role("button", name="Scale").click()
    expect(page.locator("#notice")).to_have_text("Scaled.")
    assert site.gateway.statuses()["given-up"]["replicas"] == 2
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove given-up").click()

    expect(page.locator("#notice")).to_have_text("Removed.")
    assert "given-up" not in site.gateway.statuses()


def test_dead_letter_is_replayed_without_javascript(visit: Visit) -> None:
    page = visit("/async?state=dead", java_script_enabled=False)
    page.get_by_role("button", name="Replay call dead-letter").click()

    expect(page.locator("#notice")).to_have_text("The call runs again.")
