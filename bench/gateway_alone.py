"""`python -m bench.gateway_alone PORT [forget]`: the gateway's path of a call and nothing else, in front of that port.

Prints the port that it serves /function/up on; with `forget` no call is kept. No provider, no control plane: a Router
with one endpoint.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from portable.gateway.api.auth import Credentials
from portable.gateway.calls.metrics import Metrics
from portable.gateway.calls.page_sandbox import PageSandbox
from portable.gateway.calls.proxy import Proxy
from portable.gateway.calls.record import Call
from portable.gateway.config import Config
from portable.gateway.functions.state import Endpoint, Function, Router
from portable.gateway.history.service import History
from portable.gateway.providers.base import Replica, ReplicaState
from portable.gateway.server import serve
from portable.stack.messages import FunctionDeployment, FunctionName


async def main(upstream_port: int, *, forgets: bool) -> None:
    """Serve until a signal."""
    with tempfile.TemporaryDirectory() as folder, closing(History.open(Config(state_dir=Path(folder)))) as history:
        history.start()
        proxy = proxy_to(upstream_port, None if forgets else history)
        await serve(Config(port=0), lambda _environ, _start: [], proxy, lambda port: print("port", port, flush=True))


def proxy_to(upstream_port: int, history: History | None) -> Proxy:
    """Return a proxy that knows one function, `up`, with one replica; `history` keeps its calls, if there is one."""
    deployment = FunctionDeployment(name=FunctionName("up"), image="none")
    function = Function(deployment, revision="1", created_at=datetime.now(UTC))
    replica = Replica(
        id="1",
        name="up-1",
        function=deployment.name,
        deployment=deployment,
        revision="1",
        created_at=function.created_at,
        state=ReplicaState.RUNNING,
        host="127.0.0.1",
        port=upstream_port,
    )
    function.set_endpoints([Endpoint(replica)])
    router = Router()
    router.functions[deployment.name] = function
    metrics, keep = Metrics(router), history.record if history else None

    def record(call: Call) -> None:
        metrics.record(call)
        if keep:
            keep(call)

    return Proxy(
        router,
        _wake,
        record=record,
        unreachable=print,
        upstream_timeout_s=60.0,
        sandbox=PageSandbox(Credentials("admin", "secret").accept),
    )


async def _wake(function: Function) -> Endpoint:
    raise AssertionError("its endpoint never goes")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), forgets="forget" in sys.argv))
