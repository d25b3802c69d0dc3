"""The packaged zip in both of OpenWhisk's Python runtimes: whose code runs, its logs, and what a broken one says."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from portable.packaging import zip_file
from portable.packaging.openwhisk import build
from tests.conformance import Request
from tests.platforms.openwhisk.running import running as action_server
from tests.portable.packaging.wheelhouse import make_wheel, require

from . import action_loop, http
from .actions import init_message, packed, serving
from .artifacts import SAMPLE
from .processes import REPOSITORY_DIR
from .test_broken_handlers import broken, write_function

REQUIRES_MOON = """\
import moon

def handle(event, context):
    return {"phase": moon.PHASE}
"""
PRINTS_ITS_STACK = """\
import traceback

def handle(event, context):
    traceback.print_stack()
"""
WHERE = """\
import os
import sys

import platforms

def handle(event, context):
    print("said")
    files = {name: os.path.dirname(sys.modules[name].__file__) for name in ("function.handler", "platforms")}
    return {**files, "id": context.request_id, "name": context.function_name, "left": context.remaining_seconds()}
"""
FACTS = {"activation_id": "fd89", "action_name": "/guest/demo/where", "deadline": "99999999999999"}


def test_official_layout_runs_the_zip_s_own_handler_and_shim_and_nothing_else(tmp_path: Path) -> None:
    function_dir = write_function(tmp_path, WHERE)
    with action_loop.running(packed(function_dir)) as loop:
        found = loop.run({"value": {}, **FACTS})
        again = loop.run({"value": {}, **FACTS, "activation_id": "fd90"})

        assert found["function.handler"].endswith("/bin/function")
        assert found["platforms"].endswith("/bin/platforms")
        assert (found["id"], found["name"], again["id"]) == ("fd89", "/guest/demo/where", "fd90")
        assert found["left"] > 0
        assert loop.log == "said\nsaid\n"


def test_action_server_runs_the_zip_s_handler_by_its_own_shim(tmp_path: Path) -> None:
    """Where it runs there is a function/ too, the repository's: the zip's goes before it."""
    function_dir = write_function(tmp_path, WHERE)
    with action_server(PYTHONDONTWRITEBYTECODE="1") as server:
        assert server.post("/init", init_message(packed(function_dir))) == (200, {"ok": True})
        status, found = server.run(**FACTS)

    assert (status, found["id"], found["name"]) == (200, "fd89", "/guest/demo/where")
    assert not found["function.handler"].startswith(str(REPOSITORY_DIR))
    assert found["platforms"] == str(REPOSITORY_DIR / "platforms")


def test_sample_answers_a_request_in_both() -> None:
    args = {"__ow_method": "post", "__ow_headers": {}, "__ow_path": "", "__ow_query": "", "__ow_body": ""}
    with serving() as port, action_loop.running(packed(SAMPLE)) as loop:
        http.post_json("/init", init_message(packed(SAMPLE)), port)
        answers = [http.post_json("/run", {"value": args}, port), loop.run({"value": args})]

    assert [answer["statusCode"] for answer in answers] == [200, 200]


def test_what_the_function_requires_is_found_in_both(tmp_path: Path) -> None:
    """The process of the official runtime is started without site-packages, so it can come from nowhere else."""
    function_dir = write_function(tmp_path, REQUIRES_MOON)
    (tmp_path / "wheelhouse").mkdir()
    make_wheel(tmp_path / "wheelhouse", "moon", files={"moon.py": b"PHASE = 'new'\n"})
    require(function_dir, tmp_path / "wheelhouse", "moon")
    package = packed(function_dir)
    with serving() as port, action_loop.running(package) as loop:
        http.post_json("/init", init_message(package), port)

        assert http.post_json("/run", {"value": {}}, port) == {"phase": "new"}
        assert loop.run({"value": {}}) == {"phase": "new"}


def test_plain_action_that_raises_is_an_error_with_its_traceback_in_the_log(tmp_path: Path) -> None:
    function_dir = write_function(tmp_path, "def handle(event, context):\n    raise ValueError('the moon is wrong')\n")
    with action_loop.running(packed(function_dir)) as loop:
        assert loop.run({"value": {}}) == {"error": "the moon is wrong"}
        assert 'function/handler.py", line 2, in handle' in loop.log


def test_traceback_through_the_shim_names_the_lines_of_the_repository(tmp_path: Path) -> None:
    """What was left out of our modules to make them smaller has left its lines."""
    function_dir = write_function(tmp_path, PRINTS_ITS_STACK)
    with action_loop.running(packed(function_dir)) as loop:
        loop.run({"value": {}})
        line = next(line for line in loop.log.splitlines() if "openwhisk/shim.py" in line and "_call_plain" in line)
    number = int(line.partition("line ")[2].partition(",")[0])
    source = (REPOSITORY_DIR / "platforms" / "openwhisk" / "shim.py").read_text()

    assert "call(handler, event, context)" in source.splitlines()[number - 1]


@broken
def test_broken_handler_is_a_502_of_init_that_names_its_line(
    source: str, where: str, what: str, tmp_path: Path
) -> None:
    message: Any = init_message(packed(write_function(tmp_path, source)))
    with action_server() as server:
        status, answer = server.post("/init", message)
        _, _, log = server.stop()

    assert status == 502
    assert f"function/{where}" in answer["error"]
    assert what in answer["error"]
    assert f"function/{where}" in log


@broken
def test_broken_handler_in_the_official_layout_is_in_the_activation_s_log(
    source: str, where: str, what: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(action_loop.InitFailed) as failed,
        action_loop.running(packed(write_function(tmp_path, source))),
    ):
        pass
    last_line = str(failed.value).splitlines()[-1]

    assert last_line.startswith("platforms.loading.HandlerError: ")
    assert f"function/{where}" in last_line
    assert what in last_line


def test_zip_with_no_function_is_a_502_of_init() -> None:
    """As another's action is, which our server cannot run: it says what it looked for."""
    files = {path: content for path, content in build(SAMPLE).files.items() if not path.startswith("function/")}
    with serving() as port:
        message = {"value": {"binary": True, "code": b64encode(zip_file.pack(files)).decode()}}
        reply = http.send(Request("POST", "/init", (), json.dumps(message).encode()), port)

    assert reply.status == 502
    assert "function.handler" in reply.json()["error"]
