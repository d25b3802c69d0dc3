"""Which function a request calls, and what every call needs. Everything here is on the event loop."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from ...stack.errors import GatewayError, NotFound
from ..functions.state import Function, Router, Wake
from ..http.deadlines import Deadlines
from ..http.exchange import Exchange
from .invocation import INTERNAL, Invocation
from .page_sandbox import PageSandbox
from .record import Record

MAX_NAMES = 10_000
_TARGET = re.compile(rb"/(?:async-)?function/([-a-zA-Z_0-9.]{1,254})(/[^?]*)?(\?.*)?", re.DOTALL)


class Proxy:
    """Answers `/function/NAME[.NAMESPACE]/...`."""

    def __init__(
        self,
        router: Router,
        wake: Wake,
        *,
        record: Record,
        unreachable: Callable[[Function], None],
        upstream_timeout_s: float,
        sandbox: PageSandbox | None = None,
    ) -> None:
        self.router = router
        self.wake = wake
        self.record = record
        self.unreachable = unreachable
        self.upstream_timeout_s = upstream_timeout_s
        self.sandbox = sandbox
        self.deadlines = Deadlines(min(upstream_timeout_s, 4.0))
        self._resolved: dict[bytes, Function] = {}
        """Functions by the names that requests use: two spellings of each, and those of removed ones for a while."""

    def start(self) -> None:
        """Begin to watch time limits; on the event loop."""
        self.deadlines.start()

    def close(self) -> None:
        """Stop watching, and close what is idle."""
        self.deadlines.stop()
        for function in self.router.functions.values():
            for endpoint in function.endpoints:
                endpoint.close()

    def invoke(self, exchange: Exchange) -> Coroutine[Any, Any, None]:
        """Call the function that the target names, and count that in its `invocation_count`."""
        try:
            function, target = self.resolve(exchange.target)
        except GatewayError as error:
            return _decline(exchange, error)
        return Invocation(self, exchange, function, target).run()

    def resolve(self, target: bytes) -> tuple[Function, bytes]:
        """Return the function that a target names, and the target that the function is to see. Raises NotFound."""
        function = self._resolved.get(target[10:])  # the most usual target: /function/NAME alone
        if function and self.router.functions.get(function.name) is function:
            return function, b"/"
        match = _TARGET.fullmatch(target)
        if not match:
            raise NotFound("404 page not found")
        written, path, query = match.groups()
        function = self._resolved.get(written)
        if function is None or self.router.functions.get(function.name) is not function:
            if len(self._resolved) >= MAX_NAMES:
                self._resolved.clear()
            self._resolved.pop(written, None)
            function = self._resolved[written] = self.router.resolve(written.decode())
        if query:
            return function, (path or b"/") + query
        return function, path or b"/"


async def _decline(exchange: Exchange, error: GatewayError) -> None:
    exchange.fail(error, (INTERNAL,))
