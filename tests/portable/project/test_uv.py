"""What is said of a requirement that uv cannot get, and what is done without a network."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from portable.project.uv import UvFailed, explained, run_uv

from ..packaging.wheelhouse import make_wheel


def unsatisfiable(cause: str) -> str:
    """Return what uv says of requirements that do not go together."""
    return (
        "Using Python 3.13.0 environment at: e\nerror: No solution found when resolving dependencies\n"
        f"  cause: {cause},\n         we can conclude that your requirements are unsatisfiable.\n\nhint: nothing\n"
    )


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        (
            unsatisfiable("Because there is no version of orjson==99 and you require orjson==99"),
            "orjson==99 of f.txt: there is no such version; name one that there is",
        ),
        (
            unsatisfiable("Because only six<=1.17.0 is available and\n         you require six>=99,<100"),
            "six>=99,<100 of f.txt: there is only six<=1.17.0",
        ),
        (
            unsatisfiable("Because nope was not found in the package registry and you require nope"),
            "nope of f.txt: the package index has no package of that name; look at its spelling",
        ),
        (
            unsatisfiable("Because six was not found in the cache and you require six"),
            "six of f.txt: uv is offline (UV_OFFLINE), and has not got it before; let it ask the network once",
        ),
        (
            unsatisfiable("Because six==1.1 needs to be downloaded from a registry and you require six==1.1"),
            "six==1.1 of f.txt: uv is offline (UV_OFFLINE), and has not got it before; let it ask the network once",
        ),
        (
            "Resolved 1\nerror: Failed to download `six==1.1`\n  cause: Network connectivity is disabled, "
            "but the requested data wasn't found in the cache: http://127.0.0.1:9/six-1.1-py3-none-any.whl\n",
            "six==1.1 of f.txt: uv is offline (UV_OFFLINE), and has not got it before; let it ask the network once",
        ),
        (
            unsatisfiable(
                "Because pywin32==306 has no wheels with a matching Python ABI tag (e.g., `cp313`) and you require "
                "pywin32==306"
            )
            + "\nhint: You require CPython 3.13 (`cp313`), but we only found wheels for `pywin32` (v306) with the "
            "following Python ABI tags: `cp311`, `cp312`\n",
            "pywin32==306 of f.txt: it has no wheel for cp313, and no source; there are for cp311, cp312: require "
            "another version, or leave it out by a marker",
        ),
        (
            unsatisfiable(
                "Because a<=1 has no wheels with a matching Python ABI tag (e.g., `cp311`) and only a<=1 and a>=2 are\n"
                "  available, we can conclude that a<2 cannot be used.\n  And because a>=2 has no wheels with a "
                "matching platform tag (e.g., `manylinux_2_36_x86_64`) and you require a"
            )
            + "\nhint: Wheels are available for `a` (v2) on the following platforms: `win32`, `win_arm64`\n",
            "a of f.txt: it has no wheel for manylinux_2_36_x86_64, and no source; there are for win32, win_arm64: "
            "require another version, or leave it out by a marker",
        ),
        (
            "error: Failed to fetch: http://127.0.0.1:9/simple/six/\n  cause: tcp connect error\n",
            "six of f.txt: no answer from http://127.0.0.1:9/simple/six/; look at the network, or at UV_DEFAULT_INDEX",
        ),
        (
            unsatisfiable("Because a==1 depends on b<2 and you require b>2"),
            "f.txt: a==1 depends on b<2 and you require b>2",
        ),
        ("error: Git operation failed\n  cause: no\n  cause: network\n", "f.txt: Git operation failed: no: network"),
    ],
)
def test_error_is_one_line_that_names_the_requirement(stderr: str, line: str) -> None:
    assert explained(stderr, "f.txt") == line


@contextmanager
def index(folder: Path) -> Iterator[str]:
    """Serve a folder as a package index for the time of the block; yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_what_was_got_before_is_taken_when_no_index_answers(tmp_path: Path) -> None:
    (tmp_path / "index" / "first").mkdir(parents=True)
    make_wheel(tmp_path / "index" / "first", "first")
    environ = {**os.environ, "UV_CACHE_DIR": str(tmp_path / "cache"), "UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "5"}

    def install(name: str, *packages: str) -> None:
        run_uv(["pip", "install", "--target", str(tmp_path / name), *packages], cwd=tmp_path, environ=environ)

    with index(tmp_path / "index") as url:
        environ["UV_DEFAULT_INDEX"] = url
        install("one", "first")
    install("two", "first")
    assert (tmp_path / "two" / "first.py").exists()

    with pytest.raises(UvFailed, match="Failed to fetch"):
        install("three", "second")
