"""The pages: what they show of a gateway, and what they keep to themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Event

import pytest

from portable.gateway.calls.stored_exchange import Reply
from portable.gateway.queue.models import State
from portable.gateway.ui.render import DONE
from portable.stack.messages import LogMessage, LogQuery, Resources

from ..fake_provider import FakeProvider
from ..history.kept import call, function, line
from ..queue.test_routes import keep
from ..running import ControlPlane, control_plane
from .pages import HOSTILE, get

PATHS = ("/ui/", "/ui/functions/echo", "/ui/functions/echo/log", "/ui/functions/echo/remove", "/ui/calls", "/ui/async")
MORE_PATHS = ("/ui/calls/one", "/ui/async/one", "/ui/cron", "/ui/deploy")
POLICY = re.compile(
    r"default-src 'none'; script-src 'nonce-([-\w]+)'; style-src 'nonce-\1'; connect-src 'self'; img-src data:; "
    r"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class HostileProvider(FakeProvider):
    """A provider whose functions print markup."""

    def logs(self, query: LogQuery, closed: Event) -> Iterator[LogMessage]:
        yield line(f"one {HOSTILE}", 1, name=query.function, replica=HOSTILE).message


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Give a gateway with one of everything, all of it hostile; nothing of it is changed."""
    with control_plane(tmp_path_factory.mktemp("filled"), HostileProvider()) as control:
        control.deploy(
            "echo",
            image=f"local/{HOSTILE}",
            env_vars={HOSTILE: "the-value-of-a-variable"},
            labels={"label": HOSTILE},
            annotations={"annotation": HOSTILE, "topic": "cron-function", "schedule": "* * * * *"},
            limits=Resources(memory="64Mi"),
        )
        control.history.record(call("one", function=function("echo"), method=HOSTILE, replica=HOSTILE))
        control.history.record(call(HOSTILE.replace(" ", ""), function=function("echo")))
        body = HOSTILE.encode()
        keep(control, reply=Reply(200, b"X-Own: " + body + b"\r\n", body, len(body), HOSTILE))
        keep(control, "two", State.DEAD)
        keep(control, "three", State.WAITING, function="gone.openfaas-fn")
        yield control


@pytest.mark.parametrize("path", PATHS + MORE_PATHS)
def test_page_runs_nothing_but_its_own_script(filled: ControlPlane, path: str) -> None:
    page = get(filled, path)
    nonce = POLICY.fullmatch(page.answer.headers["Content-Security-Policy"])

    assert nonce
    assert [one.get("nonce") for one in page.all("script")] == [nonce[1]]
    assert page.all("script")[0]["src"] == "/ui/static/ui.js"
    assert page.all("img") == []
    assert not [one for _, attributes in page.elements for one in attributes if one.startswith("on") or one == "style"]
    assert not re.search(r"https?://", "".join(one.get("href") or "" for one in page.all("link")))


@pytest.mark.parametrize("path", PATHS + MORE_PATHS)
def test_page_has_its_frame(filled: ControlPlane, path: str) -> None:
    page = get(filled, path)

    assert page.elements[0] == ("html", {"lang": "en"})
    assert [one["href"] for one in page.all("nav") and page.all("a")][:2] == ["#main", "/ui/"]
    assert len(page.all("main")) == len(page.all("h1")) == 1
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert page.answer.headers["X-Frame-Options"] == "DENY"
    assert len(page.all("a", **{"aria-current": "page"})) == 1


def test_page_has_another_nonce_each_time(control: ControlPlane) -> None:
    policies = {get(control, "/ui/").answer.headers["Content-Security-Policy"] for _ in range(3)}

    assert len(policies) == 3


def test_every_post_form_carries_the_token(filled: ControlPlane) -> None:
    for path in PATHS + MORE_PATHS:
        page = get(filled, path)
        forms = page.all("form", method="post")

        assert len(page.all("input", name="csrf_token")) == len(forms), path


def test_functions_are_listed_with_how_they_did(filled: ControlPlane) -> None:
    page = get(filled, "/ui/")

    assert [one["data-function"] for one in page.all("tr") if "data-function" in one] == ["echo"]
    assert "ready 1 of 1" in page.text("functions")
    assert page.all("svg")[0]["aria-label"]


def test_no_function_is_told_with_what_to_do(control: ControlPlane) -> None:
    assert "faas-cli up" in get(control, "/ui/").text("functions")


def test_functions_page_has_names_of_its_environment_and_no_values(filled: ControlPlane) -> None:
    page = get(filled, "/ui/functions/echo")

    assert "the-value-of-a-variable" not in page.answer.text
    assert HOSTILE in page.text("settings")
    assert "Limit memory" not in page.text("settings")
    assert "Memory limit 64Mi" in page.text("settings")
    assert "would refuse, ignore" in page.text("elsewhere")
    assert page.text("calls").startswith("Call Began Method")


def test_functions_page_measures_what_replicas_use_if_asked(filled: ControlPlane) -> None:
    assert "of memory" not in get(filled, "/ui/functions/echo").texts["main"]
    assert "of memory" in get(filled, "/ui/functions/echo?usage=1").texts["main"]


def test_unknown_function_is_a_404_page_that_names_the_nearest(filled: ControlPlane) -> None:
    answer = filled.call("GET", "/ui/functions/ecko")

    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "did you mean echo?" in answer.text


def test_calls_are_those_that_the_query_wants(filled: ControlPlane) -> None:
    assert "one" in get(filled, "/ui/calls?name=echo").text("calls")
    assert "None yet." in get(filled, "/ui/calls?status=5xx").text("calls")
    assert get(filled, "/ui/calls?status=5xx").value("status") == "5xx"


def test_query_that_cannot_be_read_is_told_as_text(filled: ControlPlane) -> None:
    answer = filled.call("GET", "/ui/calls", query_string={"status": HOSTILE})

    assert answer.status_code == 400
    assert "<script>owned" not in answer.text
    assert 'role="alert"' in answer.text


def test_call_is_shown_with_its_lines(filled: ControlPlane) -> None:
    page = get(filled, "/ui/calls/one")

    assert HOSTILE in page.text("lines")


def test_async_calls_are_counted_and_can_be_narrowed(filled: ControlPlane) -> None:
    page = get(filled, "/ui/async")
    actions = [one["action"] for one in page.all("form", method="post")]

    assert page.text("counts").startswith("Function waiting running done dead cancelled")
    assert actions == ["/ui/async/three/cancel", "/ui/async/two/replay", "/ui/async/one/replay"]
    assert "two" in get(filled, "/ui/async?state=dead").text("calls")
    assert "one" not in get(filled, "/ui/async?state=dead").text("calls").split()


def test_result_of_an_async_call_is_text(filled: ControlPlane) -> None:
    page = get(filled, "/ui/async/one")

    assert HOSTILE in page.text("reply")
    assert "done" in page.text("status")


@pytest.mark.parametrize(("max_bytes", "said"), [(1, "more than the gateway keeps")])
def test_result_that_was_not_kept_says_so(filled: ControlPlane, max_bytes: int, said: str) -> None:
    keep(filled, "large", reply=Reply(200, b"", None, 2**21))

    assert said in get(filled, "/ui/async/large").text("reply")


def test_schedules_are_listed(filled: ControlPlane) -> None:
    assert "* * * * *" in get(filled, "/ui/cron").text("schedules")


def test_log_is_a_page_as_well(filled: ControlPlane) -> None:
    assert HOSTILE in get(filled, "/ui/functions/echo/log").text("lines")


@pytest.mark.parametrize("done", DONE)
def test_notice_is_one_of_ours(control: ControlPlane, done: str) -> None:
    assert get(control, f"/ui/?done={done}").text("notice") == DONE[done]


def test_notice_is_no_text_of_the_links_own(control: ControlPlane) -> None:
    assert get(control, "/ui/?done=Send+me+your+password").text("notice") == ""


@pytest.mark.parametrize(
    ("name", "kind"), [("ui.js", "text/javascript; charset=utf-8"), ("ui.css", "text/css; charset=utf-8")]
)
def test_file_of_the_pages_is_served(control: ControlPlane, name: str, kind: str) -> None:
    answer = control.call("GET", f"/ui/static/{name}")

    assert (answer.status_code, answer.content_type) == (200, kind)


def test_no_other_file_is_served(control: ControlPlane) -> None:
    assert control.call("GET", "/ui/static/render.py").status_code == 404
    assert control.call("GET", "/ui/static/..").status_code == 404
