"""The connection to a Docker engine, and what its errors mean to a caller of the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Any

import requests
from docker import APIClient
from docker.errors import APIError, DockerException, create_api_error_from_http_exception
from docker.utils import kwargs_from_env

from ....stack.errors import Conflict, GatewayError, NotFound, Refused, Unavailable

_DEFAULT_URL = "unix:///var/run/docker.sock"
_MAX_CONNECTIONS = 64


class Engine:
    """A Docker engine: `api` is the SDK's client of its REST API.

    Raises Unavailable if it does not answer.
    """

    def __init__(self, url: str | None = None) -> None:
        settings = kwargs_from_env()
        if url:
            settings["base_url"] = url
        self.url: str = settings.get("base_url", _DEFAULT_URL)
        self._network_lock = Lock()
        with self.errors("connecting"):
            self.api: Any = APIClient(version="auto", max_pool_size=_MAX_CONNECTIONS, **settings)
            self.cpus: int = self.api.info()["NCPU"]

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the SDK raises into errors of the gateway; `doing` says what fails."""
        try:
            yield
        except APIError as error:
            raise _from_answer(doing, error) from error
        except (DockerException, OSError) as error:  # OSError is that of requests as well
            raise Unavailable(
                f"{doing}: cannot reach the Docker engine at {self.url} ({_cause(error)}): start it, or mount "
                "/var/run/docker.sock into the gateway, or run `portable dev` for functions as processes"
            ) from error

    def stream(self, path: str, **params: Any) -> requests.Response:
        """Return the open answer to a GET that ends when the engine ends it, or `end_stream` does; close it then.

        Raises APIError.
        """
        url = f"{self.api.base_url}/v{self.api.api_version}{path}"
        response: requests.Response = self.api.get(url, params=params, stream=True, timeout=None)
        try:
            response.raise_for_status()
        except requests.HTTPError as error:
            with closing(response):
                raise create_api_error_from_http_exception(error) from error
        return response

    def ensure_network(self, name: str) -> None:
        """Make a network of that name unless there is one."""
        with self._network_lock:
            if not any(one["Name"] == name for one in self.api.networks(names=[name])):
                self.api.create_network(name, driver="bridge", labels={"com.openfaas.gateway.network": name})

    def host_path(self, path: Path) -> str:
        """Return where a file is on the engine's machine. Raises Refused if it is inside this container alone."""
        container_id = _own_container()
        if not container_id:
            return str(path)
        mounts = self.api.inspect_container(container_id)["Mounts"]
        for mount in sorted(mounts, key=lambda one: len(one["Destination"]), reverse=True):
            if path.is_relative_to(mount["Destination"]):
                return str(PurePosixPath(mount["Source"]) / path.relative_to(mount["Destination"]))
        raise Refused(f"secrets are in {str(path.parent)!r}, inside the gateway's container: mount a volume there")

    def close(self) -> None:
        """Close the connections."""
        self.api.close()


def end_stream(response: requests.Response) -> None:
    """End a stream that another thread may be reading: it reads the end of it."""
    with suppress(OSError, RuntimeError, ValueError):  # it has ended already
        response.raw.shutdown()


def _own_container(mounts_path: Path = Path("/proc/self/mountinfo")) -> str:
    """Return the id of the container that this process is in, "" if in none: Docker mounts its files by that id."""
    try:
        found = re.search(r"/containers/([0-9a-f]{64})/hostname /etc/hostname ", mounts_path.read_text())
    except OSError:
        return ""
    return found[1] if found else ""


def _from_answer(doing: str, error: APIError) -> GatewayError:
    text = f"{doing}: Docker says: {error.explanation or error}"
    match error.status_code:
        case 400:
            return Refused(text)
        case 404:
            return NotFound(text)
        case 409:
            return Conflict(text)
    return GatewayError(text)


def _cause(error: BaseException) -> str:
    """Return the reason of the operating system, which the SDK buries under errors of errors."""
    inner = error
    while deeper := inner.__cause__ or inner.__context__:
        inner = deeper
    return inner.strerror if isinstance(inner, OSError) and inner.strerror else str(error)
