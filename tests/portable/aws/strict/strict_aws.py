"""The world that a test deploys to: AWS in this process, its internet, and what is seen of both."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import TracebackType
from typing import Any

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.retries import standard
from moto import mock_aws
from moto.core.models import botocore_stubber

from .actions import action_of
from .apis.front import Front
from .exchange import Call, Exchange, MotoRefused, Refusal
from .faults import Faults
from .runtimes import RUNTIMES
from .services import Services

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class StrictAws(Faults):
    """An account at AWS, empty at first. A context manager.

    `calls` holds every call that reached AWS, in order; botocore's own retries count once.
    `updates_take` is how many looks at a function pass until it is updated, `roles_take` how many attempts to use a
    new role fail.
    """

    account = ACCOUNT
    region = REGION

    def __init__(self, *, updates_take: int = 1, roles_take: int = 1) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.services = Services(ACCOUNT, updates_take=updates_take, roles_take=roles_take)
        self._front = Front(self.services)
        self._clients: dict[tuple[Any, ...], Any] = {}
        self._lock = threading.RLock()
        self._moto = mock_aws(config={"lambda": {"use_docker": False}})

    def __enter__(self) -> StrictAws:
        self._moto.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        RUNTIMES.forget_world()
        self._moto.stop()

    def session(self, profile: str | None = None, *, region: str | None = REGION) -> Session:
        """Return a boto3 session with credentials for this account."""
        return Session(self, region)

    @property
    def mutating_calls(self) -> list[Call]:
        """Every call that may have changed something."""
        return [call for call in self.calls if call.mutating]

    @property
    def updates_take(self) -> int:
        """How many looks at a function pass until it is updated."""
        return self.services.functions.updates_take

    @updates_take.setter
    def updates_take(self, looks: int) -> None:
        self.services.functions.updates_take = looks

    @property
    def concurrency_limit(self) -> int:
        """How many executions at once the account has in a region; 10 in many a new account."""
        return self.services.functions.concurrency_limit

    @concurrency_limit.setter
    def concurrency_limit(self, limit: int) -> None:
        self.services.functions.concurrency_limit = limit

    def settle(self) -> None:
        """Let everything that is going on come to its end: updates of functions, new roles."""
        self.services.functions.settle()
        self.services.iam.settle()

    def forget_calls(self) -> None:
        """Begin `calls` anew."""
        self.calls.clear()

    def fetch(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request over the internet; return status, headers (names in lower case) and body."""
        with self._lock:
            return self._front.fetch(method, url, headers or {}, body)

    def confirm(self, email: str) -> None:
        """Click the link in every mail that asks this address to confirm a subscription."""
        self.services.sns.confirm(email)

    def client(self, service: str, region: str, config: Config | None) -> Any:
        """Return a boto3 client of this world."""
        retries = (config.retries if config else None) or {"mode": "standard"}
        key = (service, region, *sorted(retries.items()))
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._hooked(_boto_session().client(service, region_name=region, config=config))
            return self._clients[key]

    def _hooked(self, client: Any) -> Any:
        events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
        events.unregister("before-send", botocore_stubber)
        events.register_first(f"before-parameter-build.{service}", self._begin)
        events.register_first(f"before-call.{service}", self._record)
        events.register_first(f"before-send.{service}", self._send)
        _retry_at_once(client)
        return client

    def _begin(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.service_name
        context["model"] = model
        context["call"] = Call(
            service, context["client_region"], xform_name(model.name), copy.deepcopy(params), action_of(service, model)
        )

    def _record(self, context: dict[str, Any], **_: Any) -> None:
        with self._lock:
            if context["call"].mutating:
                self.mutated += 1
                context["call"] = replace(context["call"], number=self.mutated)
            self.calls.append(context["call"])

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        exchange = Exchange(request.context["call"], request.context["model"], request)
        with self._lock:
            try:
                self.before(exchange.call)
                response = self.services.respond(exchange)
            except Refusal as refusal:
                response = exchange.refuse(refusal)
            except MotoRefused as refused:
                response = refused.response
            self.after(exchange.call)
            return response


class Session:
    """As much of boto3's Session as the deployer uses."""

    def __init__(self, world: StrictAws, region: str | None) -> None:
        self._world = world
        self.region_name = region

    def client(self, service_name: str, *, region_name: str | None = None, config: Config | None = None) -> Any:
        """Return a client."""
        return self._world.client(service_name, region_name or self.region_name or REGION, config)

    def get_credentials(self) -> Any:
        """Return the credentials."""
        return _boto_session().get_credentials()


@cache
def _boto_session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="id", aws_secret_access_key="secret", region_name=REGION)


def _retry_at_once(client: Any) -> None:
    """Let botocore decide as ever whether to try again, and not pause before it does."""
    events, service = client.meta.events, client.meta.service_model.service_id.hyphenize()
    event, unique_id = f"needs-retry.{service}", f"retry-config-{service}"
    events.unregister(event, unique_id=unique_id)
    attempts = (client.meta.config.retries or {}).get("total_max_attempts", 3)
    handler = standard.register_retry_handler(client, max_attempts=attempts)
    events.unregister(event, unique_id=unique_id)

    def at_once(**attempt: Any) -> int | None:
        return None if handler.needs_retry(**attempt) is None else 0

    events.register(event, at_once)
