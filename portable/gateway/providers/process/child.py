"""A command that never outlives the gateway: `python -P child.py GRACE_S COMMAND...`.

It is run by its path, by the Python of a function, which cannot import `portable`.
Standard input is a pipe whose other end only the gateway has: when the gateway is gone, however it went, it is closed.
A process that is paused then cannot see it; the kernel ends that one, as its process group (its own) is orphaned with a
stopped process in it: https://pubs.opengroup.org/onlinepubs/9799919799/functions/_exit.html
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress


def main(arguments: list[str]) -> None:
    """Run the command in place of this process; it has GRACE_S to end when the gateway is gone.

    `python -m MODULE` is run by this interpreter, with a thread that watches the gateway. Any other command is watched
    by a process beside it, which is of the same group and ends with it.
    """
    grace_s, command = float(arguments[0]), arguments[1:]
    pid, pipe = os.getpid(), _take_stdin()
    match command:
        case ["python", "-m", module, *rest]:
            threading.Thread(target=_end_with_gateway, args=(pid, pipe, grace_s), daemon=True).start()
            sys.argv[1:] = rest
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case [program, *rest]:
            if os.fork() == 0:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the kernel's, see above: the command may ignore it
                _end_with_gateway(pid, pipe, grace_s)
            program = sys.executable if program == "python" else program
            try:
                os.execvp(program, [program, *rest])  # noqa: S606 - the command of a setting
            except OSError as error:
                sys.exit(f"cannot run {program!r}: {error.strerror}")


def _take_stdin() -> int:
    """Return another descriptor of the pipe: a function that reads its standard input finds it empty."""
    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return pipe


def _end_with_gateway(pid: int, pipe: int, grace_s: float) -> None:
    while os.read(pipe, 4096):
        pass
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    time.sleep(grace_s)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
