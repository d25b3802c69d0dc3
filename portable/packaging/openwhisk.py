"""Build the zip of an action for OpenWhisk's own Python runtime. It calls no API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from platforms.openwhisk.limits import MAX_CODE_BYTES

from ..packaging import contents
from ..packaging.built import Built
from ..packaging.errors import PackageError
from ..packaging.wheels import Place, wheels_of
from ..project.functions import Function, declared
from ..project.ignored import left_out
from ..project.settings import deploy_toml

DEFAULT_KIND = "python:3.12"
OPTIONS = (
    click.option(
        "--kind",
        metavar="KIND",
        help=f"Runtime of the action, which its packages are for (deploy.toml; default {DEFAULT_KIND}).",
    ),
)

# the runtime imports `main` from it: https://github.com/apache/openwhisk-runtime-python/blob/master/core/python3ActionLoop/bin/compile
_MAIN = b"from platforms.openwhisk.shim import main\n"
# the runtime writes, or looks for, these beside __main__.py: same page, and lib/launcher.py
_OF_THE_RUNTIME = ("__main__", "main__", "exec", "exec__", "virtualenv")


def of_project(function: Function, stack: Path, environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the kind that deploy.toml has for a function, if any."""
    if function.deployment is None:
        return {}
    names = [one.name for one in declared(stack, environ)]
    written = deploy_toml.find(None, stack, environ, names).for_openwhisk(function.name)
    return {"kind": written["kind"].value} if "kind" in written else {}


def build(function_dir: Path, kind: str = DEFAULT_KIND) -> Built:
    """Return the zip for a kind such as `python:3.12`, on x86_64.

    What the function requires lies beside function/, where the runtime finds it first. Raises PackageError, also for
    more than OpenWhisk takes.
    """
    place = place_of(kind)
    function = contents.function_files(function_dir)
    packages = wheels_of(function_dir / "requirements.txt", place)
    contents.check_packages(packages)
    _check_names(packages)
    files = {"__main__.py": _MAIN, **function, **contents.platform_files("openwhisk"), **packages}
    built = Built(
        files=files,
        is_zip=True,
        next_commands=(f"wsk action update {{name}} {{output}} --kind {kind} --web raw -a web-custom-options true",),
        left_out=left_out(function_dir),
    )
    _check_size(built)
    return built


def place_of(kind: str) -> Place:
    """Return what wheels for a kind must fit. Raises PackageError for one that names no Python that this runs on."""
    found = re.fullmatch(r"python:(3\.([1-9][0-9]))", kind)
    if not found or int(found[2]) < 11:
        raise PackageError(
            f"the kind is {kind!r}; it takes python:3.11 or newer with its minor, such as {DEFAULT_KIND}"
        )
    # Debian 12: https://github.com/apache/openwhisk-runtime-python/blob/master/core/python312Action/Dockerfile
    return Place("OpenWhisk", found[1], "x86_64", 36, f"openwhisk/action-python-v{found[1]}")


def _check_names(packages: Mapping[str, bytes]) -> None:
    for path in packages:
        top = path.partition("/")[0]
        if top.partition(".")[0] in _OF_THE_RUNTIME:
            raise PackageError(
                f"a package that the function requires brings {top!r}, which OpenWhisk's runtime takes for its own: "
                "require another one in its place, or ship the function as a Docker action"
            )


def _check_size(built: Built) -> None:
    # the code's size is that of the base64 that it is sent as:
    # https://github.com/apache/openwhisk/blob/master/common/scala/src/main/scala/org/apache/openwhisk/core/entity/Exec.scala
    size = (built.size_bytes + 2) // 3 * 4
    if size <= MAX_CODE_BYTES:
        return
    raise PackageError(
        f"the zip is {contents.mb(size)} in base64, and OpenWhisk takes {contents.mb(MAX_CODE_BYTES)}: require less, "
        f"or ship the function as a Docker action; the largest in it, unzipped: {contents.largest(built.files)}"
    )
