"""One process of a function: started, heard, signalled and buried. It has a process group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_READ_BYTES = 8192
_STOP_S = 1.0
_DRAIN_S = 2.0  # for the last lines, should another process still hold the pipe


class RunningProcess:
    """A process with its output taken line by line; both callbacks are called from threads of its own."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        cwd: Path,
        on_line: Callable[[str], None],
        on_exit: Callable[[], None],
    ) -> None:
        """Start the command. `on_exit` is called when it has ended and its lines were taken. Raises OSError."""
        self._process = subprocess.Popen(
            command,
            env=environ,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=_READ_BYTES,
            process_group=0,
        )
        self._on_line = on_line
        self._on_exit = on_exit
        self._exited = threading.Event()
        self._reader = threading.Thread(target=self._read, name=f"output-{self.pid}", daemon=True)
        self._waiter = threading.Thread(target=self._wait, name=f"wait-{self.pid}", daemon=True)
        self._reader.start()
        self._waiter.start()

    @property
    def pid(self) -> int:
        """Its id, and that of its process group."""
        return self._process.pid

    @property
    def ended(self) -> str:
        """How it ended, e.g. "exit code 1" or "killed by signal 9"; "" while it runs."""
        code = self._process.returncode
        if code is None:
            return ""
        return f"exit code {code}" if code >= 0 else f"killed by signal {-code}"

    def pause(self) -> None:
        """Freeze it and the processes it started; return once it stands still, or has ended.

        Only processes that stand still are ended by the kernel if the gateway is killed.
        """
        self._signal_group(signal.SIGSTOP)
        if not hasattr(os, "waitid"):  # macOS, before Python 3.13
            return
        give_up_s = time.monotonic() + _STOP_S
        with suppress(ChildProcessError):  # it has ended
            while not os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT):
                if time.monotonic() > give_up_s:
                    return
                time.sleep(0.001)

    def resume(self) -> None:
        """Let it go on."""
        self._signal_group(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()
        self.resume()

    def finish(self, grace_s: float) -> None:
        """Wait until it has ended, and kill it after `grace_s`; its last lines were taken then."""
        if not self._exited.wait(grace_s):
            self._signal_group(signal.SIGKILL)
        self._waiter.join()

    def _wait(self) -> None:
        self._process.wait()
        self._exited.set()
        # its group keeps its number while there is anyone in it: whom the function started ends with it
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._reader.join(_DRAIN_S)
        if self._process.stdin:
            self._process.stdin.close()
        self._on_exit()

    def _read(self) -> None:
        if output := self._process.stdout:
            with output:
                while line := output.readline(_READ_BYTES):
                    self._on_line(line.decode(errors="replace"))

    def _signal_group(self, signum: signal.Signals) -> None:
        if self._process.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signum)
