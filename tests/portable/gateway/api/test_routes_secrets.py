"""Secrets over HTTP: no answer has a value in it."""

from __future__ import annotations

from typing import Any

import pytest

from ..running import ControlPlane


class TestSecrets:
    def test_create_then_list_shows_the_name_alone(self, control: ControlPlane) -> None:
        body = {"name": "api-key", "namespace": "openfaas-fn", "value": "s3cr3t"}

        assert control.call("POST", "/system/secrets", json=body).status_code == 200
        listed = control.call("GET", "/system/secrets")
        assert listed.get_json() == [{"name": "api-key", "namespace": "openfaas-fn"}]
        assert control.secrets.path("openfaas-fn", "api-key").read_text() == "s3cr3t"

    def test_create_twice_is_409_on_which_faas_cli_replaces(self, control: ControlPlane) -> None:
        body = {"name": "api-key", "value": "s3cr3t"}
        control.call("POST", "/system/secrets", json=body)
        answer = control.call("POST", "/system/secrets", json=body)

        assert answer.status_code == 409
        assert "s3cr3t" not in answer.text

    def test_update_takes_the_raw_value(self, control: ControlPlane) -> None:
        control.call("POST", "/system/secrets", json={"name": "api-key", "value": "old"})
        answer = control.call("PUT", "/system/secrets", json={"name": "api-key", "value": "x", "rawValue": "AP8="})

        assert answer.status_code == 200
        assert control.secrets.path("openfaas-fn", "api-key").read_bytes() == b"\x00\xff"

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_change_of_none_is_404(self, control: ControlPlane, method: str) -> None:
        assert control.call(method, "/system/secrets", json={"name": "none", "value": "v"}).status_code == 404

    def test_delete_one_is_gone(self, control: ControlPlane) -> None:
        control.call("POST", "/system/secrets", json={"name": "api-key", "value": "v"})

        assert control.call("DELETE", "/system/secrets", json={"name": "api-key"}).status_code == 200
        assert control.call("GET", "/system/secrets").get_json() == []

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "../../etc/passwd", "value": "s3cr3t"},
            {"name": "a/b", "value": "s3cr3t"},
            {"name": "..", "value": "s3cr3t"},
            {"name": "", "value": "s3cr3t"},
            {"name": "key", "rawValue": "s3cr3t!"},
            {"name": "key", "value": ["s3cr3t"]},
            {"name": "key"},
        ],
    )
    def test_create_wrong_one_is_400_without_the_value(self, control: ControlPlane, body: dict[str, Any]) -> None:
        answer = control.call("POST", "/system/secrets", json=body)

        assert answer.status_code == 400
        assert "s3cr3t" not in answer.text
        assert control.secrets.list("openfaas-fn") == []
