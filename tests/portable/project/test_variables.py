"""What stack.yml gives to a function's process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.project.functions import find
from portable.project.variables import variables

STACK = """
provider: {name: openfaas}
functions:
  hello:
    lang: portable
    handler: ./hello
    image: local/hello
    environment: {greeting: hello, place: "${PLACE:-here}"}
    environment_file: [more.yml]
    secrets: [api-key]
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Path:
    """Return a project whose function has variables and a secret, which nothing has the value of."""
    (tmp_path / "stack.yml").write_text(STACK)
    (tmp_path / "more.yml").write_text("environment: {greeting: good evening}\n")
    (tmp_path / "hello").mkdir()
    (tmp_path / ".secrets").mkdir()
    return tmp_path


def of_hello(project: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the function."""
    return variables(find("hello", project / "stack.yml", environ), environ)


def test_environment_and_its_files_and_secrets_are_there(project: Path) -> None:
    (project / ".secrets" / "api-key").write_text("of the file\n")
    expected = {"greeting": "good evening", "place": "here", "api-key": "of the file"}

    assert of_hello(project, {}) == expected
    assert of_hello(project, {"PLACE": "there", "API_KEY": "unread"}) == {**expected, "place": "there"}


@pytest.mark.parametrize("name", ["api-key", "API_KEY"])
def test_secret_without_a_file_is_that_of_the_environment(project: Path, name: str) -> None:
    assert of_hello(project, {name: "of the environment"})["api-key"] == "of the environment"


@pytest.mark.parametrize("content", [b"two\nlines\n\n", b"\xff", b""])
def test_secret_loses_one_newline_and_nothing_else(project: Path, content: bytes) -> None:
    (project / ".secrets" / "api-key").write_bytes(content)

    assert of_hello(project, {})["api-key"].encode(errors="surrogateescape") == content.removesuffix(b"\n")


def test_missing_secret_is_told_with_where_it_was_looked_for(project: Path) -> None:
    with pytest.raises(BadSettings) as error:
        of_hello(project, {})

    assert str(error.value) == (
        f"hello: there is no secret 'api-key': neither the file {project}/.secrets/api-key nor the variable "
        "api-key or API_KEY; write its value into that file"
    )


def test_secret_that_no_process_can_have_is_refused(project: Path) -> None:
    (project / ".secrets" / "api-key").write_bytes(b"a\0b")

    with pytest.raises(BadSettings, match="secret 'api-key' has a NUL in it"):
        of_hello(project, {})


@pytest.mark.parametrize("name", ["path", "home", "ld.preload", "python-path", "lc-all"])
def test_secret_that_stands_for_a_variable_of_the_system_is_refused(project: Path, name: str) -> None:
    (project / "stack.yml").write_text(STACK.replace("api-key", name))
    variable = name.upper().replace("-", "_").replace(".", "_")
    (project / ".secrets" / name).touch()

    with pytest.raises(BadSettings, match=rf"^secret '{name}' would be mistaken for {variable}, .* name"):
        of_hello(project, {variable: "/usr/bin"})


def test_secret_whose_name_only_begins_as_one_of_the_system_s_is_taken(project: Path) -> None:
    (project / "stack.yml").write_text(STACK.replace("api-key", "path-key"))

    assert of_hello(project, {"PATH_KEY": "hush"})["path-key"] == "hush"


def test_folder_that_stack_yml_does_not_name_has_none(project: Path) -> None:
    (project / "other").mkdir()
    function = find(str(project / "other"), project / "stack.yml", {})

    assert variables(function, {}) == {}
