"""Functions as local processes: what a provider promises, with real processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from portable.gateway.providers.base import Change, Provider, ReplicaState
from portable.gateway.providers.process.provider import ProcessProvider
from portable.gateway.secrets import SecretStore
from portable.stack.errors import Conflict, NotFound, Unavailable
from portable.stack.messages import FunctionName, LogQuery, Usage
from portable.stack.stack_file import read_stack
from tests.conformance import Broken, Request
from tests.runtimes import http
from tests.sample import STACK_PATH

from .processes import (
    THIS_PYTHON,
    THIS_TREE,
    TIMEOUT_S,
    Reports,
    call,
    make_provider,
    printed,
    providing,
    start,
    state_of,
    until,
    wait_until_gone,
    write_function,
    write_stack,
)

FN = FunctionName("fn")


def test_sample_function_is_served(tmp_path: Path) -> None:
    provider: Provider = ProcessProvider(
        read_stack(STACK_PATH, {}),
        stack_path=STACK_PATH,
        secrets=SecretStore(tmp_path),
        environ=THIS_TREE,
        environments=lambda _: THIS_PYTHON,
    )
    try:
        (deployment,) = provider.declared()
        provider.check(deployment)
        replica = provider.create(deployment, "1")
        http.wait_for_port(replica.port, "/_/health")
        reply = http.send(Request("POST", "/"), replica.port)

        assert reply.json()["status"] == "success"
        assert replica.state is ReplicaState.RUNNING
        assert (replica.function, replica.revision, replica.host) == (FunctionName("meditations"), "1", "127.0.0.1")
        assert provider.replicas() == [replica]
    finally:
        provider.close()


def test_replicas_are_those_of_a_function_or_all(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_function(tmp_path / name, "def handle(event, context):\n    pass\n")
    provider = make_provider(write_stack(tmp_path, "one", "two"))
    try:
        one, two = (provider.create(deployment, "1") for deployment in provider.declared())

        assert provider.replicas() == [one, two]
        assert provider.replicas(two.function) == [two]
        assert provider.replicas(FN) == []
        assert one.port != two.port
        assert one.name != two.name
    finally:
        provider.close()


def test_paused_process_is_frozen_and_wakes_as_it_was(tmp_path: Path) -> None:
    with providing(tmp_path) as provider:
        replica = start(provider)
        pid = call(replica)
        paused = provider.set_state(replica, ReplicaState.PAUSED)
        assert paused.state is ReplicaState.PAUSED
        until(lambda: state_of(pid) == "T", "frozen process")
        assert provider.set_state(paused, ReplicaState.PAUSED) == paused
        woken = provider.set_state(paused, ReplicaState.RUNNING)

        assert woken == replica
        assert call(woken) == pid


def test_stopped_process_is_gone_and_starts_again(tmp_path: Path) -> None:
    with providing(tmp_path) as provider:
        replica = start(provider)
        pid = call(replica)
        stopped = provider.set_state(replica, ReplicaState.STOPPED, grace_s=TIMEOUT_S)
        assert stopped == replace(replica, state=ReplicaState.STOPPED, host="", port=0)
        assert not state_of(pid)
        assert provider.set_state(stopped, ReplicaState.STOPPED) == stopped
        with pytest.raises(Conflict, match="has no process to pause"):
            provider.set_state(stopped, ReplicaState.PAUSED)
        started = provider.set_state(stopped, ReplicaState.RUNNING)
        http.wait_for_port(started.port, "/_/health")

        assert call(started) != pid
        assert provider.replicas() == [started]


def test_removed_process_is_gone_and_forgotten_but_not_what_it_printed(tmp_path: Path) -> None:
    with providing(tmp_path) as provider:
        replica = start(provider)
        pid = call(replica)
        provider.set_state(replica, ReplicaState.PAUSED)
        removed = provider.set_state(replica, ReplicaState.REMOVED, grace_s=TIMEOUT_S)

        assert removed.state is ReplicaState.REMOVED
        assert not state_of(pid)
        assert provider.replicas() == []
        assert provider.set_state(replica, ReplicaState.REMOVED).state is ReplicaState.REMOVED
        assert "serving the function" in printed(provider)
        with pytest.raises(NotFound, match=r"there is no process fn-1 of fn\.openfaas-fn: it was removed"):
            provider.set_state(replica, ReplicaState.RUNNING)


def test_stopping_lets_a_request_finish_within_its_grace_and_kills_after_it(tmp_path: Path) -> None:
    handler = """
        import os, pathlib, time

        def handle(event, context):
            here = pathlib.Path(__file__).parent
            (here / event.query["name"]).write_text(str(os.getpid()))
            while not (here / "go").exists():
                time.sleep(0.01)
            return "finished"
    """
    with providing(tmp_path, handler) as provider:
        for name, grace_s, is_let in (("killed", 0.0, False), ("let", TIMEOUT_S, True)):
            replica = start(provider)
            answers: list[object] = []
            caller = threading.Thread(target=_call_into, args=(answers, replica.port, f"/?name={name}"))
            caller.start()
            pid = _wait_for_text(tmp_path / "fn" / name)
            stopper = threading.Thread(
                target=provider.set_state, args=(replica, ReplicaState.STOPPED), kwargs={"grace_s": grace_s}
            )
            stopper.start()
            if is_let:
                (tmp_path / "fn" / "go").write_text("")
            stopper.join(TIMEOUT_S)
            caller.join(TIMEOUT_S)

            assert answers == ([b"finished"] if is_let else [])
            assert not state_of(pid)


def test_whom_a_function_started_ends_with_it(tmp_path: Path) -> None:
    handler = """
        import subprocess

        def handle(event, context):
            return str(subprocess.Popen(["sleep", "600"]).pid)
    """
    with providing(tmp_path, handler) as provider:
        replica = start(provider)
        pid = call(replica)
        provider.set_state(replica, ReplicaState.STOPPED, grace_s=TIMEOUT_S)

        wait_until_gone([pid])


@pytest.mark.parametrize(
    ("handler", "line"),
    [
        ("import json\nimport not_there\n", "handler.py:2: ModuleNotFoundError: No module named 'not_there'"),
        ("def handle(event, context)\n", "handler.py:1: expected ':'"),
        ("def other():\n    pass\n", "it defines no 'handle'; found: other"),
    ],
)
def test_function_that_cannot_start_has_ended_and_its_log_says_why(tmp_path: Path, handler: str, line: str) -> None:
    with providing(tmp_path, handler) as provider:
        reports = Reports(provider)
        replica = provider.create(provider.declared()[0], "1")

        assert reports.wait_for(Change.REPLICAS) == (FN, Change.REPLICAS, replica.id)
        (ended,) = provider.replicas()
        assert (ended.state, ended.ended, ended.port) == (ReplicaState.STOPPED, "exit code 1", 0)
        assert line in printed(provider)


def test_killed_process_is_reported_and_starts_again(tmp_path: Path) -> None:
    with providing(tmp_path) as provider:
        replica = start(provider)
        pid = call(replica)
        provider.set_state(replica, ReplicaState.PAUSED)
        reports = Reports(provider)
        reports.wait_for(Change.REPLICAS)  # of what is there when the watch begins
        os.kill(int(pid), signal.SIGKILL)
        reports.wait_for(Change.REPLICAS)
        (ended,) = provider.replicas()
        assert (ended.state, ended.ended) == (ReplicaState.STOPPED, "killed by signal 9")
        started = provider.set_state(ended, ReplicaState.RUNNING)
        http.wait_for_port(started.port, "/_/health")

        assert started.ended == ""
        assert call(started) != pid


def test_process_that_ended_before_the_watch_is_reported_when_it_begins(tmp_path: Path) -> None:
    with providing(tmp_path, "raise SystemExit(3)\n") as provider:
        replica = provider.create(provider.declared()[0], "1")
        until(lambda: provider.replicas()[0].ended == "exit code 3", "end")

        assert Reports(provider).wait_for(Change.REPLICAS)[2] == replica.id


def test_follower_of_the_log_reads_what_the_function_prints(tmp_path: Path) -> None:
    handler = "import sys\ndef handle(event, context):\n    sys.stdout.write(f'called {event.path}\\n')\n"
    with providing(tmp_path, handler) as provider:
        replica = start(provider)
        messages = provider.logs(LogQuery(FN, follow=True), threading.Event())
        http.send(Request("GET", "/first"), replica.port)
        http.send(Request("GET", "/second"), replica.port)
        found = [message for message in (next(messages) for _ in range(4)) if "called" in message.text]

        assert [(one.instance, one.text) for one in found] == [
            ("fn-1", "called /first\n"),
            ("fn-1", "called /second\n"),
        ]
        provider.close()
        assert list(messages) == []


@pytest.mark.skipif(sys.platform != "linux", reason="usage is read from /proc")
def test_usage_counts_cpu_and_memory(tmp_path: Path) -> None:
    handler = """
        import threading

        def spin():
            while True:
                pass

        def handle(event, context):
            threading.Thread(target=spin, daemon=True).start()
    """
    with providing(tmp_path, handler) as provider:
        assert provider.usage(FN) == Usage()
        replica = start(provider)
        http.send(Request("GET", "/"), replica.port)

        assert until(lambda: provider.usage(FN).cpu_millicores, "use of the cpu") > 0
        assert provider.usage(FN).memory_bytes > 2**20


def test_closed_provider_has_ended_everything_and_starts_nothing(tmp_path: Path) -> None:
    with providing(tmp_path) as provider:
        reports = Reports(provider)
        replicas = [start(provider) for _ in range(3)]
        pids = [call(replica) for replica in replicas]
        provider.set_state(replicas[1], ReplicaState.PAUSED)
        stopped = provider.set_state(replicas[2], ReplicaState.STOPPED)
        provider.close()

        assert reports.has_ended()
        assert provider.replicas() == []
        assert not any(map(state_of, pids))
        with pytest.raises(Unavailable, match="shutting down"):
            provider.create(provider.declared()[0], "1")
        with pytest.raises(NotFound):
            provider.set_state(stopped, ReplicaState.RUNNING)


def _call_into(answers: list[object], port: int, target: str) -> None:
    with suppress(Broken, OSError):
        answers.append(http.send(Request("GET", target), port).body)


def _wait_for_text(path: Path) -> str:
    return until(lambda: path.read_text() if path.exists() else "", f"text in {path}")
