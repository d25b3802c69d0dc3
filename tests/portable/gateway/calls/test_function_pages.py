"""Pages of functions: what a browser gets has an origin of its own, the password stays here, the rest is untouched."""

from __future__ import annotations

from base64 import b64encode

import pytest

from portable.gateway.calls.page_sandbox import SANDBOX

from ..peers import on_loop
from ..peers.client import ask
from ..peers.running import PASSWORD, gateway
from ..peers.upstream import answers, replica

POLICY = SANDBOX.decode().partition(": ")[2].strip()
OWN = "Content-Security-Policy: default-src *"
BROWSER = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ALIKE = (  # what a browser has fetched is shown later out of its cache, so all its requests are alike
    (BROWSER,),
    ("Sec-Fetch-Mode: navigate", "Accept: */*"),
    ("Sec-Fetch-Mode: cors", "Accept: application/json"),
    ("Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: worker"),
    ("Origin: http://127.0.0.1:3000",),
    ("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",),
    ("ACCEPT: text/html",),
)
OTHERS = (
    (),
    ("User-Agent: curl/8.14.1", "Accept: */*"),
    ("User-Agent: Go-http-client/1.1", "Accept-Encoding: gzip"),
    ("User-Agent: like Mozilla/5.0", "Accept: application/json"),
)


def basic(text: str) -> str:
    return b64encode(text.encode()).decode()


OF_THE_DASHBOARD = basic(f"{PASSWORD.user}:{PASSWORD.password}")


@pytest.mark.parametrize("lines", ALIKE)
@pytest.mark.parametrize("own", [(), (OWN,)], ids=["without a policy", "with its own"])
@on_loop
async def test_what_a_browser_gets_has_an_origin_of_its_own_beside_its_own_policy(
    lines: tuple[str, ...], own: tuple[str, ...]
) -> None:
    async with replica(answers(b"<script></script>", *own)) as upstream, gateway(upstream.port) as it:
        reply = await ask(it.port, "GET", "/function/echo", *lines)

    policies = [value for name, value in reply.headers if name.lower() == "content-security-policy"]
    assert policies == [*(one.partition(": ")[2] for one in own), POLICY]
    assert "allow-same-origin" not in POLICY
    assert reply.body == b"<script></script>"


@pytest.mark.parametrize("lines", OTHERS)
@on_loop
async def test_any_other_reply_is_as_the_function_made_it(lines: tuple[str, ...]) -> None:
    async with replica(answers()) as upstream, gateway(upstream.port) as it:
        reply = await ask(it.port, "GET", "/function/echo", *lines)

    assert reply.header("content-security-policy") is None


@on_loop
async def test_script_of_a_service_worker_is_refused_before_the_function_is_asked() -> None:
    async with replica(answers()) as upstream, gateway(upstream.port) as it:
        reply = await ask(it.port, "GET", "/function/echo/sw.js", BROWSER, "Service-Worker: script")

        assert reply.status == 403
        assert "cannot be a service worker" in reply.text
        assert upstream.requests == []
        assert (await it.call()).status == 403


@pytest.mark.parametrize("written", [f"Basic {OF_THE_DASHBOARD}", f"bASIC  {OF_THE_DASHBOARD} "])
@on_loop
async def test_password_of_the_dashboard_does_not_reach_a_function(written: str) -> None:
    async with (
        replica(answers(b"", 'WWW-Authenticate: Basic realm="Restricted"', status="401 Unauthorized")) as upstream,
        gateway(upstream.port) as it,
    ):
        reply = await ask(it.port, "GET", "/function/echo", f"Authorization: {written}", "X-Other: stays")

        assert reply.status == 401
        assert upstream.requests[0].header("authorization") is None
        assert upstream.requests[0].header("x-other") == "stays"


@pytest.mark.parametrize(
    "written", [f"Basic {basic('admin:other')}", "Basic !", "Basic \xe9", f"Bearer {OF_THE_DASHBOARD}", "Bearer", ""]
)
@on_loop
async def test_any_other_authorization_reaches_the_function(written: str) -> None:
    async with replica(answers()) as upstream, gateway(upstream.port) as it:
        await ask(it.port, "GET", "/function/echo", f"Authorization: {written}")

        assert upstream.requests[0].header("authorization") == written


@on_loop
async def test_everything_is_as_it_was_sent_if_functions_are_trusted() -> None:
    async with replica(answers()) as upstream, gateway(upstream.port, function_pages="trusted") as it:
        lines = (BROWSER, "Service-Worker: script", f"Authorization: Basic {OF_THE_DASHBOARD}")
        reply = await ask(it.port, "GET", "/function/echo", *lines)

        assert reply.status == 200
        assert reply.header("content-security-policy") is None
        assert upstream.requests[0].header("authorization") == f"Basic {OF_THE_DASHBOARD}"
