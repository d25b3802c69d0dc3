"""What a handler can read of its event and context."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pytest

from platforms import BadRequest, contract
from platforms.contract import Event, Response, SecretNotFound
from tests.platforms.builders import REQUEST_ID, make_context, make_event


class TestResponse:
    def test_response_order_is_that_of_flasks_tuple(self) -> None:
        body, status, headers = Response("x", 201, {"X-A": "1"})

        assert (body, status, headers) == ("x", 201, {"X-A": "1"})
        assert Response() == (None, 200, ())
        assert Response.__doc__ is not None


class TestEvent:
    def test_event_method_is_upper_case(self) -> None:
        assert Event("get", raw_path="/").method == "GET"

    def test_event_of_a_raw_path_decodes_it_once(self) -> None:
        event = Event("GET", raw_path="a%2fb/%2541")

        assert event.raw_path == "/a%2Fb/%2541"
        assert event.path == "/a/b/%41"
        assert event.path is event.path

    def test_event_of_a_decoded_path_encodes_it(self) -> None:
        event = Event("GET", path="/a b/100%")

        assert event.path == "/a b/100%"
        assert event.raw_path == "/a%20b/100%25"
        assert event.raw_path is event.raw_path

    def test_event_of_no_path_is_the_root(self) -> None:
        assert Event("GET").path == "/"
        assert Event("GET").raw_path == "/"

    def test_event_malformed_path_raises_at_once(self) -> None:
        with pytest.raises(BadRequest, match="the path"):
            Event("GET", raw_path="/%")

    def test_event_query_is_parsed_when_read(self) -> None:
        event = make_event(raw_query="a=1&a=2&b")

        assert dict(event.query) == {"a": "1", "b": ""}
        assert event.query.getlist("a") == ["1", "2"]
        assert event.query is event.query

    def test_event_malformed_query_raises_only_when_read(self) -> None:
        event = make_event(raw_query="a=%zz")

        assert event.raw_query == "a=%zz"
        with pytest.raises(BadRequest, match="the query string"):
            _ = event.query

    def test_event_headers_and_cookies_are_kept(self) -> None:
        event = Event("GET", header_pairs=[("Cookie", "a=1; a=2"), ("cookie", "b=3")])

        assert dict(event.cookies) == {"a": "1", "b": "3"}
        assert event.headers is event.headers
        assert event.cookies is event.cookies

    def test_event_no_cookie_header_has_no_cookies(self) -> None:
        assert dict(make_event().cookies) == {}

    def test_event_unknown_attribute_is_refused(self) -> None:
        with pytest.raises(AttributeError):
            make_event().user = "me"  # type: ignore[attr-defined]


class TestText:
    @pytest.mark.parametrize(
        ("content_type", "body", "text"),
        [
            (None, "café".encode(), "café"),
            ("text/plain", b"", ""),
            ("text/plain; charset=ISO-8859-1", b"\xe9", "é"),
            ('text/plain; charset="utf-16"', "é".encode("utf-16"), "é"),
        ],
    )
    def test_text_charset_of_content_type_decodes(self, content_type: str | None, body: bytes, text: str) -> None:
        assert make_event(body=body, headers={"Content-Type": content_type} if content_type else {}).text() == text

    @pytest.mark.parametrize(
        "charset", ["klingon", "hex", "rot13", "zlib", "undefined", "a\0b", "../x", "idna", "x" * 99]
    )
    def test_text_unusable_charset_raises_bad_request(self, charset: str) -> None:
        event = make_event(body=b"\xff", headers={"content-type": f"text/plain; charset={charset}"})

        with pytest.raises(BadRequest, match="the body is not text in the charset"):
            event.text()

    def test_text_body_in_another_charset_raises_bad_request(self) -> None:
        with pytest.raises(BadRequest, match=r"the charset 'utf-8': .*position 1"):
            make_event(body=b"a\xff").text()


class TestJson:
    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b'{"a": [1, null]}', {"a": [1, None]}),
            (b"\xef\xbb\xbf1", 1),
            (b' "\xe2\x98\x83" ', "☃"),
            (b"1e5", 100000.0),
        ],
    )
    def test_json_valid_body_is_parsed(self, body: bytes, value: Any) -> None:
        assert make_event(body=body).json() == value

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"NaN", b"[Infinity]", b"-Infinity", b"{'a': 1}", b"[" * 200_000, b"1" * 5000, b"\xff", b"1 2"],
        ids=lambda body: body[:12].decode("latin-1"),
    )
    def test_json_malformed_body_raises_bad_request(self, body: bytes) -> None:
        with pytest.raises(BadRequest, match="the body is not") as refused:
            make_event(body=body).json()

        assert refused.value.status == 400


class TestForm:
    def test_form_fields_repeat_and_decode(self) -> None:
        headers = {"Content-Type": "Application/X-WWW-Form-URLEncoded; charset=utf-8"}

        form = make_event(body=b"a=1&b=x+y%26&a=2&c", headers=headers).form()

        assert {name: form.getlist(name) for name in form} == {"a": ["1", "2"], "b": ["x y&"], "c": [""]}

    @pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data; boundary=x"])
    def test_form_of_another_type_raises_415_naming_it(self, content_type: str) -> None:
        with pytest.raises(BadRequest, match=f"the Content-Type is {content_type!r}") as refused:
            make_event(body=b"a=1", headers={"content-type": content_type}).form()

        assert refused.value.status == 415

    def test_form_malformed_escape_raises_bad_request(self) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded"}

        with pytest.raises(BadRequest, match="the form has a malformed percent-escape: '%'"):
            make_event(body=b"a=%", headers=headers).form()


class TestContext:
    def test_context_members_are_what_the_shim_gave(self) -> None:
        context = make_context(native={"raw": 1})

        assert (context.request_id, context.function_name, context.platform) == (REQUEST_ID, "meditations", "test")
        assert context.native == {"raw": 1}

    def test_context_no_deadline_has_no_remaining_seconds(self) -> None:
        assert make_context().deadline is None
        assert make_context().remaining_seconds() is None

    def test_context_deadline_to_come_leaves_seconds(self) -> None:
        remaining = make_context(deadline=time.time() + 1000).remaining_seconds()

        assert remaining is not None
        assert 0 < remaining <= 1000

    def test_context_deadline_passed_leaves_zero(self) -> None:
        assert make_context(deadline=time.time() - 1).remaining_seconds() == 0.0

    def test_context_trace_parent_is_the_header(self) -> None:
        assert make_context().trace_parent is None
        assert make_context(make_event(headers={"TraceParent": "00-1-2-01"})).trace_parent == "00-1-2-01"

    def test_context_log_records_carry_the_request_id(self, caplog: pytest.LogCaptureFixture) -> None:
        context = make_context()
        with caplog.at_level(logging.INFO, "function"):
            context.log.info("meditating %d", 1)

        record = caplog.records[0]
        assert (record.name, record.getMessage()) == ("function", "meditating 1")
        assert record.__dict__["request_id"] == REQUEST_ID
        assert context.log is context.log


@pytest.fixture
def secret_dirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Put empty folders, and an empty memory, in the place of the process's own."""
    folders = tmp_path / "openfaas", tmp_path / "run"
    for folder in folders:
        folder.mkdir()
    monkeypatch.setattr(contract, "SECRET_DIRS", tuple(map(str, folders)))
    monkeypatch.setattr(contract, "_secrets", {})
    return folders


class TestSecret:
    def test_secret_dirs_are_those_of_openfaas_and_docker(self) -> None:
        assert contract.SECRET_DIRS == ("/var/openfaas/secrets", "/run/secrets")

    @pytest.mark.parametrize("place", [0, 1])
    def test_secret_file_is_read_without_its_newline(self, secret_dirs: tuple[Path, Path], place: int) -> None:
        (secret_dirs[place] / "api-key").write_text(" café \n\n")

        assert make_context().secret("api-key") == " café \n"

    def test_secret_in_both_folders_is_the_first_ones(self, secret_dirs: tuple[Path, Path]) -> None:
        for folder in secret_dirs:
            (folder / "api-key").write_text(folder.name)

        assert make_context().secret("api-key") == "openfaas"

    @pytest.mark.parametrize("variable", ["db.api-key", "DB_API_KEY"])
    def test_secret_in_the_environment_is_found(
        self, secret_dirs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, variable: str
    ) -> None:
        monkeypatch.setenv(variable, "from the environment")

        assert make_context().secret("db.api-key") == "from the environment"

    def test_secret_file_goes_before_the_environment(
        self, secret_dirs: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("api-key", "environment")
        (secret_dirs[1] / "api-key").write_text("file")

        assert make_context(fetch_secret=lambda name: "platform").secret("api-key") == "file"

    def test_secret_of_the_platform_is_fetched_once(self, secret_dirs: tuple[Path, Path]) -> None:
        fetched: list[str] = []

        def fetch(name: str) -> str:
            fetched.append(name)
            return ""

        assert [make_context(fetch_secret=fetch).secret("api-key") for _ in range(2)] == ["", ""]
        assert fetched == ["api-key"]

    def test_secret_missing_names_every_place(self, secret_dirs: tuple[Path, Path]) -> None:
        with pytest.raises(SecretNotFound) as missing:
            make_context().secret("api-key")

        first, second = secret_dirs
        assert str(missing.value) == (
            f"no secret 'api-key': looked in {first}/api-key, {second}/api-key, $api-key, $API_KEY"
        )
        assert isinstance(missing.value, LookupError)

    def test_secret_missing_at_the_platform_too_says_so(self, secret_dirs: tuple[Path, Path]) -> None:
        with pytest.raises(SecretNotFound, match=r"\$KEY and the platform$"):
            make_context(fetch_secret=lambda name: None).secret("KEY")

    def test_secret_missing_is_looked_for_again(self, secret_dirs: tuple[Path, Path]) -> None:
        with pytest.raises(SecretNotFound):
            make_context().secret("late")
        (secret_dirs[0] / "late").write_text("here now")

        assert make_context().secret("late") == "here now"

    @pytest.mark.parametrize("name", ["", "../etc/passwd", "a/b", "/etc/passwd", ".", "..", ".hidden", "a\0b"])
    def test_secret_name_that_is_a_path_raises_value_error(self, secret_dirs: tuple[Path, Path], name: str) -> None:
        with pytest.raises(ValueError, match="not a path"):
            make_context().secret(name)

    def test_secret_folder_of_that_name_is_passed_by(self, secret_dirs: tuple[Path, Path]) -> None:
        (secret_dirs[0] / "api-key").mkdir()
        (secret_dirs[1] / "api-key").write_text("file")

        assert make_context().secret("api-key") == "file"


def test_log_keeps_what_the_handler_adds_to_a_record(caplog: pytest.LogCaptureFixture) -> None:
    """LoggerAdapter loses it before Python 3.13."""
    make_context().log.warning("thinking", extra={"mood": "calm"})

    assert (caplog.records[0].mood, caplog.records[0].request_id) == ("calm", REQUEST_ID)  # type: ignore[attr-defined]
