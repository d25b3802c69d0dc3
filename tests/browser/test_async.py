"""Asynchronous calls, dead letters and schedules in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Visit
from .sites import Site

pytestmark = pytest.mark.runtime


def test_call_and_its_result_are_shown_when_it_has_come(visit: Visit, site: Site) -> None:
    page = visit("/async?function=timed")
    site.later("timed", "shown-later", b"body")

    page.get_by_role("link", name="shown-later").click()
    expect(page.locator("#status .state")).to_have_text("done")
    expect(page.locator("#reply .body")).to_have_text("POST /  body")


def test_dead_letter_is_shown_and_replayed(visit: Visit, site: Site) -> None:
    site.later("failing", "to-replay")
    site.wait_for("to-replay", "dead")
    page = visit("/async?state=dead")
    expect(page.locator("#calls")).to_contain_text("to-replay")
    page.get_by_role("button", name="Replay call to-replay").click()

    expect(page.locator("#notice")).to_have_text("The call runs again.")
    expect(page.locator("#status .state")).to_have_text("dead")
    expect(page.locator("#status")).to_contain_text("2 of 2")
    assert site.gateway.control("GET", "/async-function/to-replay").json()["replays"] == 1


def test_schedule_is_shown(visit: Visit) -> None:
    expect(visit("/cron").locator("tr[data-key^=timed]")).to_contain_text("0 0 1 1 *")
