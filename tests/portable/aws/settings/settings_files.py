"""A folder with a function, a stack.yml and a deploy.toml, from which settings are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from portable.aws.settings import Settings
from portable.aws.settings.reading import Options, load
from portable.deploying.errors import BadSettings

from ...project.settings.files import write_stack


def read(
    tmp_path: Path,
    toml: str | None = None,
    *,
    function: str = "",
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> Settings:
    """Return the settings; `function` are lines that the function has in stack.yml. AWS's own files are not there."""
    if toml is not None:
        config = tmp_path / "deploy.toml"
        config.write_text(toml)
        options.setdefault("config", config)
    paths = {"stack": write_stack(tmp_path, function)}
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    given = {"AWS_REGION": "eu-west-1"} if environ is None else environ
    return load(Options(**{**paths, **options}), {**nowhere, **given})


def refusal(tmp_path: Path, toml: str | None = None, **arguments: Any) -> str:
    """Return the message with which the settings are refused; the test's own folder is left out of it."""
    with pytest.raises(BadSettings) as caught:
        read(tmp_path, toml, **arguments)
    return str(caught.value).replace(f"{tmp_path}/", "")
