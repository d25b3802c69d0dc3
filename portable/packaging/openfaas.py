"""Build the folder in which `faas-cli up -f stack.yml` works. The image's build installs what is required."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import assets
from ..project.functions import Function
from ..project.ignored import left_out
from . import contents, requirements
from .built import Built
from .errors import PackageError
from .openfaas_stack import stack_of

STACK = Path("stack.yml")
_TEMPLATE = "template/portable/"
_OF_THE_TEMPLATE = ("Dockerfile", "template.yml")
_REQUIREMENTS = "requirements/fast.txt"

# with it the Dockerfile leaves out nothing more: .portableignore may have brought something back
_PACKAGED = {"platforms/PACKAGED": b"function/ has what ships\n"}


def of_project(function: Function, stack: Path, environ: Mapping[str, str]) -> Mapping[str, Any]:  # noqa: ARG001
    """Return the stack file: the package has one of its own, made from it."""
    return {"stack": stack}


def build(function_dir: Path, stack: Path = STACK) -> Built:
    """Return the folder: the function, the server, and the template and the stack file that faas-cli takes.

    `stack` is the file that says what the function is called and how it is set. Raises PackageError.
    """
    files = {
        **contents.function_files(function_dir),
        **_function_requirements(function_dir),
        **{_TEMPLATE + path: content for path, content in _of_the_image().items()},
        "stack.yml": stack_of(stack, function_dir),
    }
    return Built(
        files=files,
        is_zip=False,
        next_commands=("cd {output} && faas-cli up -f stack.yml",),
        notes=("REGISTRY, TAG and OPENFAAS_URL say where the image goes: see stack.yml",),
        left_out=left_out(function_dir),
    )


def _function_requirements(function_dir: Path) -> dict[str, bytes]:
    """Return the function's requirements.txt where the Dockerfile installs it from; {} if it has none."""
    text = requirements.merged(function_dir)
    return {f"function/{requirements.FILE_NAME}": text} if text else {}


def _of_the_image() -> dict[str, bytes]:
    """Return what the template has beside the function: where it is a checkout's, two of these are links."""
    try:
        template = {name: assets.path(_TEMPLATE + name).read_bytes() for name in _OF_THE_TEMPLATE}
        server = assets.path(_REQUIREMENTS).read_bytes()
    except OSError as error:
        raise PackageError(f"{error.filename} cannot be read, which the image is made from: {error.strerror}") from None
    return {**template, **contents.platform_files("wsgi", "openfaas"), **_PACKAGED, _REQUIREMENTS: server}
