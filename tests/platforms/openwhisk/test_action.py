"""`/init` and `/run`, asked of a running server."""

from __future__ import annotations

import io
import json
import zipfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.platforms.openwhisk.running import ECHO, END, Server, running
from tests.sample import HANDLER

EVENTS = Path(__file__).parent / "events"


def zipped(**files: str) -> str:
    """Return a zip in base64; a name's `__` stands for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name.replace('__', '/')}.py", text)
    return b64encode(buffer.getvalue()).decode()


def golden(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())["event"]


class TestInit:
    def test_documented_messages_initialize_and_run(self, server: Server) -> None:
        assert server.post("/init", golden("init")) == (200, {"ok": True})
        assert server.post("/run", golden("run")) == (200, {"greeting": "Hello Alan Turing!"})

    def test_second_one_is_refused(self, shared: Server) -> None:
        assert shared.init(ECHO) == (403, {"error": "Cannot initialize the action more than once."})

    @pytest.mark.parametrize("message", [{}, {"value": {}}, {"value": {"code": "", "binary": False, "env": None}}])
    def test_without_code_the_function_in_the_image_is_served(self, message: Any) -> None:
        with running(HANDLER=HANDLER) as server:
            assert server.post("/init", message) == (200, {"ok": True})
            status, result = server.run({"__ow_method": "get", "__ow_headers": {}, "__ow_path": "", "__ow_query": ""})

        assert (status, result["statusCode"]) == (200, 405)

    def test_zip_brings_the_function_to_serve(self, server: Server) -> None:
        """Its environment is there before it loads, and it goes before the one in the image."""
        code = zipped(
            function__handler="import os\nfrom .words import WORD\nFOUND = os.environ['FOUND']\n"
            "def handle(event, context):\n    return {WORD: FOUND, 'id': context.request_id, 'got': event.json()}\n",
            function__words="WORD = 'snow☃'",
        )

        assert server.init(code, binary=True, env={"FOUND": "yes", "NUMBER": 1}) == (200, {"ok": True})
        assert server.run({"a": 1}, activation_id="fd89") == (200, {"snow☃": "yes", "id": "fd89", "got": {"a": 1}})

    @pytest.mark.parametrize(
        ("handler", "reported"),
        [
            ("def handle(event, context:\n", "handler.py:1:"),
            ("\nraise RuntimeError('the moon is wrong')", "handler.py:2: RuntimeError: the moon is wrong"),
            ("import nowhere", "handler.py:1: ModuleNotFoundError"),
            ("def other(event, context): ...", "found: other"),
            ("def handle(event): ...", "handler.py:1: handle(event) cannot be called"),
        ],
    )
    def test_handler_that_cannot_be_used_is_a_502_that_names_its_line(
        self, server: Server, handler: str, reported: str
    ) -> None:
        status, answer = server.init(zipped(function__handler=handler), binary=True)
        _, stdout, stderr = server.stop()

        assert status == 502
        assert reported in answer["error"]
        assert "Traceback" not in answer["error"]
        assert reported in stderr
        assert stdout.endswith(f"{END}\n")

    @pytest.mark.parametrize(
        ("code", "reported"),
        [
            ("def main(args:\n", "main__.py:1:"),
            ("\n1/0", "main__.py:2: ZeroDivisionError"),
            ("import nowhere", "main__.py:1: ModuleNotFoundError"),
            ("def other(args): ...", "no function 'main'"),
        ],
    )
    def test_source_that_cannot_be_used_is_a_502_that_names_its_line(
        self, server: Server, code: str, reported: str
    ) -> None:
        status, answer = server.init(code)

        assert status == 502
        assert reported in answer["error"]

    def test_source_may_name_its_function(self, server: Server) -> None:
        assert server.init("def niam(args): return args", main="niam", binary=False)[0] == 200
        assert server.run({"a": 1}) == (200, {"a": 1})

    def test_failed_one_may_be_repeated(self, server: Server) -> None:
        assert server.init("1/0")[0] == 502
        assert server.init(zipped(function__handler="def handle(e, c): return {'ok': 1}"), binary=True)[0] == 200
        assert server.run() == (200, {"ok": 1})

    @pytest.mark.parametrize(
        ("message", "reported"),
        [
            (b"", "not valid JSON"),
            (b"{", "not valid JSON"),
            (b"\xff\xfe", "not valid JSON"),
            (b"[" * 100_000, "not valid JSON"),
            ([], "an object is expected"),
            ({"value": "code"}, "'value' is a str"),
            ({"value": {"env": ["A=1"]}}, "'env' is a list"),
            ({"value": {"env": {"A=B": "1"}}}, "'A=B' cannot be an environment variable"),
            ({"value": {"env": {"A": "\0"}}}, "'A' cannot be an environment variable"),
            ({"value": {"code": 1}}, "value.code is a int"),
            ({"value": {"code": "def main", "binary": True}}, "not a zip in base64"),
            ({"value": {"code": "AP8=", "binary": True}}, "not a zip in base64"),
        ],
    )
    def test_malformed_message_is_a_400(self, message: Any, reported: str) -> None:
        with running() as server:
            status, answer = server.post("/init", message)

        assert status == 400
        assert reported in answer["error"]


class TestRun:
    def test_before_init_says_what_is_missing(self, server: Server) -> None:
        assert server.run() == (500, {"error": "no action is there to run yet: POST /init first"})

    def test_facts_become_variables_and_leave_with_their_activation(self, shared: Server) -> None:
        first = shared.run(activation_id="1", api_key="secret", deadline=1000000, transaction_id=None)[1]["env"]
        second = shared.run(activation_id="2")[1]["env"]

        assert first == {"__OW_ACTIVATION_ID": "1", "__OW_API_KEY": "secret", "__OW_DEADLINE": "1000000"}
        assert second == {"__OW_ACTIVATION_ID": "2"}

    def test_large_unicode_payload_arrives_whole(self, shared: Server) -> None:
        value = {"snow": "☃" * 1_000_000}

        assert shared.run(value)[1]["snow"] == value["snow"]

    def test_fact_that_cannot_be_a_variable_is_a_400(self, shared: Server) -> None:
        assert shared.run(activation_id="\0")[0] == 400

    @pytest.mark.parametrize(
        ("code", "status", "answer"),
        [
            ("return [1, 'é']", 200, [1, "é"]),
            ("return {'error': 'mine'}", 200, {"error": "mine"}),
            ("raise ValueError('the moon is wrong')", 200, {"error": "the moon is wrong"}),
            ("return 'text'", 502, {"error": "The action did not return a dictionary or array."}),
            ("return None", 502, {"error": "The action did not return a dictionary or array."}),
            ("return {'a': {1}}", 502, {"error": "The action did not return a dictionary or array."}),
            ("return {'a': float('nan')}", 502, {"error": "The action did not return a dictionary or array."}),
        ],
    )
    def test_result_is_answered_and_its_logs_are_ended(
        self, server: Server, code: str, status: int, answer: Any
    ) -> None:
        server.init(f"def main(args):\n    print('said')\n    {code}")

        assert server.run() == (status, answer)
        assert server.run() == (status, answer)
        exit_code, stdout, stderr = server.stop()

        assert exit_code == 0
        assert stdout == f"said\n{END}\n" * 2
        assert stderr.count(f"{END}\n") == 2
        assert stderr.endswith(f"{END}\n")
        assert ("Traceback" in stderr) == ("raise" in code)

    def test_action_that_exits_is_answered_and_takes_the_process_along(self, server: Server) -> None:
        server.init("import sys\ndef main(args): sys.exit(3)")

        assert server.run() == (500, {"error": "command exited"})
        exit_code, stdout, _ = server.wait()

        assert (exit_code, stdout) == (3, f"{END}\n")
