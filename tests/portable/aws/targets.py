"""Targets for tests: each names only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portable.aws.artifact.target import Package, Target
from portable.aws.names import Names
from portable.aws.settings import Settings

from .stubs import ACCOUNT, REGION

NAMES = Names(app="meditations", stage="dev", account=ACCOUNT, region=REGION)
PACKAGE = Package(
    content=b"zip",
    files={"function/handler.py": 3},
    architecture="arm64",
    digest="d1" * 32,
    function_digest="f1" * 32,
    code_sha256="c2hh",
    commit="abc1234",
)
SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Guru Meditations", "description": "Meditates.", "version": "1.0.0"},
    "paths": {"/": {"post": {"responses": {"200": {"description": "A meditation."}}}}},
}


def make_target(
    *,
    package: Package = PACKAGE,
    spec: Mapping[str, Any] | None = None,
    canary_percent: int | None = None,
    **settings: Any,
) -> Target:
    """Return a target with default settings but for those that are given."""
    names = NAMES
    return Target(
        names=names,
        settings=Settings(app=names.app, stage=names.stage, region=names.region, **settings),
        package=package,
        spec=SPEC if spec is None else spec,
        canary_percent=canary_percent,
    )
