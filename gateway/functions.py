"""What happens to functions: deployed, updated, scaled, woken, mended, removed. The same over every provider.

All of it runs on the event loop; what blocks is the provider's, and runs in threads. Traffic moves only to replicas
that are ready, and a replica ends only when no request is in it.
"""

from __future__ import annotations

from .models import FunctionDeployment, FunctionName, FunctionStatus
from .provider import Change, Provider
from .router import Endpoint, Function, Router


class Functions:
    """The functions of one provider, kept as they are wanted."""

    def __init__(self, provider: Provider, router: Router) -> None:
        raise NotImplementedError

    async def start(self) -> None:
        """Take over every replica that the provider has, deploy what it declares, and begin to watch."""

    async def deploy(self, deployment: FunctionDeployment, *, is_new: bool | None = None) -> bool:
        """Deploy a function, or update it by a rolling update; return False if that still goes on when time is up."""
        raise NotImplementedError

    async def delete(self, name: FunctionName) -> None:
        """Remove a function: it is gone for new requests at once, and its replicas when those in flight have ended."""

    async def scale(self, name: FunctionName, replicas: int) -> None:
        """Run so many replicas."""

    def statuses(self, namespace: str = "") -> list[FunctionStatus]:
        """Return how every function of a namespace (all, if "") is, by name."""
        raise NotImplementedError

    async def status(self, name: FunctionName, *, with_usage: bool = False) -> FunctionStatus:
        """Return how a function is. Raises NotFound."""
        raise NotImplementedError

    async def wake(self, function: Function) -> Endpoint:
        """Return an endpoint of a function that had none, once one is ready; one start for many waiters."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stop watching and scaling; functions go on."""

    def on_change(self, name: FunctionName, change: Change, replica_id: str) -> None:
        """Take a provider's report."""
