"""`python -m bench.gateway_alone PORT`: the gateway's path of a call and nothing else, in front of that port.

Prints the port that it serves /function/up on. No provider, no control plane: a Router with one endpoint.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import uvloop

from gateway.config import Config
from gateway.metrics import Metrics
from gateway.models import FunctionDeployment, FunctionName
from gateway.provider import Replica, ReplicaState
from gateway.proxy import Proxy
from gateway.router import Endpoint, Function, Router
from gateway.server import serve


async def main(upstream_port: int) -> None:
    """Serve until a signal."""
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
    metrics = Metrics(router)
    proxy = Proxy(
        router, _wake, record=metrics.record, started=metrics.started, unreachable=print, upstream_timeout_s=60.0
    )
    await serve(Config(port=0), lambda _environ, _start: [], proxy, lambda port: print("port", port, flush=True))


async def _wake(function: Function) -> Endpoint:
    raise AssertionError("its endpoint never goes")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
