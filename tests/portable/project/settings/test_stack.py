"""What stack.yml says of a function for the deployers."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.project.settings import stack
from portable.project.settings.written import table_of

from .files import STACK, two, write_stack


def read(tmp_path: Path, fields: str = "", *, text: str = STACK, named: str | None = None) -> stack.StackSettings:
    return stack.read(named, write_stack(tmp_path, fields, text=text), {}, least_mb=128)


def refusal(tmp_path: Path, fields: str = "", *, text: str = STACK, named: str | None = None) -> str:
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, fields, text=text, named=named)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_function_is_named_by_its_name_or_its_folder(tmp_path: Path) -> None:
    text = two("./nested/other")
    for folder in ("function", "nested/other"):
        (tmp_path / folder).mkdir(parents=True)

    assert read(tmp_path, text=text, named="other").function.folder == tmp_path / "nested" / "other"
    assert read(tmp_path, text=text, named=str(tmp_path / "nested/../function/")).function.name == "meditations"
    assert read(tmp_path, text=text, named="other").functions == ("meditations", "other")


def test_the_only_function_needs_no_name(tmp_path: Path) -> None:
    assert read(tmp_path).function.name == "meditations"


def test_several_functions_of_which_none_is_named_are_listed(tmp_path: Path) -> None:
    message = "stack.yml has 2 functions: name one of meditations, other"

    assert refusal(tmp_path, text=two("./nested/other")) == message


def test_folder_reached_by_a_link_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "function").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "function")

    assert read(tmp_path, named=str(tmp_path / "link")).function.name == "meditations"


def test_environment_secrets_and_place(tmp_path: Path) -> None:
    settings = read(tmp_path, "environment: {OPENFAAS_NAME: m, exec_timeout: 30s}\nsecrets: [token, key, token]")

    assert table_of(settings.written, "environment") == {"OPENFAAS_NAME": "m", "exec_timeout": "30s"}
    assert settings.secrets == ("token", "key")
    assert settings.place.endswith("stack.yml: function 'meditations'")


@pytest.mark.parametrize(
    ("written", "memory_mb"),
    [
        ("128Mi", 128),
        ("20Mi", 128),
        ("1Gi", 1024),
        ("256M", 245),  # 244.14 of the platforms'
        ("268435456", 256),
        ("268435457", 257),
        ("0", 128),
    ],
)
def test_memory_limit_is_rounded_up_to_what_the_platform_gives(tmp_path: Path, written: str, memory_mb: int) -> None:
    assert read(tmp_path, f"limits: {{memory: {written}}}").written["memory_mb"].value == memory_mb


@pytest.mark.parametrize("fields", ["", "limits: {cpu: 100m}", "requests: {memory: 64Mi}"])
def test_without_a_memory_limit_there_is_none(tmp_path: Path, fields: str) -> None:
    assert "memory_mb" not in read(tmp_path, fields).written


def test_folder_that_the_file_does_not_name_says_which_functions_there_are(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()

    message = refusal(tmp_path, text=two("./other"), named=str(tmp_path / "elsewhere"))

    assert "no function has the handler" in message
    assert message.endswith("add it, or choose one with --function: meditations, other")


def test_name_that_the_file_does_not_have_says_which_functions_there_are(tmp_path: Path) -> None:
    assert "no folder 'missing': stack.yml has meditations;" in refusal(tmp_path, named="missing")


def test_two_functions_of_one_folder_are_told_apart_by_name_alone(tmp_path: Path) -> None:
    (tmp_path / "function").mkdir()
    text = two("./function")

    assert "meditations, other have the folder" in refusal(tmp_path, text=text, named=str(tmp_path / "function"))
    assert read(tmp_path, text=text, named="other").function.name == "other"


def test_device_that_only_a_cluster_has_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, "limits: {nvidia.com/gpu: 1}")

    assert message == "stack.yml: function 'meditations' asks for nvidia.com/gpu, which only a cluster has: take it out"


def test_device_of_another_function_does_not_matter(tmp_path: Path) -> None:
    settings = read(tmp_path, "limits: {nvidia.com/gpu: 1}", text=two("./other"), named="meditations")

    assert settings.function.name == "meditations"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("memroy: 1", "'memroy' is not known"),
        ("limits: {memory: lots}", "limits.memory: 'lots' is no quantity"),
        ("secrets: [UPPER]", "a secret's name is up to 253 of a-z"),
    ],
)
def test_what_faas_cli_refuses_is_a_bad_setting(tmp_path: Path, fields: str, says: str) -> None:
    message = refusal(tmp_path, fields)

    assert message.startswith("stack.yml: function 'meditations': ")
    assert says in message
