"""The OpenFaaS image, built and run by a real Docker engine through its SDK."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from portable.packaging import built
from portable.packaging.openfaas import build
from tests.sample import STACK_PATH
from tests.tools import python_image

from .processes import REPOSITORY_DIR, TIMEOUT_S

TEMPLATE_DIR = REPOSITORY_DIR / "template" / "portable"
DOCKERFILE = TEMPLATE_DIR / "Dockerfile"
_IGNORE = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Container:
    """A running container and the port of this machine that leads to its 8080."""

    docker: Any
    port: int

    def wait_for_log(self, text: str, times: int = 1, **streams: bool) -> str:
        """Wait until the container has printed `text` so often; return its log, of both streams or of one of them.

        Asked anew, for the SDK leaves a followed log's socket open; waited for, for the engine is a while behind.
        """
        give_up = time.monotonic() + TIMEOUT_S
        log: str
        while (log := self.docker.logs(**streams).decode()).count(text) < times:
            assert time.monotonic() < give_up, f"{text!r} not {times} times in {TIMEOUT_S} s: {log!r}"
            time.sleep(0.05)
        return log

    def run(self, *command: str) -> str:
        """Run a command inside and return all that it prints."""
        output: bytes = self.docker.exec_run(command).output
        return output.decode()

    def exit_code(self, *command: str) -> int:
        """Run a command inside and return its exit code."""
        code: int = self.docker.exec_run(command).exit_code
        return code

    def files(self, folder: str) -> set[str]:
        """Return the names in one of its folders, without what Python compiled."""
        return set(self.run("ls", folder).split()) - {"__pycache__"}


def compose_context(target_dir: Path, function_dir: Path) -> None:
    """Lay out the build context that docker compose sends: the repository's folders, side by side."""
    shutil.copytree(function_dir, target_dir / "function", ignore=_IGNORE)
    for name in ("platforms", "requirements"):
        shutil.copytree(REPOSITORY_DIR / name, target_dir / name, ignore=_IGNORE)


def faas_cli_context(target_dir: Path, function_dir: Path) -> None:
    """Lay out the build context as faas-cli does: the template, its links followed, and the function's folder in it."""
    shutil.copytree(TEMPLATE_DIR, target_dir, ignore=_IGNORE, dirs_exist_ok=True)
    shutil.copytree(function_dir, target_dir / "function", ignore=_IGNORE, dirs_exist_ok=True)


def packaged_context(target_dir: Path, function_dir: Path) -> None:
    """Lay out the same from the OpenFaaS package of a function, and of nothing else."""
    packaged_dir = target_dir / "packaged"
    (target_dir / "stack.yml").write_text(
        STACK_PATH.read_text().replace("handler: ./function", f"handler: {function_dir}")
    )
    built.write(build(function_dir, target_dir / "stack.yml"), packaged_dir)
    shutil.copytree(packaged_dir / "template" / "portable", target_dir, dirs_exist_ok=True)
    shutil.copytree(packaged_dir / "function", target_dir / "function")
    shutil.rmtree(packaged_dir)


@contextmanager
def image(function_dir: Path, lay_out: Any = compose_context, dockerfile: Path = DOCKERFILE) -> Iterator[str]:
    """Build the image of a function and give its id; the engine keeps the layers for the next build."""
    client = docker.from_env()
    try:
        with tempfile.TemporaryDirectory() as folder:
            context_dir = Path(folder)
            lay_out(context_dir, function_dir)
            shutil.copy(dockerfile, context_dir)
            built, _ = client.images.build(path=folder, buildargs={"PYTHON_IMAGE": python_image()}, rm=True)
        assert built.id
        yield built.id
    finally:
        client.close()


@contextmanager
def run_container(tag: str, environ: Mapping[str, str] | None = None, **options: Any) -> Iterator[Container]:
    """Run an image as docker-compose.yml does: read-only, without capabilities, on a free port of loopback.

    `options` are more of the engine's own, such as volumes.
    """
    client: Any = docker.from_env()
    container = client.containers.run(
        tag,
        detach=True,
        environment=dict(environ or {}),
        ports={"8080/tcp": ("127.0.0.1", None)},
        read_only=True,
        tmpfs={"/tmp": ""},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        **options,
    )
    try:
        container.reload()
        port = int(container.ports["8080/tcp"][0]["HostPort"])
        yield Container(container, port)
    finally:
        container.remove(force=True)
        client.close()
