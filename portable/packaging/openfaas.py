"""Build the folder in which `faas-cli up -f stack.yml` works. The image's build installs what is required."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from . import contents, requirements
from .built import Built
from .errors import PackageError
from .folder import read_folder
from .openfaas_stack import stack_of

STACK = Path("stack.yml")
_PROJECT_DIR = contents.PLATFORMS_DIR.parent
_TEMPLATE = "template/portable"
_REQUIREMENTS = "requirements/fast.txt"


def build(function_dir: Path, stack: Path = STACK) -> Built:
    """Return the folder: the function, the server, and the template and the stack file that faas-cli takes.

    `stack` is the file that says what the function is called and how it is set. Raises PackageError.
    """
    function = contents.function_files(function_dir)
    _check_names(function, function_dir)
    files = {
        **function,
        **_function_requirements(function_dir),
        **contents.platform_files("wsgi", "openfaas"),
        **_of_the_image(),
        "stack.yml": stack_of(stack, function_dir),
    }
    return Built(
        files=files,
        is_zip=False,
        next_commands=("cd {output} && faas-cli up -f stack.yml",),
        notes=("REGISTRY, TAG and OPENFAAS_URL say where the image goes: see stack.yml",),
    )


def _check_names(function: Iterable[str], function_dir: Path) -> None:
    """Refuse the folders that faas-cli copies ours over, and the Dockerfile then takes away."""
    for name in ("platforms", "requirements"):
        if any(path.startswith(f"function/{name}/") for path in function):
            raise PackageError(f"{str(function_dir / name)!r} is where faas-cli puts our own: give it another name")


def _function_requirements(function_dir: Path) -> dict[str, bytes]:
    """Return the function's requirements.txt where the Dockerfile installs it from; {} if it has none."""
    text = requirements.merged(function_dir)
    return {f"function/{requirements.FILE_NAME}": text} if text else {}


def _of_the_image() -> dict[str, bytes]:
    """Return the template and the server's requirements, with hashes, at the places that the Dockerfile reads."""
    try:
        template = read_folder(_PROJECT_DIR / _TEMPLATE, leave_out=lambda name: name.startswith((".", "__pycache__")))
        server = (_PROJECT_DIR / _REQUIREMENTS).read_bytes()
    except OSError as error:
        raise PackageError(f"{error.filename} cannot be read, which the image is made from: {error.strerror}") from None
    return {**{f"{_TEMPLATE}/{path}": content for path, content in template.items()}, _REQUIREMENTS: server}
