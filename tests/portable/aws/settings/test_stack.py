"""What stack.yml shares with AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.aws.settings import stack
from portable.deploying.errors import BadSettings

from .settings_files import STACK, write_stack


def two(handler: str) -> str:
    """Return a stack file with a second function."""
    return STACK + f"  other:\n    lang: portable\n    handler: {handler}\n    image: local/other:1\n"


def read(tmp_path: Path, fields: str = "", *, text: str = STACK, folder: str = "function") -> stack.StackSettings:
    return stack.read(write_stack(tmp_path, fields, text=text), tmp_path / folder, {})


def refusal(tmp_path: Path, fields: str = "", *, text: str = STACK, folder: str = "function") -> str:
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, fields, text=text, folder=folder)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_function_is_the_one_whose_handler_is_the_folder(tmp_path: Path) -> None:
    text = two("./nested/other")

    assert read(tmp_path, text=text).app == "meditations"
    assert read(tmp_path, text=text, folder="nested/other").app == "other"
    assert read(tmp_path, text=text, folder="nested/../function/").app == "meditations"


def test_folder_reached_by_a_link_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "function").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "function")

    assert read(tmp_path, folder="link").app == "meditations"


def test_environment_secrets_and_place(tmp_path: Path) -> None:
    settings = read(tmp_path, "environment: {OPENFAAS_NAME: m, exec_timeout: 30s}\nsecrets: [token, key, token]")

    assert settings.environment == {"OPENFAAS_NAME": "m", "exec_timeout": "30s"}
    assert settings.secrets == ("token", "key")
    assert settings.place.endswith("stack.yml: function 'meditations'")


@pytest.mark.parametrize(
    ("written", "memory_mb"),
    [
        ("128Mi", 128),
        ("20Mi", 128),
        ("1Gi", 1024),
        ("256M", 245),  # 244.14 of Lambda's
        ("268435456", 256),
        ("268435457", 257),
        ("0", 128),
    ],
)
def test_memory_limit_is_rounded_up_to_what_lambda_gives(tmp_path: Path, written: str, memory_mb: int) -> None:
    assert read(tmp_path, f"limits: {{memory: {written}}}").memory_mb == memory_mb


@pytest.mark.parametrize("fields", ["", "limits: {cpu: 100m}", "requests: {memory: 64Mi}"])
def test_without_a_memory_limit_there_is_none(tmp_path: Path, fields: str) -> None:
    assert read(tmp_path, fields).memory_mb is None


def test_no_function_of_the_folder_says_which_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert refusal(tmp_path, text=two("./nested/other"), folder="missing") == (
        "stack.yml: no function has the handler 'missing'; add it, or choose one with --function: "
        "function (function 'meditations'), nested/other (function 'other')"
    )


def test_two_functions_of_one_folder_are_refused_by_name(tmp_path: Path) -> None:
    assert "functions 'meditations' and 'other' both have" in refusal(tmp_path, text=two("./function"))


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
