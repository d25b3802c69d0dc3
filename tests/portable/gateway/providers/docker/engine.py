"""What the tests of the Docker provider share: an image that answers questions, and a network of their own."""

from __future__ import annotations

import io
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker

from portable.gateway.config import Config
from portable.gateway.history.service import History
from portable.gateway.providers.base import Change, Provider, Replica
from portable.gateway.providers.docker.provider import DockerProvider
from portable.gateway.secrets import SecretStore
from portable.stack.messages import FunctionDeployment, FunctionName
from tests.tools import python_image

TIMEOUT_S = 60.0
IMAGE = "portable-gateway-test:latest"
_SERVER = """
import http.server, os, sys, urllib.request

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        verb, _, argument = self.path[1:].partition("/")
        try:
            answer = globals().get(verb, str)(argument)
        except Exception as error:
            answer = repr(error)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(answer).encode())

    def log_message(self, *_):
        pass

def read(path): return open("/" + path).read()
def write(path): return open("/" + path, "w").write("x")
def say(text): print(text, flush=True)
def env(name): return os.environ.get(name)
def get(url): return urllib.request.urlopen(url, timeout=30).read().decode()
def leave(code): os._exit(int(code))
def user(_): return os.getuid()
def hog(_): return len([bytearray(b"x" * 2**20) for _ in range(10_000)])

say("started")
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""
_DOCKERFILE = """
FROM {base}
LABEL of.image=yes
ENV OF_IMAGE=yes
COPY server.py /
USER 65532:65532
CMD ["{program}", "/server.py"]
"""


@dataclass
class Reports:
    """What a provider's `watch` reported."""

    seen: list[tuple[FunctionName, Change, str]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, name: FunctionName, change: Change, replica_id: str) -> None:
        with self._changed:
            self.seen.append((name, change, replica_id))
            self._changed.notify_all()

    def wait_for(self, *report: object) -> None:
        """Wait until that report has come."""
        with self._changed:
            assert self._changed.wait_for(lambda: report in self.seen, TIMEOUT_S), f"no {report} in {self.seen}"


def client() -> Any:
    return docker.from_env()


def build_image(tag: str = IMAGE, *, program: str = "python") -> str:
    """Build the image that answers questions; the engine keeps its layers."""
    dockerfile = _DOCKERFILE.format(base=python_image(), program=program)
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, text in (("Dockerfile", dockerfile), ("server.py", _SERVER)):
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    context.seek(0)
    engine = client()
    try:
        engine.images.build(fileobj=context, custom_context=True, tag=tag, rm=True)
    finally:
        engine.close()
    return tag


@contextmanager
def provider_on_own_network(folder: Path) -> Iterator[DockerProvider]:
    """Give a provider that sees no others' containers; its own, and its network, are removed in the end."""
    network = f"gateway-test-{uuid4().hex[:12]}"
    config = Config(network=network, state_dir=folder)
    with closing(History.open(config)) as history:
        provider = DockerProvider(config, SecretStore(folder / "secrets"), archive=history.logs)
        try:
            yield provider
        finally:
            provider.close()
            remove_network(network)


def remove_network(network: str) -> None:
    """Remove a network and every container on it."""
    engine = client()
    for container in engine.containers.list(all=True, filters={"network": network}):
        container.remove(force=True, v=True)
    for one in engine.networks.list(names=[network]):
        one.remove()
    engine.close()


def deployment(name: str = "fn", **settings: Any) -> FunctionDeployment:
    return FunctionDeployment(FunctionName(name, settings.pop("namespace", "openfaas-fn")), IMAGE, **settings)


def ask(replica: Replica, path: str = "") -> str:
    """Return what a replica answers, which may have to start first."""
    give_up_s = time.monotonic() + TIMEOUT_S
    url = f"http://{replica.host}:{replica.port}/{path}"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
                answer: str = reply.read().decode()
                return answer
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or time.monotonic() > give_up_s:
                raise
            time.sleep(0.01)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so, that nothing reports."""
    give_up_s = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < give_up_s, "it never came true"
        time.sleep(0.02)


def inspect(replica: Replica) -> dict[str, Any]:
    """Return what inspecting a replica's container says."""
    docker_client = client()
    inspected: dict[str, Any] = docker_client.api.inspect_container(replica.id)
    docker_client.close()
    return inspected


def only(provider: Provider, function: FunctionName | None = None) -> Replica:
    """Return the one replica there is, of a function or at all."""
    (replica,) = provider.replicas(function)
    return replica
