"""The gateway's settings: one frozen object, read once from the command line and the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """How the gateway runs; times in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    port: int = 8080
    provider: str = "docker"
    """"docker" or "process"."""
    state_dir: Path = Path(".gateway")
    """Where the password and the secrets are kept; made with mode 0700."""
    network: str = "openfaas-fn"
    """The Docker network of the functions: the gateway sees the containers on it, and no others."""
    stack_path: Path = Path("stack.yml")
    """What the process provider runs."""
    store_path: Path | None = None
    """What GET /store.json answers, for `faas-cli store`."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names by which /system/* may be reached, besides loopback's, addresses, and the gateway's on its network."""
    upstream_timeout_s: float = 60.0
    """A function must begin its reply within so long."""
    read_timeout_s: float = 60.0
    """A client must send the next piece of its request within so long."""
    write_timeout_s: float = 60.0
    """Draining: how long a replica that is to end may finish what is in flight."""
    start_timeout_s: float = 120.0
    """A new replica must be ready within so long."""
    deploy_wait_s: float = 45.0
    """A deployment that takes longer is answered 202 and goes on: faas-cli waits for 60 s."""
    max_body_bytes: int = 1024 * 2**20
    """A larger request to a function is a 413."""
