"""A function's own environment: a Python with what the function requires, and with what serves it on this machine.

It is made by uv under `.portable/environments/` of the project, once for each state of the function's requirements.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import re
import shutil
import site
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .. import assets
from ..deploying.errors import BadSettings
from ..deploying.world import World
from . import local_requirements
from .functions import Function
from .portable_dir import PORTABLE_DIR, make_portable_dir
from .requirement_files import FILE_NAME, contents, normal
from .uv import UvFailed, explained, run_uv

_TOOL_DIR = Path(__file__).resolve().parents[2]
SERVERS = (assets.path("requirements/serve.txt"), assets.path("requirements/fast.txt"))
"""The lock files of the servers, which the function's own requirements win over."""

_WITH_TOOL = Path(__file__).with_name("with_tool.py")
_ENVIRONMENTS_DIR = "environments"
_COMPLETE = "complete"  # written last: without it the maker was interrupted
_LIB = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
_FORMAT = "2"  # of what is made here: another one makes every environment again

Say = Callable[[str], None]


@dataclass(frozen=True)
class Environment:
    """The interpreter of a function, in which `platforms` and what the function requires can be imported."""

    python: Path

    def command(self, *arguments: str) -> list[str]:
        """Return what runs the interpreter with arguments: `-m`, `platforms.wsgi`.

        Modules of the folder that it is run in are not found (-P): no package has them.
        """
        return [str(self.python), "-P", *arguments]

    def with_tool(self, *arguments: str) -> list[str]:
        """Return what runs `-m MODULE ...` with the tool's own packages behind the function's."""
        folders = dict.fromkeys([str(_TOOL_DIR), *site.getsitepackages(), *_user_site()])
        return self.command(str(_WITH_TOOL), os.pathsep.join(folders), *arguments)


def environment(function: Function, world: World, *, say: Say, servers: Sequence[Path] = SERVERS) -> Environment:
    """Return the environment of a function, which is made if its requirements changed; `say` is told of the progress.

    Several may ask at a time: one makes it, and the others wait. Raises BadSettings, which names the requirement.
    """
    folder = _folder(function, servers)
    found = Environment(folder / "bin" / "python")
    try:
        if not _is_complete(found):
            with _locked(make_portable_dir(function.root) / _ENVIRONMENTS_DIR, function, say):
                if not _is_complete(found):
                    _make(found, function, world, say=say, servers=servers)
                    _remove_others(folder)
    except OSError as error:
        raise BadSettings(f"{function.name}: cannot make its environment {folder}: {error.strerror}") from error
    return found


def is_own(folder: Path) -> bool:
    """Return whether this process runs in the environment of the function of a folder, with all that it requires."""
    complete = Path(sys.prefix, _COMPLETE)
    return complete.is_file() and complete.read_text() == str(folder.resolve())


def _folder(function: Function, servers: Iterable[Path]) -> Path:
    """Return `.portable/environments/NAME-PLACE-KEY`.

    The place is of the function, the tool and its Python, the key of what is installed.
    """
    python = f"{sys.base_prefix} {sys.implementation.cache_tag} {sys.abiflags}"
    place = _digest(str(function.folder), python, str(_TOOL_DIR))
    own = contents(function.folder / FILE_NAME)
    local = local_requirements.state(function.folder / FILE_NAME)
    key = _digest(_FORMAT, *own.values(), local, *(lock.read_bytes() for lock in servers))
    name = re.sub(r"[^\w.-]", "_", function.name)
    return function.root / PORTABLE_DIR / _ENVIRONMENTS_DIR / f"{name}-{place}-{key}"


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return whole.hexdigest()[:8]


def _is_complete(found: Environment) -> bool:
    return (found.python.parents[1] / _COMPLETE).is_file() and found.python.exists()


@contextmanager
def _locked(folder: Path, function: Function, say: Say) -> Iterator[None]:
    """Keep other makers out of a folder, which is made; the system ends the lock of a process that was killed."""
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"{function.name}: waiting for another command, which makes an environment")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(found: Environment, function: Function, world: World, *, say: Say, servers: Sequence[Path]) -> None:
    folder = found.python.parents[1]
    requirements = function.folder / FILE_NAME
    shown = os.path.relpath(requirements, function.root)
    say(f"{function.name}: making its environment" + (f" from {shown}" if requirements.exists() else ""))

    def uv(*arguments: str, of: str) -> None:
        cwd = function.folder
        try:
            run_uv(arguments, cwd=cwd, environ=world.environ, say=lambda line: say(f"{function.name}: {line}"))
        except UvFailed as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise BadSettings(explained(str(error), of)) from None

    install = ("pip", "install", "--python", str(found.python))
    shutil.rmtree(folder, ignore_errors=True)
    uv("venv", "--no-project", "--python", sys.executable, str(folder), of="the environment")
    if requirements.exists():
        uv(*install, "--requirement", str(requirements), *local_requirements.rebuilt(requirements), of=shown)
    missing = folder / "servers.txt"
    missing.write_text(_missing(servers, folder / _LIB))
    uv(*install, "--no-deps", "--requirement", str(missing), of="portable's own servers")
    (folder / _LIB / "platforms").symlink_to(_TOOL_DIR / "platforms")
    (folder / _COMPLETE).write_text(str(function.folder.resolve()))


def _missing(servers: Sequence[Path], lib: Path) -> str:
    """Return the entries of lock files whose packages are not installed: the function's own versions stay."""
    there = {normal(one.name) for one in importlib.metadata.distributions(path=[str(lib)])}
    entries = [entry for lock in servers for entry in re.split(r"^(?=[^\s#])", lock.read_text(), flags=re.MULTILINE)]
    return "".join(entry for entry in entries if normal(re.split(r"[^\w.-]", entry, maxsplit=1)[0]) not in there)


def _remove_others(folder: Path) -> None:
    """Remove what the same tool has made of earlier requirements of the same function."""
    for other in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _user_site() -> list[str]:
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
