"""A function's process ends with the gateway, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from portable.gateway.providers.process.launch import ROOT_DIR, command_for

from .processes import PID, TIMEOUT_S, wait_until_gone, write_function, write_stack

DRIVER = """
import sys
from pathlib import Path

from portable.gateway.providers.base import ReplicaState
from tests.portable.gateway.providers.process.processes import call, make_provider, start

provider = make_provider(Path(sys.argv[1]))
replicas = [start(provider), start(provider)]
print(*map(call, replicas), flush=True)
provider.set_state(replicas[0], ReplicaState.PAUSED)
print("paused", flush=True)
sys.stdin.read()
"""


def test_processes_running_and_paused_end_when_the_gateway_is_killed(tmp_path: Path) -> None:
    write_function(tmp_path / "fn", PID)
    stack_path = write_stack(tmp_path, "fn")
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(stack_path)],
        cwd=ROOT_DIR,
        env={**os.environ, "PYTHONPATH": str(ROOT_DIR)},
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


def test_process_that_does_not_end_when_asked_is_killed_after_its_grace(tmp_path: Path) -> None:
    stuck = """
        import signal, time

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stuck", flush=True)
        time.sleep(600)
    """
    folder = write_function(tmp_path / "fn", stuck)
    with subprocess.Popen(
        command_for(folder, port=1, grace_s=0.0),
        cwd=ROOT_DIR,
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
