"""A function's server that never outlives the gateway: `python -m ...process.child GRACE_S ARGUMENTS`.

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


def main(arguments: list[str]) -> None:
    """Serve the function with `python -m platforms.openfaas`; it has GRACE_S to end when the gateway is gone."""
    threading.Thread(target=_end_with_gateway, args=(_take_stdin(), float(arguments[0])), daemon=True).start()
    sys.argv[1:] = arguments[1:]
    runpy.run_module("platforms.openfaas", run_name="__main__", alter_sys=True)


def _take_stdin() -> int:
    """Return another descriptor of the pipe: a function that reads its standard input finds it empty."""
    pipe = os.dup(0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return pipe


def _end_with_gateway(pipe: int, grace_s: float) -> None:
    while os.read(pipe, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_s)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
