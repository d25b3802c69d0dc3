"""What a function answers, prints and is called is shown, and never run; nobody else's form does anything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Visit
from .elsewhere import another_port
from .sites import OWN, PAGES, Site

pytestmark = pytest.mark.runtime
IN_A_PATH = OWN.replace("/", "").replace(" ", "%20")
PATHS = (
    "/functions/hostile",
    "/functions/hostile/log",
    "/functions/hostile/remove",
    f"/calls?name={OWN}&id={OWN.replace(' ', '')}",
    f"/calls?status={OWN}",
    f"/calls/{IN_A_PATH}",
    f"/async?function={OWN}&state={OWN}",
    f"/async/{IN_A_PATH}",
    f"/functions/{IN_A_PATH}",
    f"/?done={OWN}",
    f"/functions/echo?done={OWN}&usage={OWN}",
)
SHOWN = {
    "/functions/hostile": ("#settings", "#log"),
    "/functions/hostile/log": ("#lines",),
    "/calls/call-of-hostile": ("#lines",),
    "/async/later-hostile": ("#reply .body",),
}
OUT_OF_A_FIELD = f'"></textarea></pre>{OWN}'
HOSTILE_ID = "\"><img/src=x/onerror='window.owned=3'>"  # an id has no spaces
FORMS = {
    "/deploy": {"name": "new", "image": "local/new:latest"},
    "/functions/scaled/invoke": {"method": "POST", "path": "/"},
    "/functions/scaled/scale": {"replicas": "5"},
    "/functions/scaled/remove": {},
    "/async/dead-letter/replay": {},
    "/async/dead-letter/cancel": {},
}
POST = """([path, fields]) =>
    fetch(path, {method: "POST", body: new URLSearchParams(fields), redirect: "manual"}).then((reply) => reply.status)
"""
SEND_FORM = """([address, token]) => {
    const form = Object.assign(document.createElement("form"), {method: "post", action: address});
    form.append(Object.assign(document.createElement("input"), {name: "csrf_token", value: token}));
    document.body.append(form);
    form.submit();
}"""


def expect_nothing_ran(page: Page) -> None:
    """Expect that no script ran but the page's own, and that none was made."""
    expect(page.locator("img")).to_have_count(0)
    assert not is_owned(page), page.url


def is_owned(page: Page) -> bool:
    """Tell whether a script ran that is not the page's own."""
    return page.evaluate("window.owned !== undefined") is True


def state_of(site: Site) -> dict[str, Any]:
    """Return what forms could have changed."""
    functions = {name: (one["replicas"], one["invocationCount"]) for name, one in site.gateway.statuses().items()}
    return {**functions, "replays": site.gateway.control("GET", "/async-function/dead-letter").json()["replays"]}


@pytest.mark.parametrize("path", SHOWN)
def test_what_a_function_said_is_shown_as_text(visit: Visit, path: str) -> None:
    page = visit(path)
    if path == "/functions/hostile":
        page.get_by_role("button", name="Invoke").click()
        expect(page.locator("#reply .body")).to_contain_text(f"</pre></textarea>{OWN}")
        page.locator("#reply summary").click()
        expect(page.locator("#reply .headers")).to_contain_text(f"x-own: {OWN}")

    for part in SHOWN[path]:
        expect(page.locator(part)).to_contain_text(OWN)
    expect_nothing_ran(page)


def test_id_that_a_caller_made_up_is_shown_as_text(visit: Visit, site: Site) -> None:
    site.gateway.call("echo", "/", b"", ("X-Call-Id", HOSTILE_ID))
    page = visit("/calls?name=echo")
    page.get_by_role("link", name=HOSTILE_ID).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Call {HOSTILE_ID}")
    expect(page.locator("#lines")).to_contain_text(f"echo was called {HOSTILE_ID}")
    expect_nothing_ran(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no-script"])
def test_what_was_typed_into_a_refused_form_is_shown_as_text(visit: Visit, *, scripts: bool) -> None:
    page = visit("/deploy", java_script_enabled=scripts)
    _fill_and_expect(page, page.locator("#deploy"), "Deploy")
    page = visit("/functions/echo", java_script_enabled=scripts)
    _fill_and_expect(page, page.locator("#invoke"), "Invoke")


def _fill_and_expect(page: Page, form: Locator, button: str) -> None:
    fields = form.locator("input:not([type=hidden], [type=checkbox]), textarea")
    typed = fields.count()
    for number in range(typed):
        fields.nth(number).fill(OUT_OF_A_FIELD)
    form.get_by_role("button", name=button).click()

    expect(page.get_by_role("alert")).to_contain_text("window.owned = 1")
    for number in range(typed):
        expect(fields.nth(number)).to_have_value(OUT_OF_A_FIELD)
    expect_nothing_ran(page)


def test_no_address_runs_anything_but_the_pages_own_script(visit: Visit, site: Site) -> None:
    page = visit("/")
    policies: dict[str, str] = {}
    texts: dict[str, str] = {}
    for path in (*PAGES, *PATHS):
        reply = page.goto(site.page(path))
        expect_nothing_ran(page)
        assert reply
        kind = reply.headers["content-type"]
        (policies if kind.startswith("text/html") else texts)[path] = reply.headers.get("content-security-policy", kind)

    assert {path: one for path, one in policies.items() if "unsafe" in one} == {}
    own = r"default-src 'none'; script-src 'nonce-[-\w]+'; style-src 'nonce-[-\w]+';"
    assert {path: one for path, one in policies.items() if not re.match(own, one)} == {}
    assert len(set(policies.values())) == len(policies)  # no nonce is used again
    assert texts == {path: "text/plain; charset=utf-8" for path in PATHS if IN_A_PATH in path}  # of no page of ours


@pytest.mark.parametrize("token", [{}, {"csrf_token": ""}, {"csrf_token": "x"}], ids=["no", "an-empty", "a-wrong"])
def test_form_without_its_token_changes_nothing(visit: Visit, site: Site, token: dict[str, str]) -> None:
    page = visit("/cron")
    before = state_of(site)
    statuses = {path: page.evaluate(POST, [f"/ui{path}", {**fields, **token}]) for path, fields in FORMS.items()}

    assert statuses == dict.fromkeys(FORMS, 403)
    assert state_of(site) == before


def test_form_of_another_site_changes_nothing_even_with_the_token(visit: Visit, site: Site) -> None:
    page = visit("/functions/scaled/remove")
    token = page.locator("[name=csrf_token]").input_value()
    with another_port() as elsewhere:
        page.goto(elsewhere)
        with page.expect_navigation() as navigation:
            page.evaluate(SEND_FORM, [site.page("/functions/scaled/remove"), token])

    assert navigation.value.status == 403
    assert "scaled" in site.gateway.statuses()


def test_wrong_password_shows_nothing(browser: Browser, site: Site) -> None:
    context = browser.new_context(http_credentials={"username": "admin", "password": "wrong"})
    try:
        page = context.new_page()
        for path in PAGES:
            reply = page.goto(site.page(path))

            assert reply
            assert reply.status == 401, path
            assert "invalid credentials" in page.content()
            assert "echo" not in page.content()
    finally:
        context.close()


def test_page_of_a_function_cannot_read_the_dashboard(visit: Visit, site: Site) -> None:
    page = visit("/")
    page.goto(f"{site.gateway.url}/function/hostile")

    assert is_owned(page)  # its own script runs, in an origin of its own
    read = "fetch('/ui/deploy').then((reply) => reply.text(), () => 'refused')"
    assert page.evaluate(read) == "refused"
    assert page.evaluate("window.origin") == "null"
