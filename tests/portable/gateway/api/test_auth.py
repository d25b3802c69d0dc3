"""Who may use the control plane, and where the password is kept."""

from __future__ import annotations

import base64
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.gateway.api.auth import Credentials, Guard, load_credentials
from portable.stack.errors import Forbidden, GatewayError, NotLoggedIn

CREDENTIALS = Credentials("admin", "p4ss")


def basic(user: str, password: str) -> str:
    """Return the Authorization header of a user."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


LOGGED_IN = basic("admin", "p4ss")


def check(headers: dict[str, str], *allowed_hosts: str) -> None:
    """Let a guard check a request with these headers, and the right password and Host unless they say otherwise."""
    sent = {"Host": "127.0.0.1:8080", "Authorization": LOGGED_IN, **headers}
    Guard(CREDENTIALS, allowed_hosts).check(lambda name: sent.get(name, ""))


class TestCredentials:
    def test_load_first_start_makes_both_for_the_owner_alone(self, tmp_path: Path) -> None:
        state_dir = tmp_path / "deep" / "state"
        mask = os.umask(0)
        try:
            made = load_credentials(state_dir)
        finally:
            os.umask(mask)

        assert made.user == "admin"
        assert len(made.password) >= 40
        assert stat.S_IMODE(state_dir.stat().st_mode) == 0o700
        for name in ("basic-auth-user", "basic-auth-password"):
            assert stat.S_IMODE((state_dir / name).stat().st_mode) == 0o600
        assert (state_dir / "basic-auth-password").read_text() == made.password

    def test_load_second_start_returns_the_same(self, tmp_path: Path) -> None:
        assert load_credentials(tmp_path) == load_credentials(tmp_path)

    def test_load_two_gateways_have_two_passwords(self, tmp_path: Path) -> None:
        assert load_credentials(tmp_path / "a") != load_credentials(tmp_path / "b")

    def test_load_a_users_own_files_strips_the_newline(self, tmp_path: Path) -> None:
        for name, content in (("basic-auth-user", "me\n"), ("basic-auth-password", " päss:word \r\n")):
            (tmp_path / name).write_text(content, encoding="utf-8")
            (tmp_path / name).chmod(0o600)

        assert load_credentials(tmp_path) == Credentials("me", " päss:word ")

    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622])
    def test_load_readable_by_others_is_refused_with_what_to_do(self, tmp_path: Path, mode: int) -> None:
        made = load_credentials(tmp_path)
        (tmp_path / "basic-auth-password").chmod(mode)

        with pytest.raises(GatewayError, match=r"can be read by others .*chmod 600") as refused:
            load_credentials(tmp_path)
        assert made.password not in str(refused.value)

    @pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
    def test_load_without_text_is_refused(self, tmp_path: Path, content: bytes) -> None:
        load_credentials(tmp_path)
        (tmp_path / "basic-auth-password").write_bytes(content)

        with pytest.raises(GatewayError, match="holds no text: remove it"):
            load_credentials(tmp_path)

    def test_load_user_with_colon_is_refused(self, tmp_path: Path) -> None:
        load_credentials(tmp_path)
        (tmp_path / "basic-auth-user").write_text("a:b")

        with pytest.raises(GatewayError, match="no colon"):
            load_credentials(tmp_path)

    def test_load_folder_that_cannot_be_made_names_the_flag(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")

        with pytest.raises(GatewayError, match="--state-dir"):
            load_credentials(tmp_path / "file" / "state")

    def test_credentials_shown_hide_the_password(self) -> None:
        assert "p4ss" not in repr(CREDENTIALS)

    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Bearer ",
            "Bearer",
            "Bearer " + LOGGED_IN.partition(" ")[2],
            "Basic",
            "Basic ",
            "Basic =",
            "Basic ü",
            "Basic !!!!",
            LOGGED_IN + "x",
            basic("admin", ""),
            basic("admin", "p4ss "),
            basic("", "p4ss"),
            basic("root", "p4ss"),
            basic("admin:p4ss", ""),
            basic("ädmin", "pä"),
            "\ud800",
        ],
    )
    def test_accept_wrong_one_is_false(self, authorization: str) -> None:
        assert not CREDENTIALS.accept(authorization)

    @pytest.mark.parametrize("authorization", [LOGGED_IN, LOGGED_IN.replace("Basic", "basic"), f" {LOGGED_IN} "])
    def test_accept_right_one_is_true(self, authorization: str) -> None:
        assert CREDENTIALS.accept(authorization)

    @given(st.text())
    def test_accept_anything_else_is_false_and_never_raises(self, written: str) -> None:
        assert not CREDENTIALS.accept(written)
        assert not CREDENTIALS.accept("Basic " + written)


class TestGuard:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "localhost:8080",
            "LOCALHOST.:8080",
            "127.0.0.1",
            "[::1]:8080",
            "192.168.1.5:31112",
            "gateway:8080",
            "gateway.openfaas:8080",
            "gateway.openfaas.svc.cluster.local:8080",
        ],
    )
    def test_check_own_host_passes(self, host: str) -> None:
        check({"Host": host})

    @pytest.mark.parametrize(
        "host",
        [
            "",
            ":80",
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "localhost.evil.example",
            "gateway.evil.example",
            "[evil]:1",
            "1.2.3",
            "x" * 10_000,
        ],
    )
    def test_check_foreign_host_is_forbidden_even_with_the_password(self, host: str) -> None:
        with pytest.raises(Forbidden, match="--allowed-host") as refused:
            check({"Host": host})
        assert len(str(refused.value)) < 1000

    def test_check_allowed_host_passes(self) -> None:
        check({"Host": "nas.lan:8080"}, "NAS.lan")

    @pytest.mark.parametrize(
        "origin",
        ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:8080", "http://[", "127.0.0.1:8080"],
    )
    def test_check_foreign_origin_is_forbidden(self, origin: str) -> None:
        with pytest.raises(Forbidden, match="only its own pages"):
            check({"Origin": origin})

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_check_own_origin_passes(self, scheme: str) -> None:
        check({"Host": "LocalHost:8080", "Origin": f"{scheme}://localhost:8080", "Sec-Fetch-Site": "same-origin"})

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site"])
    @pytest.mark.parametrize("mode", ["cors", "no-cors", "navigate"])
    def test_check_another_sites_page_is_forbidden(self, site: str, mode: str) -> None:
        """A frame is a navigation too, and a form's POST has an Origin."""
        with pytest.raises(Forbidden, match="only its own pages"):
            check({"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": "iframe"})

    def test_check_link_followed_passes(self) -> None:
        check({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})

    def test_check_form_posted_by_another_site_is_forbidden(self) -> None:
        navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        with pytest.raises(Forbidden):
            check({**navigation, "Origin": "http://evil.example"})

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_check_own_page_or_address_bar_passes(self, site: str) -> None:
        check({"Sec-Fetch-Site": site})

    def test_check_wrong_password_is_not_logged_in(self) -> None:
        with pytest.raises(NotLoggedIn, match=r"^invalid credentials$"):
            check({"Authorization": "Bearer "})

    @given(st.text(), st.text(), st.text())
    def test_check_anything_is_refused_or_passes(self, host: str, origin: str, site: str) -> None:
        with suppress(Forbidden):
            check({"Host": host, "Origin": origin, "Sec-Fetch-Site": site})
