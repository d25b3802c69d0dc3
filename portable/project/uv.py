"""Run uv, which makes environments and gets packages, and tell its errors in one line that names the requirement."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..deploying.errors import BadSettings

_PROGRESS = ("Downloading ", "Building ", "Installed ")
# they would install elsewhere, by another Python, or something else in every installation
_NOT_PASSED_ON = ("UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_COMPILE_BYTECODE", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
_NO_VERSION = re.compile(r"[Bb]ecause there (?:is|are) no versions? of .+? and you require (.+?), we can")
_OTHERS_ONLY = re.compile(r"[Bb]ecause only (.+?) (?:is|are) available and you require (.+?), we can")
_NO_PACKAGE = re.compile(r"[Bb]ecause (\S+) was not found in the (package registry|provided package locations|cache)")
# of a version whose index page is in the cache, and of a file whose version is
_NOT_IN_CACHE = re.compile(
    r"[Bb]ecause (\S+) needs to be downloaded from a registry"
    r"|Failed to download [`'](\S+?)[`'] cause: Network connectivity is disabled"
)
_NO_WHEEL = re.compile(r"has no wheels with a matching [\w ]+ tag \(e\.g\., `([^`]+)`\) and you require (.+?), we can")
_HAS_WHEELS = re.compile(r"the following (?:platforms|[\w ]+ tags): ([^:]+?)(?: hint|$)")
_NO_ANSWER = re.compile(r"Failed to fetch: [`']?(\S+?)[`']?$", re.MULTILINE)


class UvFailed(Exception):
    """uv ended with an error; the text is what it said on stderr."""


def run_uv(
    arguments: Sequence[str], *, cwd: Path, environ: Mapping[str, str], say: Callable[[str], None] | None = None
) -> None:
    """Run uv to its end; `say` is given the lines in which it tells of its progress.

    Where no index answers, what was got before does. Raises UvFailed.
    """
    try:
        _run(arguments, cwd, environ, say)
    except UvFailed as failed:
        if not _NO_ANSWER.search(str(failed)):
            raise
        try:
            _run([*arguments, "--offline"], cwd, environ, say)
        except UvFailed:
            raise failed from None


def _run(arguments: Sequence[str], cwd: Path, environ: Mapping[str, str], say: Callable[[str], None] | None) -> None:
    environ = {name: value for name, value in environ.items() if name not in _NOT_PASSED_ON}
    command = [_uv(), *arguments, "--no-python-downloads", "--color=never"]
    said = []
    with _ends_with_us() as is_apart, _started(command, cwd, environ, is_apart=is_apart) as process:
        try:
            for line in process.stderr or ():
                said.append(line)
                if say and line.strip().startswith(_PROGRESS):
                    say(line.strip())
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM) if is_apart else process.terminate()
            raise
    if process.returncode < 0:
        raise UvFailed("error: uv was interrupted")
    if process.returncode:
        raise UvFailed("".join(said))


def _started(command: Sequence[str], cwd: Path, environ: Mapping[str, str], *, is_apart: bool) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=is_apart,
    )


@contextmanager
def _ends_with_us() -> Iterator[bool]:
    """Yield whether this thread is told of every signal to end, as an exception: it ends uv and what uv runs then.

    Elsewhere they stay in the terminal's group, which Ctrl-C reaches as a whole.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield False
        return
    signal.signal(signal.SIGTERM, lambda signum, _: sys.exit(128 + signum))
    try:
        yield True
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def explained(stderr: str, requirements: str) -> str:
    """Return one line that says which requirement of a file cannot be had, and why."""
    whole = " ".join(stderr.split())  # uv breaks its lines where a terminal ends
    if found := _NO_VERSION.search(whole):
        return f"{found[1]} of {requirements}: there is no such version; name one that there is"
    if found := _OTHERS_ONLY.search(whole):
        return f"{found[2]} of {requirements}: there is only {found[1]}"
    if found := _NO_PACKAGE.search(whole):
        return f"{found[1]} of {requirements}: {_nowhere(found[2])}"
    if found := _NOT_IN_CACHE.search(whole):
        return f"{found[1] or found[2]} of {requirements}: {_nowhere('cache')}"
    if found := _NO_WHEEL.search(whole):
        return f"{found[2]} of {requirements}: {_no_wheel(found[1], whole)}"
    if found := _NO_ANSWER.search(stderr):
        package = found[1].rstrip("/").rpartition("/")[2]
        return f"{package} of {requirements}: no answer from {found[1]}; look at the network, or at UV_DEFAULT_INDEX"
    return f"{requirements}: {_in_one_line(stderr)}"


def _nowhere(place: str) -> str:
    if place == "cache":
        return "uv is offline (UV_OFFLINE), and has not got it before; let it ask the network once"
    where = "the package index has" if place == "package registry" else "the given folders and indexes have"
    return f"{where} no package of that name; look at its spelling"


def _no_wheel(tag: str, whole: str) -> str:
    others = _HAS_WHEELS.findall(whole)
    there_are = f"; there are for {others[-1].replace('`', '')}" if others else ""
    return f"it has no wheel for {tag}, and no source{there_are}: require another version, or leave it out by a marker"


def _in_one_line(stderr: str) -> str:
    """Return an error and its causes without what uv says of its work, of a terminal and of whom to blame."""
    text = stderr[stderr.find("error: ") + len("error: ") :] if "error: " in stderr else stderr
    text = " ".join(text.partition("\nhint:")[0].split()).replace(" cause: ", ": ")
    text = text.removeprefix("No solution found when resolving dependencies: Because ")
    return text.replace(", we can conclude that your requirements are unsatisfiable", "").removesuffix(".")


def _uv() -> str:
    from uv import find_uv_bin

    try:
        return find_uv_bin()
    except FileNotFoundError as error:
        raise BadSettings(f"uv, which makes environments, is not installed whole: {error}") from None
