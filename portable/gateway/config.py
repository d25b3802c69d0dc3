"""The gateway's settings: one frozen object, read once from flags and the environment."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from ..deploying.errors import BadSettings
from ..stack.quantities import parse_duration_s, parse_quantity
from ..stack.retries import BACKOFFS, MAX_CONCURRENCY

PROVIDERS = ("docker", "process")
IN_CLUSTER_HOSTS = frozenset({"gateway", "gateway.openfaas", "gateway.openfaas.svc.cluster.local"})
"""What functions call the gateway, as on a cluster."""
OWN_HOSTS = IN_CLUSTER_HOSTS | {"localhost"}
SANDBOXED = "sandboxed"
FUNCTION_PAGES = (SANDBOXED, "trusted")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


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
    process_command: tuple[str, ...] = ("python", "-m", "platforms.openfaas")
    """What serves a function's folder, given --function, --host and --port; "python" is this interpreter."""
    store_path: Path | None = None
    """What GET /store.json answers, for `faas-cli store`."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names by which /system/* may be reached, besides loopback's, addresses, and the gateway's on its network."""
    public_url: str = ""
    """Where callers on this machine reach it; "" where it listens."""
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
    async_concurrency: int = 4
    """So many asynchronous calls of a function run at a time, unless its annotations say otherwise."""
    async_max_queued: int = 10_000
    """So many asynchronous calls wait at most, of all functions."""
    async_max_body_bytes: int = 2**20
    """A larger request to be answered asynchronously is a 413."""
    async_max_result_bytes: int = 2**20
    """A larger reply to an asynchronous call is not kept."""
    async_backoff: str = "exponential"
    """How waits before another attempt grow: "exponential", or that with "full" or "equal" jitter."""
    async_keep: int = 1000
    """So many ended asynchronous calls of each function are kept, as many of them dead letters."""
    async_keep_for_s: float = 7 * 24 * 3600.0
    """Ended asynchronous calls are forgotten after this."""
    async_max_disk_bytes: int = 2**30
    """The file of asynchronous calls has at most so many bytes in use; those that ended longest ago are forgotten."""
    history: int = 200
    """So many calls of each function are kept: when each was, its status, how long it took."""
    keep_logs_bytes: int = 2**20
    """So much is kept, of each function, of what replicas printed that are gone."""
    callback_allow: tuple[str, ...] = ()
    """Hosts and networks that callbacks may reach, besides the internet's."""
    function_pages: str = SANDBOXED
    """Whether a function's page is shown in an origin of its own, or in the dashboard's."""
    log_level: str = "INFO"
    """What is written to stderr: from this level of `logging` on."""


class Setting(NamedTuple):
    """A setting as users give it: `--flag`, or GATEWAY_FLAG in the environment; the flag wins."""

    flag: str
    field: str
    """The field of Config that it sets; its default is the setting's."""

    parse: Callable[[str], Any]
    """Return the value of a text. Raises ValueError with what is wrong."""

    metavar: str
    help: str

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return "GATEWAY_" + self.flag.upper().replace("-", "_")

    @property
    def default(self) -> str:
        """Its default, as a user would write it; "" for none."""
        return _show(getattr(Config, self.field))


def read_config(
    given: Mapping[str, str | None],
    environ: Mapping[str, str],
    checks: Mapping[str, Callable[[Any], object]] = MappingProxyType({}),
) -> Config:
    """Return the settings: each as `given` (`state_dir` for --state-dir), else as its variable says, else its default.

    `checks` are other rooms' rules for values, by the field of Config; each raises ValueError with what is wrong.
    Raises BadSettings, naming the flag or the variable, for a value that cannot be used.
    """
    values = {}
    for setting in SETTINGS:
        source, written = f"--{setting.flag}", given.get(setting.flag.replace("-", "_"))
        if written is None:
            source, written = setting.variable, environ.get(setting.variable) or None
        if written is not None:
            try:
                values[setting.field] = setting.parse(written)
                if check := checks.get(setting.field):
                    check(values[setting.field])
            except ValueError as error:
                raise BadSettings(f"{source}: {error}") from None
    return Config(**values)


def _show(value: Any) -> str:
    if isinstance(value, float):
        return f"{value / 3600:g}h" if value >= 3600 else f"{value:g}s"
    if isinstance(value, int) and value >= 2**20:
        return f"{value // 2**20}Mi"
    if isinstance(value, tuple):
        return shlex.join(value)
    return "" if value is None else str(value)


def _text(written: str) -> str:
    if not written or not written.isascii() or not written.isprintable() or " " in written:
        raise ValueError(f"{written!r} is no name or address")
    return written


def _port(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 6 and int(written) < 2**16):
        raise ValueError(f"{written!r} is not a port, a number below 65536")
    return int(written)


def _provider(written: str) -> str:
    if written not in PROVIDERS:
        raise ValueError(f"{written!r} is not one of {', '.join(PROVIDERS)}")
    return written


def _log_level(written: str) -> str:
    if written.upper() not in LOG_LEVELS:
        raise ValueError(f"{written!r} is not one of {', '.join(LOG_LEVELS)}")
    return written.upper()


def _path(written: str) -> Path:
    if not written or "\0" in written:
        raise ValueError(f"{written!r} is not a path")
    return Path(written)


def _command(written: str) -> tuple[str, ...]:
    words = tuple(shlex.split(written))
    if not words or "\0" in written:
        raise ValueError(f"{written!r} is not a command")
    return words


def _names(written: str) -> tuple[str, ...]:
    return tuple(_text(name.strip()) for name in written.split(","))


def _backoff(written: str) -> str:
    if written not in BACKOFFS:
        raise ValueError(f"{written!r} is not one of {', '.join(BACKOFFS)}")
    return written


def _function_pages(written: str) -> str:
    if written not in FUNCTION_PAGES:
        raise ValueError(f"{written!r} is not one of {', '.join(FUNCTION_PAGES)}")
    return written


def _number(written: str, most: int) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10 and 1 <= int(written) <= most):
        raise ValueError(f"{written!r} is no whole number from 1 to {most}")
    return int(written)


def _concurrency(written: str) -> int:
    return _number(written, MAX_CONCURRENCY)


def _count(written: str) -> int:
    return _number(written, 1_000_000)


def _kept_calls(written: str) -> int:
    return _number(written, 10_000)


def _time_s(written: str) -> float:
    seconds = parse_duration_s(written)
    if not 0 < seconds <= 7 * 24 * 3600:
        raise ValueError(f"{written!r} is not between 0 and 7 days")
    return seconds


def _size(written: str) -> int:
    size = parse_quantity(written)
    if not 1 <= size <= 2**50:
        raise ValueError(f"{written!r} is not from 1 byte to 1Pi")
    return int(size)


SETTINGS = (
    Setting("host", "host", _text, "ADDRESS", "address to bind; whoever reaches it can call every function"),
    Setting("port", "port", _port, "PORT", "port to listen on; 0 for a free one"),
    Setting("provider", "provider", _provider, "|".join(PROVIDERS), "what runs the functions"),
    Setting("state-dir", "state_dir", _path, "DIR", "folder of the password, secrets and calls, for its owner alone"),
    Setting("network", "network", _text, "NAME", "Docker network of the functions; other containers are not touched"),
    Setting("stack", "stack_path", _path, "FILE", "stack file whose functions the process provider runs"),
    Setting(
        "process-command",
        "process_command",
        _command,
        "COMMAND",
        "what serves a function as a process; it is given --function DIR --host ADDRESS --port PORT",
    ),
    Setting("store", "store_path", _path, "FILE", "what /store.json answers to `faas-cli store`, instead of our own"),
    Setting("allowed-host", "allowed_hosts", _names, "NAME[,NAME...]", "further host names of the gateway's own"),
    Setting(
        "public-url",
        "public_url",
        _text,
        "URL",
        "where it is reached, if that is not where it listens: for the login line",
    ),
    Setting("upstream-timeout", "upstream_timeout_s", _time_s, "TIME", "a function must begin its reply within this"),
    Setting("read-timeout", "read_timeout_s", _time_s, "TIME", "a client must send the next piece within this"),
    Setting("write-timeout", "write_timeout_s", _time_s, "TIME", "a replica that ends may finish its calls for this"),
    Setting("start-timeout", "start_timeout_s", _time_s, "TIME", "a new replica must be ready within this"),
    Setting("deploy-wait", "deploy_wait_s", _time_s, "TIME", "a longer deployment is answered 202, and goes on"),
    Setting("max-body", "max_body_bytes", _size, "SIZE", "a larger request to a function is answered 413"),
    Setting("async-concurrency", "async_concurrency", _concurrency, "N", "asynchronous calls of a function at a time"),
    Setting("async-max-queued", "async_max_queued", _count, "N", "asynchronous calls that wait; any more are a 429"),
    Setting("async-max-body", "async_max_body_bytes", _size, "SIZE", "a larger asynchronous request is answered 413"),
    Setting("async-max-result", "async_max_result_bytes", _size, "SIZE", "a larger asynchronous reply is not kept"),
    Setting("async-backoff", "async_backoff", _backoff, "|".join(BACKOFFS), "how waits before another attempt grow"),
    Setting("async-keep", "async_keep", _count, "N", "ended asynchronous calls kept, of each function and state"),
    Setting("async-keep-for", "async_keep_for_s", _time_s, "TIME", "an ended asynchronous call is kept for this"),
    Setting("async-max-disk", "async_max_disk_bytes", _size, "SIZE", "asynchronous calls on disk; the oldest ended go"),
    Setting("history", "history", _kept_calls, "N", "calls of each function that are kept, without their bodies"),
    Setting("keep-logs", "keep_logs_bytes", _size, "SIZE", "logs of replicas that are gone, kept of each function"),
    Setting(
        "callback-allow",
        "callback_allow",
        _names,
        "HOST|CIDR[,...]",
        "what callbacks may reach besides the internet: this machine and its networks are refused",
    ),
    Setting(
        "function-pages",
        "function_pages",
        _function_pages,
        "|".join(FUNCTION_PAGES),
        "pages of functions get an origin of their own, or may use the dashboard's",
    ),
    Setting("log-level", "log_level", _log_level, "LEVEL", "how much is logged: " + ", ".join(LOG_LEVELS)),
)
