"""Each function's process has what that function requires, of its own version, and what stack.yml gives it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from portable.deploying.world import World
from portable.gateway.providers.base import Change
from portable.gateway.providers.process.provider import ProcessProvider
from portable.project.environment import environment
from portable.stack.errors import Refused
from portable.stack.messages import Secret
from portable.stack.stack_file import read_stack
from tests.portable.packaging.wheelhouse import make_wheel, require
from tests.runtimes import http

from .processes import THIS_TREE, Reports, call, providing, secret_store, start, write_function, write_stack

VERSION = "import first\n\ndef handle(event, context):\n    return first.version\n"


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    """Return a folder with two versions of a package."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    for version in ("1.0", "2.0"):
        make_wheel(folder, "first", files={"first.py": f"version = {version!r}".encode()}, version=version)
    return folder


@contextmanager
def in_environments(stack_path: Path) -> Iterator[ProcessProvider]:
    """Provide the functions of a stack file, each in an environment of its own."""
    provider = ProcessProvider(
        read_stack(stack_path, {}),
        stack_path=stack_path,
        secrets=secret_store(stack_path.parent),
        environ=THIS_TREE,
        environments=partial(environment, world=World(), say=lambda _: None),
    )
    try:
        yield provider
    finally:
        provider.close()


def test_two_functions_have_different_versions_of_one_package(tmp_path: Path, wheelhouse: Path) -> None:
    for name, version in (("one", "1.0"), ("two", "2.0")):
        require(write_function(tmp_path / name, VERSION), wheelhouse, f"first=={version}")
    with in_environments(write_stack(tmp_path, "one", "two")) as provider:
        replicas = [provider.create(deployment, "1") for deployment in provider.declared()]
        for replica in replicas:
            http.wait_for_port(replica.port, "/_/health")

        assert [call(replica) for replica in replicas] == ["1.0", "2.0"]


def test_changed_requirements_are_a_change_of_the_source_and_a_new_replica_has_them(
    tmp_path: Path, wheelhouse: Path
) -> None:
    folder = write_function(tmp_path / "fn", VERSION)
    require(folder, wheelhouse, "first", "-c ../versions.txt")
    versions = tmp_path / "versions.txt"
    versions.write_text("first==1.0\n")
    with in_environments(write_stack(tmp_path, "fn")) as provider:
        reports = Reports(provider)
        old = start(provider, "1")
        assert call(old) == "1.0"

        reports.wait_while(lambda: versions.write_text("first==2.0\n# \n"), Change.SOURCE)
        assert call(start(provider, "2")) == "2.0"


def test_file_that_is_named_only_later_is_one_of_the_source(tmp_path: Path, wheelhouse: Path) -> None:
    folder = write_function(tmp_path / "fn", VERSION)
    require(folder, wheelhouse, "first==1.0")
    versions = tmp_path / "versions.txt"
    versions.write_text("first==1.0\n")
    numbers = count()
    with in_environments(write_stack(tmp_path, "fn")) as provider:
        reports = Reports(provider)
        reports.wait_while(
            lambda: require(folder, wheelhouse, "-r ../versions.txt", f"# {next(numbers)}"), Change.SOURCE
        )

        reports.wait_while(lambda: versions.write_text(f"first==2.0\n# {next(numbers)}\n"), Change.SOURCE)
        assert call(start(provider)) == "2.0"


def test_changed_secrets_and_files_of_variables_are_a_change_of_the_source_and_a_new_replica_has_them(
    tmp_path: Path,
) -> None:
    (tmp_path / ".secrets").mkdir()
    secret, more = tmp_path / ".secrets" / "api-key", tmp_path / "more.yml"
    secret.write_text("old\n")
    more.write_text("environment: {greeting: good evening, also: this}\n")
    handler = """
        import os

        def handle(event, context):
            return [os.environ["greeting"], os.environ.get("also"), context.secret("api-key").strip("-")]
        """
    fields = "environment: {greeting: hello}\nenvironment_file: [more.yml]\nsecrets: [api-key]"
    numbers = count()
    with providing(tmp_path, handler, fields=fields) as provider:
        reports = Reports(provider)
        assert json.loads(call(start(provider, "1"))) == ["good evening", "this", "old"]

        reports.wait_while(lambda: secret.write_text("new" + "-" * next(numbers)), Change.SOURCE)
        reports.wait_while(
            lambda: more.write_text(f"environment: {{greeting: good night}}\n# {next(numbers)}\n"), Change.SOURCE
        )
        assert json.loads(call(start(provider, "2"))) == ["good night", None, "new"]


def test_requirement_that_cannot_be_had_is_refused_and_nothing_is_left(tmp_path: Path, wheelhouse: Path) -> None:
    require(write_function(tmp_path / "fn", VERSION), wheelhouse, "first==3.0")
    with in_environments(write_stack(tmp_path, "fn")) as provider:
        with pytest.raises(Refused, match=r"^first==3\.0 of fn/requirements\.txt: there is no such version"):
            provider.create(provider.declared()[0], "1")

        assert provider.replicas() == []


def test_secret_is_that_of_the_gateway_else_of_the_project(tmp_path: Path) -> None:
    (tmp_path / ".secrets").mkdir()
    (tmp_path / ".secrets" / "api-key").write_text("of the project\n")
    handler = "def handle(event, context):\n    return context.secret('api-key')\n"
    with providing(tmp_path, handler, fields="secrets: [api-key]") as provider:
        provider.check(provider.declared()[0])
        assert call(start(provider)) == "of the project"

        secret_store(tmp_path).create(Secret("api-key", "openfaas-fn", b"of the gateway"))
        assert call(start(provider)) == "of the gateway"


def test_secret_of_the_project_that_no_process_can_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".secrets").mkdir()
    (tmp_path / ".secrets" / "api-key").write_bytes(b"a\0b")
    with providing(tmp_path, fields="secrets: [api-key]") as provider:
        (deployment,) = provider.declared()
        with pytest.raises(Refused, match="secret 'api-key' has a NUL in it"):
            provider.check(deployment)


def test_secret_of_nobody_is_not_a_variable_of_the_system(tmp_path: Path) -> None:
    with providing(tmp_path, fields="secrets: [path]") as provider:
        (deployment,) = provider.declared()
        with pytest.raises(Refused, match="secret 'path' would be mistaken for PATH"):
            provider.check(deployment)
