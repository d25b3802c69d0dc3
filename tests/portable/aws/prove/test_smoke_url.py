"""What asks the URL for an answer, and when it gives up."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from http.client import BadStatusLine
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import URLError

import pytest

from portable.aws.apply import CheckFailed
from portable.aws.aws import Aws
from portable.aws.prove.smoke import SmokeChecks, fetch
from portable.aws.settings import Smoke

from ..stubs import REGION, StubbedSession
from ..targets import NAMES, make_target

URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/dev/"
FORBIDDEN = (403, b'{"message":"Forbidden"}')
OK = (200, b"")


class Site:
    """A URL that answers from a list, the last for ever, and a clock that only its pauses move."""

    def __init__(self, *answers: tuple[int, bytes] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self.pauses: list[float] = []

    def __call__(self, method: str, url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """Answer in turn."""
        self.asked.append((method, url, headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer[0], {}, answer[1]

    def clock(self) -> float:
        return sum(self.pauses)


def check(
    site: Site,
    *,
    url: str = URL,
    api_key_id: str | None = None,
    session: StubbedSession | None = None,
    **settings: Any,
) -> None:
    aws = Aws(session or StubbedSession(), REGION)
    target = make_target(**settings)
    checks = SmokeChecks(aws, NAMES, target.settings, site, clock=site.clock, sleep=site.pauses.append)
    checks.url(url, api_key_id)


def failure(site: Site, **how: Any) -> str:
    with pytest.raises(CheckFailed) as raised:
        check(site, **how)
    return str(raised.value)


class TestUrl:
    def test_one_good_answer_is_enough(self) -> None:
        site = Site(OK)

        check(site, smoke=Smoke("POST", "/health?a=1"))

        assert site.asked == [("POST", URL + "health?a=1", {"User-Agent": "portable-smoke"})]

    @pytest.mark.parametrize(
        "answer",
        [
            (500, b'{"message": "Internal server error"}'),
            FORBIDDEN,
            (403, b'{"message":"Missing Authentication Token"}'),
            (403, b'{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: ..."}'),
            (404, b'{"message":"Not Found"}'),
            URLError("Name or service not known"),
            TimeoutError("timed out"),
            ConnectionResetError(104, "reset"),
            BadStatusLine("x"),
        ],
    )
    def test_what_is_not_there_yet_is_asked_again(self, answer: Any) -> None:
        site = Site(answer, answer, OK)

        check(site)

        assert len(site.asked) == 3
        assert site.pauses == [0.5, 1.0]

    @pytest.mark.parametrize(
        "answer",
        [
            (403, b"not you"),
            (403, b'{"message":"members only"}'),
            (403, b'{"message":"Not Found"}'),
            (404, b'{"message":"no such meditation"}'),
            (404, b'["Not Found"]'),
            (404, b"{}"),
        ],
    )
    def test_the_functions_own_403_and_404_are_answers(self, answer: Any) -> None:
        site = Site(answer)

        check(site)

        assert len(site.asked) == 1

    def test_the_gateways_403_is_well_where_it_is_expected(self) -> None:
        check(Site(FORBIDDEN), smoke=Smoke(statuses=(403,)))

    def test_it_gives_up_after_30_s_with_the_last_answer(self) -> None:
        site = Site(FORBIDDEN, (500, b"a\n b"))

        said = failure(site, smoke=Smoke(statuses=(200,)))

        assert said == f"GET {URL} answered 500: a b, and not with 200"
        assert site.pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0]

    def test_no_answer_at_all_is_said_with_the_reason(self) -> None:
        said = failure(Site(URLError("Name or service not known")))

        assert said == f"GET {URL} gave no answer (Name or service not known), and not with a status below 500"

    def test_a_certificate_is_not_asked_for_twice(self) -> None:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
        error.verify_message = "self-signed certificate"
        site = Site(URLError(error))

        said = failure(site)

        assert "abc123.execute-api.eu-west-1.amazonaws.com cannot be verified (self-signed certificate)" in said
        assert "SSL_CERT_FILE" in said
        assert len(site.asked) == 1


class TestApiKey:
    def test_the_key_is_fetched_and_sent_but_never_shown(self) -> None:
        session, site = StubbedSession(), Site((500, b""))
        session.answer("apigateway", "get_api_key", {"value": "s3cret"}, {"apiKey": "k1", "includeValue": True})

        said = failure(site, api_key_id="k1", session=session)

        assert {headers["x-api-key"] for _, _, headers in site.asked} == {"s3cret"}
        assert "s3cret" not in said


class TestIam:
    URL = "https://abc123.lambda-url.eu-west-1.on.aws/"

    def test_a_function_url_for_iam_is_asked_with_a_signature(self) -> None:
        site = Site(OK)

        check(site, url=self.URL, front_door="url", url_auth="AWS_IAM")

        ((_, url, headers),) = site.asked
        assert url == self.URL
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=id/")
        assert f"/{REGION}/lambda/aws4_request" in headers["Authorization"]
        assert "X-Amz-Date" in headers

    @pytest.mark.parametrize("settings", [{"front_door": "url"}, {"front_door": "rest", "url_auth": "AWS_IAM"}])
    def test_anything_else_is_asked_without(self, settings: dict[str, Any]) -> None:
        site = Site(OK)

        check(site, url=self.URL, **settings)

        assert "Authorization" not in site.asked[0][2]


class Answers(BaseHTTPRequestHandler):
    """Redirects /moved, refuses /refused and says what it was sent otherwise."""

    def do_POST(self) -> None:
        """Answer."""
        status = {"/moved": 302, "/refused": 500}.get(self.path, 200)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        body = f"{self.path} {self.headers['x-api-key']}".encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the parent's name
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Serve on a free port."""
    with HTTPServer(("127.0.0.1", 0), Answers) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


class TestFetch:
    @pytest.mark.parametrize(("path", "status"), [("/", 200), ("/moved", 302), ("/refused", 500)])
    def test_every_status_is_an_answer_and_no_redirect_is_followed(self, server: str, path: str, status: int) -> None:
        answered, headers, body = fetch("POST", server + path, {"x-api-key": "k"})

        assert (answered, body) == (status, f"{path} k".encode())
        assert headers["Location"] == "/elsewhere"

    def test_a_port_that_nobody_listens_on_is_an_os_error(self, server: str) -> None:
        with HTTPServer(("127.0.0.1", 0), Answers) as closed:
            port = closed.server_port

        with pytest.raises(OSError, match="refused"):
            fetch("GET", f"http://127.0.0.1:{port}/", {})
