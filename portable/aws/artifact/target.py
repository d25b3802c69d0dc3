"""What a command is about: what the stage is called, how it is set, and what is to be shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..names import Names
from ..settings import Architecture, Settings

HANDLER = "platforms.aws_lambda.shim.lambda_handler"


@dataclass(frozen=True)
class Package:
    """The zip that is shipped."""

    content: bytes = field(repr=False)
    files: Mapping[str, int]
    """Each file's path in it, with its size in bytes."""
    architecture: Architecture
    digest: str
    """SHA-256 (hex) over every path, mode and content: the same wherever and by whatever zlib it was packed."""
    function_digest: str
    """SHA-256 (hex) over the function's own files: the same in the package of every platform."""
    code_sha256: str
    """SHA-256 (base64) of the zip itself, as Lambda gives it."""
    commit: str = ""
    """The short id of the git commit it was made from, with `+` if files had changed since; empty without git."""
    notes: tuple[str, ...] = ()
    """What was decided while it was built: why x86_64."""
    left_out: tuple[str, ...] = ()
    """What of the function's folder does not ship."""


@dataclass(frozen=True)
class Target:
    """All that the resources need to say what they would change."""

    names: Names
    settings: Settings
    package: Package
    spec: Mapping[str, Any]
    """The function's openapi.json; see `spec.read_spec`."""
    canary_percent: int | None = None
    smoke: bool = True

    @property
    def tags(self) -> Mapping[str, str]:
        """Return what everything is tagged with."""
        return {**self.settings.tags, **self.names.tags}
