"""A function's process ends with the gateway, however that ends, and whatever command it is."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from portable.gateway.config import Config
from portable.gateway.providers.process.launch import TOOL_DIR, command_for

from .processes import (
    PID,
    THIS_PYTHON,
    THIS_TREE,
    TIMEOUT_S,
    printed,
    providing,
    until,
    wait_until_gone,
    write_function,
    write_stack,
)

DRIVER = """
import sys
from pathlib import Path

from portable.gateway.providers.base import ReplicaState
from tests.portable.gateway.providers.process.processes import call, make_provider, start

provider = make_provider(Path(sys.argv[1]), command=sys.argv[2:])
replicas = [start(provider), start(provider)]
print(*map(call, replicas), flush=True)
provider.set_state(replicas[0], ReplicaState.PAUSED)
print("paused", flush=True)
sys.stdin.read()
"""
SHELL = ("sh", "-c", f'exec {shlex.quote(sys.executable)} -m platforms.openfaas "$@"', "serve")
commands = pytest.mark.parametrize("command", [Config.process_command, SHELL], ids=["python", "another"])


@commands
def test_processes_running_and_paused_end_when_the_gateway_is_killed(tmp_path: Path, command: Sequence[str]) -> None:
    write_function(tmp_path / "fn", PID)
    stack_path = write_stack(tmp_path, "fn")
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(stack_path), *command],
        cwd=TOOL_DIR,
        env=THIS_TREE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as driver:
        assert driver.stdout
        pids = driver.stdout.readline().split()
        assert driver.stdout.readline() == "paused\n"
        driver.send_signal(signal.SIGKILL)

        assert len(pids) == 2
        wait_until_gone(pids)


@commands
def test_process_that_does_not_end_when_asked_is_killed_after_its_grace(tmp_path: Path, command: Sequence[str]) -> None:
    stuck = """
        import signal, time

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stuck", flush=True)
        time.sleep(600)
    """
    folder = write_function(tmp_path / "fn", stuck)
    with subprocess.Popen(
        command_for(THIS_PYTHON, command, folder, port=1, grace_s=0.0),
        cwd=TOOL_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == "stuck\n"
        child.stdin.close()

        assert child.wait(TIMEOUT_S) == -signal.SIGKILL


def test_command_python_is_the_functions_own_interpreter(tmp_path: Path) -> None:
    code = "import sys; print(sys.executable, sys.prefix, *sys.argv[1:3])"
    folder = write_function(tmp_path / "fn", PID)
    with providing(tmp_path, command=("python", "-c", code)) as provider:
        provider.create(provider.declared()[0], "1")
        until(lambda: provider.replicas()[0].ended, "end")

        assert provider.replicas()[0].ended == "exit code 0"
        assert printed(provider) == f"{sys.executable} {sys.prefix} --function {folder}\n"


def test_command_that_is_not_there_is_said_in_the_log(tmp_path: Path) -> None:
    with providing(tmp_path, command=("no-such-program",)) as provider:
        provider.create(provider.declared()[0], "1")
        until(lambda: provider.replicas()[0].ended, "end")

        assert provider.replicas()[0].ended == "exit code 1"
        assert printed(provider) == "cannot run 'no-such-program': No such file or directory\n"
