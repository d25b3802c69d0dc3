"""Which deployments a gateway over processes takes, and what their processes are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from portable.stack.errors import Refused, Unavailable
from portable.stack.messages import FunctionName, Resources, Secret
from tests.conformance import Request
from tests.runtimes import http

from .processes import call, make_provider, printed, providing, secret_store, start, write_stack

FN = FunctionName("fn")


def test_declared_function_is_accepted_as_it_is_declared_in_any_order(tmp_path: Path) -> None:
    with providing(tmp_path, fields="secrets: [a, b]\nlimits: {memory: 64Mi}") as provider:
        (deployment,) = provider.declared()
        for name in deployment.secrets:
            secret_store(tmp_path).create(Secret(name, "openfaas-fn", b"x"))

        provider.check(replace(deployment, secrets=("b", "a"), requests=Resources()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"image": "other/fn:2"}, "fn.openfaas-fn has another image there"),
        (
            {"env_vars": {"A": "1"}, "limits": Resources(memory="1Gi")},
            "fn.openfaas-fn has another envVars, another limits",
        ),
        ({"name": FunctionName("figlet")}, "figlet.openfaas-fn is not in it (it has fn.openfaas-fn)"),
    ],
)
def test_any_other_deployment_is_refused_with_what_to_do(
    tmp_path: Path, changes: Mapping[str, object], said: str
) -> None:
    with providing(tmp_path) as provider:
        other = replace(provider.declared()[0], **changes)  # type: ignore[arg-type]
        with pytest.raises(Refused) as caught:
            provider.check(other)

        text = str(caught.value)
        assert text.startswith(f"this gateway runs the functions of {tmp_path}/stack.yml as processes, and {said}")
        assert "docker compose up" in text
        if other.name != FN:
            with pytest.raises(Refused, match="is not in it"):
                provider.create(other, "1")


def test_function_of_another_lang_is_refused_at_the_start(tmp_path: Path) -> None:
    path = write_stack(tmp_path, "fn")
    path.write_text(path.read_text().replace("portable", "node22"))
    with pytest.raises(Refused, match=r"function 'fn': lang is 'node22', and only portable runs as a process"):
        make_provider(path)


def test_function_whose_retries_cannot_be_used_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "fn").mkdir()
    path = write_stack(tmp_path, "fn", fields="annotations: {com.openfaas.retry.attempts: soon}")
    with pytest.raises(Refused, match=r"function 'fn': annotation com\.openfaas\.retry\.attempts: 'soon'"):
        make_provider(path)


def test_function_without_a_folder_is_refused_at_the_start(tmp_path: Path) -> None:
    path = write_stack(tmp_path, "fn")
    path.write_text(path.read_text().replace("./fn", "./none"))
    with pytest.raises(Refused, match="function 'fn': handler: there is no folder"):
        make_provider(path)


def test_function_that_imports_what_no_package_has_is_refused_at_the_start(tmp_path: Path) -> None:
    path = write_stack(tmp_path, "fn")
    (tmp_path / "fn").mkdir()
    (tmp_path / "fn" / "helper.py").touch()
    (tmp_path / "fn" / "handler.py").write_text("from fn import helper")
    with pytest.raises(
        Refused, match=r"function 'fn': .*fn/handler\.py:1: `from fn import helper` works in no package"
    ):
        make_provider(path)


def test_folder_with_a_dot_in_its_name_is_imported_like_any_other(tmp_path: Path) -> None:
    path = write_stack(tmp_path, "fn")
    path.write_text(path.read_text().replace("./fn", "./a.b"))
    (tmp_path / "a.b").mkdir()
    (tmp_path / "a.b" / "handler.py").write_text("import helper\n\ndef handle(event, context):\n    return helper.NAME")
    (tmp_path / "a.b" / "helper.py").write_text("NAME = __name__")
    provider = make_provider(path)
    try:
        assert http.send(Request("GET", "/"), start(provider).port).body == b"function.helper"
    finally:
        provider.close()


def test_function_has_its_own_environment_and_not_the_gateways_settings(tmp_path: Path) -> None:
    handler = "import os\n\ndef handle(event, context):\n    return dict(os.environ)\n"
    inherited = {"GATEWAY_PORT": "1", "HANDLER": "nonsense", "PORT": "1", "SHARED": "inherited", "MINE": "inherited"}
    fields = "environment: {MINE: own, exec_timeout: 7s}\nfprocess: python x"
    with providing(tmp_path, handler, fields=fields, environ=inherited) as provider:
        replica = start(provider)
        environ = http.send(Request("GET", "/"), replica.port).json()

        assert not environ.keys() & {"GATEWAY_PORT", "HANDLER", "PORT"}
        assert (environ["SHARED"], environ["MINE"], environ["exec_timeout"]) == ("inherited", "own", "7s")
        assert (environ["OPENFAAS_NAME"], environ["OPENFAAS_NAMESPACE"]) == ("fn", "openfaas-fn")
        assert environ["fprocess"] == "python x"


def test_functions_standard_input_is_empty(tmp_path: Path) -> None:
    with providing(tmp_path, "import sys\n\ndef handle(event, context):\n    return sys.stdin.read()\n") as provider:
        assert call(start(provider)) == ""


def test_function_gets_its_secrets_and_no_log_does(tmp_path: Path) -> None:
    handler = "def handle(event, context):\n    return context.secret(event.path[1:])\n"
    secrets = {"api-key": b"s3cret\n", "path": "\u00fcnicode".encode()}
    for name, value in secrets.items():
        secret_store(tmp_path).create(Secret(name, "openfaas-fn", value))
    with providing(tmp_path, handler, fields="secrets: [api-key, path]") as provider:
        provider.check(provider.declared()[0])
        replica = start(provider)

        assert call(replica, "/api-key") == "s3cret"
        assert call(replica, "/path") == "\u00fcnicode"
        assert "s3cret" not in printed(provider)


def test_missing_secret_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with providing(tmp_path, fields="secrets: [api-key]") as provider:
        (deployment,) = provider.declared()
        for attempt in (lambda: provider.check(deployment), lambda: provider.create(deployment, "1")):
            with pytest.raises(Refused, match="unable to find secret: api-key; make it with"):
                attempt()
        secret_store(tmp_path).create(Secret("api-key", "openfaas-fn", b"a\0b"))
        with pytest.raises(Refused, match="secret 'api-key' has a NUL in it"):
            provider.check(deployment)

        assert provider.replicas() == []


def test_secret_too_long_for_an_environment_is_an_error_that_says_so(tmp_path: Path) -> None:
    secret_store(tmp_path).create(Secret("big", "openfaas-fn", b"x" * 2**20))
    with providing(tmp_path, fields="secrets: [big]") as provider:
        with pytest.raises(Unavailable, match=r"cannot start a process for fn\.openfaas-fn: Argument list too long"):
            provider.create(provider.declared()[0], "1")
        assert provider.replicas() == []
