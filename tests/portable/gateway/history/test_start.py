"""The history of a gateway: written by its thread, whole after its end, and there again at the next start."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

from portable.gateway.config import Config
from portable.gateway.history.service import History

from ..test_main import PATIENCE_S, command, get, login_of, started
from .kept import call

HANDLER = """
def handle(event, context):
    print("saw", context.request_id, flush=True)
    return "hello"
"""


def test_calls_are_written_without_being_asked_for(tmp_path: Path) -> None:
    written = threading.Event()
    history = History.open(Config(state_dir=tmp_path))
    history._file.connection.set_trace_callback(lambda text: written.set() if text == "COMMIT" else None)
    history.start()
    history.record(call())

    assert written.wait(PATIENCE_S)
    history.close()


def test_calls_and_logs_of_a_gateway_are_there_after_its_end(tmp_path: Path) -> None:
    arguments = command(state_dir=tmp_path)
    (tmp_path / "hello" / "handler.py").write_text(HANDLER)
    with started(arguments) as (process, _, port):
        login = login_of(tmp_path)
        assert get(port, "/function/hello", **{"X-Call-Id": "one/two"}) == (200, "hello")
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=PATIENCE_S)
    with started(arguments) as (_, _, port):
        status, found = get(port, "/system/calls/one%2Ftwo", Authorization=login)
        _, log = get(port, "/system/logs?name=hello", Authorization=login)

    assert (process.returncode, status) == (0, 200), logged
    assert [one["function"] for one in json.loads(found)["calls"]] == ["hello.openfaas-fn"]
    assert [one["text"] for one in json.loads(found)["logs"]] == ["saw one/two\n"]
    assert "saw one/two" in log
