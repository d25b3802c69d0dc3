"""The control plane over HTTP: what faas-cli sends, and the codes and texts that it needs back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import pytest

from portable.gateway import VERSION

from ..running import DEPLOYMENT, ControlPlane, control_plane

TEXT = "text/plain; charset=utf-8"


class TestAccess:
    @pytest.mark.parametrize("path", ["/system/functions", "/system/info", "/system/nothing", "/ui/", "/ui/x", "/ui"])
    @pytest.mark.parametrize("authorization", ["", "Bearer ", "Basic YWRtaW46d3Jvbmc=", "Basic %"])
    def test_guarded_path_without_the_password_is_401(
        self, control: ControlPlane, path: str, authorization: str
    ) -> None:
        answer = control.call("GET", path, headers={"Authorization": authorization})

        assert answer.status_code == 401
        assert answer.text.strip() == "invalid credentials"
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Restricted"'
        assert answer.headers["Content-Type"] == TEXT

    @pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
    @pytest.mark.parametrize("path", ["/system/functions", "/ui/"])
    def test_guarded_path_from_another_site_is_403(
        self, control: ControlPlane, path: str, headers: dict[str, str]
    ) -> None:
        assert control.call("GET", path, headers=headers).status_code == 403

    def test_deploy_by_another_site_makes_nothing(self, control: ControlPlane) -> None:
        headers = {"Origin": "http://evil.example", "Content-Type": "text/plain"}
        answer = control.call("POST", "/system/functions", data=json.dumps(DEPLOYMENT), headers=headers)

        assert answer.status_code == 403
        assert control.statuses() == []

    def test_allowed_host_of_the_settings_is_let_in(self, tmp_path: Path) -> None:
        with control_plane(tmp_path, allowed_hosts=("nas.lan",)) as running:
            assert running.call("GET", "/system/info", headers={"Host": "nas.lan:8080"}).status_code == 200

    @pytest.mark.parametrize("path", ["/", "/metrics", "/store.json"])
    def test_open_path_needs_no_password(self, control: ControlPlane, path: str) -> None:
        assert control.call("GET", path, headers={"Authorization": ""}).status_code in (200, 307)


class TestErrors:
    @pytest.mark.parametrize(
        "path", ["/nothing", "/system/telemetry", "/system/function/a b", "//system/info", "/System"]
    )
    def test_unknown_path_is_404_in_plain_text(self, control: ControlPlane, path: str) -> None:
        answer = control.call("GET", path)

        assert (answer.status_code, answer.text) == (404, "404 page not found\n")
        assert answer.headers["Content-Type"] == TEXT
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/"), ("PATCH", "/system/functions"), ("OPTIONS", "/system/functions"), ("GET", "/system/alert")],
    )
    def test_wrong_method_is_405(self, control: ControlPlane, method: str, path: str) -> None:
        answer = control.call(method, path)

        assert answer.status_code == 405
        assert answer.headers["Allow"]

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "it is empty"),
            (b"{", "line 1 column 2"),
            (b"{}{}", "Extra data at line 1 column 3"),
            (b"[]", "must be a JSON object, not list"),
            (b"null", "must be a JSON object, not NoneType"),
            (b'{"service": "a", "service": "b"}', "the field 'service' twice"),
            (b'{"a": NaN}', "NaN is no number"),
            (b'{"a": ' + b"9" * 5000 + b"}", "a number of 5000 digits"),
            (b"[" * 100_000, "nested too deep"),
            (b"\xff{}", "not UTF-8 at byte 0"),
            (b'{"service": "\\ud800"}', "valid Unicode"),
            (b'{"service": 1}', "service must be of type str"),
            (b'{"service": "echo"}', "image"),
            (b'{"service": "Echo", "image": "a"}', "'Echo' is not"),
        ],
    )
    def test_deploy_malformed_body_is_400_that_says_where(
        self, control: ControlPlane, body: bytes, reason: str
    ) -> None:
        for method in ("POST", "PUT"):
            answer = control.call(method, "/system/functions", data=body)

            assert answer.status_code == 400
            assert reason in answer.text
        assert control.statuses() == []

    def test_body_over_1_mib_is_413(self, control: ControlPlane) -> None:
        answer = control.call("POST", "/system/functions", data=b" " * (2**20 + 1))

        assert answer.status_code == 413
        assert "1 MiB" in answer.text

    @pytest.mark.parametrize(
        "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
    )
    def test_body_of_any_content_type_is_read_as_json(self, control: ControlPlane, content_type: str) -> None:
        body = json.dumps(DEPLOYMENT)
        answer = control.call("POST", "/system/functions", data=body, headers={"Content-Type": content_type})

        assert answer.status_code == 200

    def test_unexpected_error_is_500_with_an_id_that_the_log_has(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        with control_plane(tmp_path) as running:
            running.app.view_functions["GET /system/info"] = _fail
            answer = running.call("GET", "/system/info")

        assert answer.status_code == 500
        assert answer.text.startswith("internal error, see the gateway's log (request ")
        assert "the inside" not in answer.text
        request_id = answer.text.partition("(request ")[2].rstrip(")\n")
        assert request_id in caplog.text
        assert "the inside" in caplog.text


def _fail() -> NoReturn:
    raise RuntimeError("the inside")


class TestAbout:
    def test_home_redirects_to_the_dashboard(self, control: ControlPlane) -> None:
        answer = control.call("GET", "/")

        assert (answer.status_code, answer.headers["Location"]) == (307, "/ui/")

    def test_info_has_no_null_that_faas_cli_would_crash_on(self, control: ControlPlane) -> None:
        info = control.call("GET", "/system/info").get_json()

        for version in (info["version"], info["provider"]["version"]):
            assert version == {"release": VERSION, "sha": "", "commit_message": ""}
        assert info["provider"]["orchestration"] == control.provider.orchestration
        assert info["provider"]["provider"]
        assert info["arch"]

    def test_metrics_are_what_was_given(self, control: ControlPlane) -> None:
        answer = control.call("GET", "/metrics")

        assert answer.data == b"gateway_service_count 0.0\n"
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"

    def test_store_is_one_that_faas_cli_reads(self, control: ControlPlane) -> None:
        store = control.call("GET", "/store.json").get_json()

        assert store["version"] == "0.2.1"
        assert store["functions"]
        for function in store["functions"]:
            assert set(function["images"]) == {"x86_64", "arm64", "armhf"}
            assert function["name"]
            assert function["title"]

    def test_store_of_the_settings_is_served(self, tmp_path: Path) -> None:
        (tmp_path / "mine.json").write_text('{"version": "0.2.1", "functions": []}')
        with control_plane(tmp_path, store_path=tmp_path / "mine.json") as running:
            assert running.call("GET", "/store.json").get_json()["functions"] == []

    def test_store_that_is_missing_is_404_naming_the_flag(self, tmp_path: Path) -> None:
        with control_plane(tmp_path, store_path=tmp_path / "none.json") as running:
            answer = running.call("GET", "/store.json")

        assert answer.status_code == 404
        assert "--store" in answer.text

    def test_namespaces_are_the_one(self, control: ControlPlane) -> None:
        assert control.call("GET", "/system/namespaces").get_json() == ["openfaas-fn"]
        assert control.call("GET", "/system/namespace/openfaas-fn").get_json()["name"] == "openfaas-fn"
        assert control.call("GET", "/system/namespace/other").status_code == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/system/namespace/"),
            ("POST", "/system/namespace"),
            ("PUT", "/system/namespace/other"),
            ("DELETE", "/system/namespace/openfaas-fn"),
            ("POST", "/system/alert"),
        ],
    )
    def test_what_the_gateway_has_not_is_501(self, control: ControlPlane, method: str, path: str) -> None:
        answer = control.call(method, path, json={"name": "other"})

        assert answer.status_code == 501
        assert answer.text.startswith("this gateway")
