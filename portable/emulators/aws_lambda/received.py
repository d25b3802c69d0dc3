"""A request as it comes to a front door, and what the door's event tells beside it: of the function and of its API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ..messages import Pairs


class Received(NamedTuple):
    """An HTTP request as it came; `target` is the path and the query, `headers` have the spelling of the caller."""

    method: str
    target: str
    headers: Pairs
    body: bytes
    client_ip: str
    request_id: str
    trace_id: str

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Return the last value of a header, by its name in lower case; "" if there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


class Names(Protocol):
    """What events tell of the function: its name, and the account, the region and the stage that it is in."""

    @property
    def base(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def stage(self) -> str: ...
    def arn(self, service: str, resource: str) -> str: ...


@dataclass(frozen=True)
class FunctionNames:
    """The names of a function that the deployer did not name."""

    base: str = "function-dev"
    account: str = "123456789012"
    region: str = "eu-west-1"
    stage: str = "dev"

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of the region and the account."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def _always(media_type: str) -> bool:  # noqa: ARG001
    return True


@dataclass(frozen=True)
class Api:
    """The API of a front door: its id, its domain, and which media types it declares as binary.

    With a domain of AWS's own the stage stands in front of every path. Without one the API is behind a custom domain,
    which is the Host of the request, and no stage is seen. The deployer declares every media type as binary.
    """

    id: str = "local"
    domain: str = ""
    is_binary: Callable[[str], bool] = _always


CUSTOM_DOMAIN = Api()
