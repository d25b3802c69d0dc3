"""Functions over HTTP, as faas-cli asks for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portable.stack.messages import FunctionDeployment

from ..fake_provider import FakeProvider
from ..running import DEPLOYMENT, ControlPlane, control_plane, deployment


class TestFunctions:
    def test_list_without_functions_is_an_empty_list(self, control: ControlPlane) -> None:
        answer = control.call("GET", "/system/functions")

        assert (answer.status_code, answer.get_json()) == (200, [])
        assert answer.headers["Content-Type"] == "application/json"

    def test_update_of_none_is_404_then_deploy_is_200(self, control: ControlPlane) -> None:
        """As `faas-cli deploy` does it: PUT first, POST on a 404."""
        assert control.call("PUT", "/system/functions", json=DEPLOYMENT).status_code == 404
        assert control.statuses() == []
        assert control.call("POST", "/system/functions", json=DEPLOYMENT).status_code == 200

    def test_deployment_that_other_platforms_would_refuse_is_noted_in_the_log(
        self, control: ControlPlane, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO", "portable.gateway.api.functions")
        body = deployment(labels={"com.openfaas.scale.max": "6"})
        assert control.call("POST", "/system/functions", json=body).data == b""
        control.call("PUT", "/system/functions", json=deployment(labels={}))

        assert [record.message for record in caplog.records if record.name == "portable.gateway.api.functions"] == [
            "echo.openfaas-fn: openfaas-ce would refuse label com.openfaas.scale.max: 6; more: portable check"
        ]

    def test_describe_returns_exactly_what_was_deployed(self, control: ControlPlane) -> None:
        """Else `faas-cli diff` is never clean."""
        control.call("POST", "/system/functions", json=DEPLOYMENT)
        status = control.call("GET", "/system/function/echo?usage=1").get_json()

        expected = {**DEPLOYMENT, "namespace": "openfaas-fn"}
        name = expected.pop("service")
        assert {key: status[key] for key in expected} == expected
        assert status["name"] == name
        assert (status["replicas"], status["availableReplicas"]) == (1, 1)
        assert type(status["invocationCount"]) is int
        assert status["createdAt"].endswith("Z")
        assert set(status["usage"]) == {"cpu", "totalMemoryBytes"}
        without_usage = {key: value for key, value in status.items() if key != "usage"}
        assert control.call("GET", "/system/functions").get_json() == [without_usage]

    @pytest.mark.parametrize("path", ["echo", "echo.openfaas-fn", "echo?namespace=openfaas-fn"])
    def test_describe_by_each_way_to_name_it_is_200(self, control: ControlPlane, path: str) -> None:
        control.deploy("echo")

        assert control.call("GET", f"/system/function/{path}").get_json()["name"] == "echo"

    @pytest.mark.parametrize("path", ["ech", "echo.other", "..", "echo.openfaas-fn.openfaas-fn", "Echo"])
    def test_describe_unknown_one_is_404(self, control: ControlPlane, path: str) -> None:
        control.deploy("echo")

        assert control.call("GET", f"/system/function/{path}").status_code == 404

    def test_update_of_one_that_is_there_is_200(self, control: ControlPlane) -> None:
        control.call("POST", "/system/functions", json=DEPLOYMENT)
        answer = control.call("PUT", "/system/functions", json=deployment(envVars={"MODE": "soft"}))

        assert answer.status_code == 200
        assert control.statuses()[0].deployment.env_vars == {"MODE": "soft"}

    def test_deploy_of_one_that_is_there_is_409(self, control: ControlPlane) -> None:
        control.call("POST", "/system/functions", json=DEPLOYMENT)

        assert control.call("POST", "/system/functions", json=DEPLOYMENT).status_code == 409

    @pytest.mark.parametrize("method", ["POST", "PUT"])
    def test_deploy_that_takes_long_is_202_and_goes_on(self, tmp_path: Path, method: str) -> None:
        provider = FakeProvider()
        if method == "PUT":
            provider.come(FunctionDeployment.from_wire(DEPLOYMENT))
        provider.checking.clear()
        with control_plane(tmp_path, provider, deploy_wait_s=0.05) as running:
            answer = running.call(method, "/system/functions", json=deployment(envVars={}))
            listed = [status.deployment.name.name for status in running.statuses()]
            provider.checking.set()

        assert (answer.status_code, answer.text) == (202, "")
        assert listed == ["echo"]

    @pytest.mark.parametrize(
        ("image", "reason"), [("local/missing:1", "faas-cli build"), ("local/crash:1", "No module named 'boom'")]
    )
    def test_deploy_that_fails_is_an_error_that_says_why_and_leaves_nothing(
        self, control: ControlPlane, image: str, reason: str
    ) -> None:
        answer = control.call("POST", "/system/functions", json=deployment(image=image))

        assert answer.status_code == 400
        assert reason in answer.text
        assert control.statuses() == []

    def test_delete_then_deploy_is_200(self, control: ControlPlane) -> None:
        """As `faas-cli deploy --update=false --replace` does it."""
        control.call("POST", "/system/functions", json=DEPLOYMENT)

        assert control.call("DELETE", "/system/functions", json={"functionName": "echo"}).status_code == 200
        assert control.call("POST", "/system/functions", json=DEPLOYMENT).status_code == 200

    def test_delete_one_is_gone(self, control: ControlPlane) -> None:
        control.deploy("echo")
        body = {"functionName": "echo", "namespace": "openfaas-fn"}

        assert control.call("DELETE", "/system/functions", json=body).status_code == 200
        assert control.statuses() == []
        assert control.call("DELETE", "/system/functions", json=body).status_code == 404

    @pytest.mark.parametrize("body", [{}, {"functionName": ""}, {"functionName": 3}, {"name": "echo"}])
    def test_delete_without_a_name_is_400(self, control: ControlPlane, body: dict[str, Any]) -> None:
        assert control.call("DELETE", "/system/functions", json=body).status_code == 400

    def test_scale_runs_so_many(self, control: ControlPlane) -> None:
        control.deploy("echo")
        answer = control.call("POST", "/system/scale-function/echo", json={"serviceName": "echo", "replicas": 3})

        assert answer.status_code == 200
        assert control.statuses()[0].replicas == 3

    @pytest.mark.parametrize(
        ("name", "body", "status"),
        [
            ("none", {"replicas": 1}, 404),
            ("echo", {}, 400),
            ("echo", {"replicas": -1}, 400),
            ("echo", {"replicas": 1.5}, 400),
            ("echo", {"replicas": "1"}, 400),
            ("echo", {"replicas": 10**9}, 400),
            ("echo", {"replicas": 1, "serviceName": "other"}, 400),
        ],
    )
    def test_scale_what_cannot_be_is_refused(
        self, control: ControlPlane, name: str, body: dict[str, Any], status: int
    ) -> None:
        control.deploy("echo")

        assert control.call("POST", f"/system/scale-function/{name}", json=body).status_code == status
        assert control.statuses()[0].replicas == 1


class TestNamespace:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/system/functions?namespace=other", None),
            ("GET", "/system/function/echo?namespace=other", None),
            ("GET", "/system/secrets?namespace=other", None),
            ("GET", "/system/logs?name=echo&namespace=other", None),
            ("POST", "/system/functions", deployment(service="new", namespace="other")),
            ("POST", "/system/functions?namespace=other", deployment(service="new")),
            ("POST", "/system/functions?namespace=other", deployment(service="new", namespace="openfaas-fn")),
            ("POST", "/system/functions?namespace=openfaas-fn", deployment(service="new", namespace="other")),
            ("DELETE", "/system/functions", {"functionName": "echo", "namespace": "other"}),
            ("POST", "/system/scale-function/echo?namespace=other", {"replicas": 2}),
            ("POST", "/system/secrets", {"name": "key", "value": "v", "namespace": "other"}),
            ("DELETE", "/system/secrets", {"name": "key", "namespace": "other"}),
        ],
    )
    def test_another_namespace_is_400(
        self, control: ControlPlane, method: str, path: str, body: dict[str, Any] | None
    ) -> None:
        control.deploy("echo")
        before = control.statuses()
        answer = control.call(method, path, data=json.dumps(body) if body else None)

        assert answer.status_code == 400
        assert "namespace" in answer.text
        assert control.statuses() == before
        assert control.secrets.list("other") == control.secrets.list("openfaas-fn") == []

    def test_namespace_of_the_query_is_the_bodys(self, control: ControlPlane) -> None:
        path = "/system/functions?namespace=openfaas-fn"

        assert control.call("POST", path, json=deployment(namespace=None)).status_code == 200
