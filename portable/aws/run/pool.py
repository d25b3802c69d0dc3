"""As many runtimes as there are invocations at once: Lambda gives each environment one at a time, and so does this."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from ...emulators.aws_lambda.runtime import Outcome, Runtime
from ...emulators.aws_lambda.runtime_api import Invocation


class Pool:
    """Up to `size` runtimes, each made when all others are busy. More invocations wait for their turn."""

    def __init__(self, make: Callable[[], Runtime], size: int) -> None:
        self._make = make
        self._all: list[Runtime] = []
        self._idle: list[Runtime] = []
        self._lock = Lock()
        self._executor = ThreadPoolExecutor(size, "invocation")

    def start(self) -> None:
        """Start the first runtime. Raises InvocationError if the function cannot start."""
        runtime = self._take()
        runtime.start()
        self._give_back(runtime)

    def submit(self, invocation: Invocation) -> Future[Outcome]:
        """Begin an invocation."""
        return self._executor.submit(self._run, invocation)

    def close(self) -> None:
        """End every runtime, and with them the invocations that they are at."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            runtimes = list(self._all)
        for runtime in runtimes:
            runtime.close()
        self._executor.shutdown()

    def _run(self, invocation: Invocation) -> Outcome:
        runtime = self._take()
        try:
            return runtime.invoke(invocation)
        finally:
            self._give_back(runtime)

    def _take(self) -> Runtime:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            runtime = self._make()
            self._all.append(runtime)
            return runtime

    def _give_back(self, runtime: Runtime) -> None:
        with self._lock:
            self._idle.append(runtime)
