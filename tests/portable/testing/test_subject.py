"""The function of a test's client: how it is found and loaded, and whose modules and variables it has."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from platforms.loading import HandlerError
from portable.deploying.errors import BadSettings
from portable.emulators import modules
from portable.emulators.errors import Unavailable
from portable.testing import Client

from ..verbs.projects import write_stack
from .conftest import write_function, write_project


def test_function_is_found_by_its_name_from_the_tests_folder_upwards(tmp_path: Path) -> None:
    write_project(tmp_path)
    client = _client_of_a_test_in(tmp_path / "hello" / "tests", "hello")

    assert client.get("/", params={"name": "Ada"}).json() == {"said": "hello Ada", "by": "wsgi"}


def test_function_may_be_a_folder_seen_from_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_function(tmp_path / "hello")
    monkeypatch.setenv("GREETING", "hi")

    assert _client_of_a_test_in(tmp_path / "tests", "../hello").get().json()["said"] == "hi you"
    assert Client(tmp_path / "hello").get().json()["said"] == "hi you"


def test_function_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write_project(tmp_path)

    with pytest.raises(BadSettings, match=r"no function and no folder 'helo': .*stack.yml has hello"):
        _client_of_a_test_in(tmp_path, "helo")


def test_variables_of_the_stack_file_hold_while_the_function_is_called(tmp_path: Path) -> None:
    write_project(tmp_path)

    assert _client_of_a_test_in(tmp_path, "hello").get().json()["said"] == "hello you"
    assert "GREETING" not in os.environ


def test_variable_that_a_test_sets_goes_before_the_stack_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    client = _client_of_a_test_in(tmp_path, "hello")
    monkeypatch.setenv("GREETING", "hi")

    assert client.get().json()["said"] == "hi you"
    assert os.environ["GREETING"] == "hi"


def test_function_that_cannot_be_loaded_is_told_when_it_is_called(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("import no_such_module\n")
    client = Client(tmp_path / "hello")

    with pytest.raises(HandlerError, match=r"handler.py:1: ModuleNotFoundError: No module named 'no_such_module'"):
        client.get()


def test_function_whose_folder_is_missing_is_told_when_it_is_called(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "hello").rename(tmp_path / "gone")
    client = _client_of_a_test_in(tmp_path, "hello")

    with pytest.raises(Unavailable, match=r"there is no folder '.*/hello': name the function's with --function"):
        client.get()
    with pytest.raises(Unavailable):
        client.get()


def test_secret_that_is_missing_is_told_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    write_stack(tmp_path, "hello", fields="secrets: [no-such-secret]\nenvironment: {GREETING: hello}")
    write_function(tmp_path / "hello")
    before = dict(os.environ), [*sys.meta_path]

    with pytest.raises(BadSettings, match="hello: there is no secret 'no-such-secret'"):
        _client_of_a_test_in(tmp_path, "hello").get()

    assert (dict(os.environ), sys.meta_path) == before


def test_clients_of_one_function_share_its_modules_and_two_functions_do_not(tmp_path: Path) -> None:
    counting = "calls = []\ndef handle(event, context):\n    calls.append(1)\n    return len(calls)\n"
    for name in ("hello", "other"):
        write_function(tmp_path / name)
        (tmp_path / name / "handler.py").write_text(counting)

    assert [Client(tmp_path / "hello").get().json() for _ in range(2)] == [1, 2]
    assert Client(tmp_path / "other").get().json() == 1


def test_calls_that_overlap_have_the_variables_to_their_end(tmp_path: Path) -> None:
    write_project(tmp_path)
    (tmp_path / "hello" / "handler.py").write_text(
        """
import os, threading
both, first_is_done = threading.Barrier(2, timeout=60), threading.Event()

def handle(event, context):
    if event.path == "/done":
        first_is_done.set()
        return "done"
    both.wait()
    if event.path == "/last":
        assert first_is_done.wait(60)
    return os.environ["GREETING"]
"""
    )
    client = _client_of_a_test_in(tmp_path, "hello")
    with ThreadPoolExecutor(2) as threads:
        last = threads.submit(client.get, "/last")
        assert threads.submit(client.get, "/first").result().text == "hello"
        client.get("/done")

        assert last.result().text == "hello"
    assert "GREETING" not in os.environ


def test_secret_of_a_test_is_not_kept_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("def handle(event, context):\n    return context.secret('key')\n")
    client = Client(tmp_path / "hello")
    for value in ("first", "second"):
        monkeypatch.setenv("KEY", value)

        assert client.get().text == value


def test_import_that_fails_elsewhere_is_refused(tmp_path: Path) -> None:
    write_function(tmp_path / "hello")
    (tmp_path / "hello" / "handler.py").write_text("from hello import words\ndef handle(event, context):\n    pass\n")

    with pytest.raises(BadSettings, match=r"handler.py:1: .*from hello import words"):
        Client(tmp_path / "hello").get()


_LOOK = """\
import os

def handle(event, context):
    return os.environ["WHO"], 200, {"x-secret": context.secret("key")}
"""
_CALL = """\
import os
from concurrent.futures import ThreadPoolExecutor
from portable.testing import Client

def handle(event, context):
    look = Client({other!r}).get
    inner = ThreadPoolExecutor(1).submit(look).result() if event.path == "/thread" else look()
    return [inner.text, inner.headers["x-secret"], os.environ["WHO"], context.secret("key")]
"""


@pytest.fixture
def two(tmp_path: Path) -> tuple[Client, Client]:
    """Return clients of a function that calls another one, and of that; each has a variable and a secret of its own."""
    lines = ["provider: {name: openfaas}", "functions:"]
    for name in ("calls", "looks"):
        (tmp_path / name).mkdir()
        fields = f"environment: {{WHO: {name}, KEY: key of {name}}}"
        lines.append(f"  {name}: {{lang: portable, handler: ./{name}, image: local/{name}, {fields}}}")
    (tmp_path / "stack.yml").write_text("\n".join(lines))
    (tmp_path / "looks" / "handler.py").write_text(_LOOK)
    (tmp_path / "calls" / "handler.py").write_text(_CALL.format(other=str(tmp_path / "looks")))
    return _client_of_a_test_in(tmp_path, "calls"), _client_of_a_test_in(tmp_path, "looks")


def test_call_within_a_call_has_variables_and_secrets_of_its_own(two: tuple[Client, Client]) -> None:
    calls, _ = two

    assert calls.get().json() == ["looks", "key of looks", "calls", "key of calls"]
    assert "WHO" not in os.environ


def test_calls_at_a_time_have_the_variables_of_their_function(two: tuple[Client, Client]) -> None:
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda one: one.get().text, [*two] * 16))

    assert got == ['["looks", "key of looks", "calls", "key of calls"]', "looks"] * 16
    assert "WHO" not in os.environ


def test_variable_that_a_test_sets_holds_in_a_call_within_a_call(
    two: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHO", "the test")

    assert two[0].get().json()[::2] == ["the test"] * 2


def test_call_in_another_thread_that_is_waited_for_ends_with_an_error(
    two: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(modules, "LONGEST_WAIT_S", 0.1)

    assert two[0].get("/thread").status == 500
    assert "looks waits for" in caplog.text
    assert "/calls, whose call in another thread does not end: " in caplog.text
    assert two[0].get().json() == ["looks", "key of looks", "calls", "key of calls"]


def test_nothing_of_the_function_is_imported_by_a_test_after_a_call(two: tuple[Client, Client]) -> None:
    before = dict(sys.modules), [*sys.meta_path]
    assert two[1].get().text == "looks"

    assert (dict(sys.modules), sys.meta_path) == before


def _client_of_a_test_in(folder: Path, name: str) -> Client:
    """Return the client that a test module in a folder makes."""
    names: dict[str, Any] = {"__file__": str(folder / "test_it.py"), "Client": Client}
    exec(f"client = Client({name!r})", names)
    made: Client = names["client"]
    return made
