"""boto3 clients that answer from a list, in its order, and check every call's arguments: botocore's own Stubber."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.stub import Stubber

REGION = "eu-west-1"
ACCOUNT = "123456789012"


class StubbedSession:
    """A boto3 session whose clients are stubbed: what is not expected fails the call."""

    region_name: str | None = REGION

    def __init__(self) -> None:
        self._session = boto_session()
        self._stubs: dict[tuple[str, str], Stubber] = {}

    def client(self, service_name: str, *, region_name: str = REGION, config: Config | None = None) -> Any:
        """Return the one client of that service and region."""
        return self._stub(service_name, region_name).client

    def get_credentials(self) -> Any:
        """Return the credentials that every client has."""
        return self._session.get_credentials()

    def answer(
        self, service: str, operation: str, answer: dict[str, Any], params: dict[str, Any] | None = None
    ) -> None:
        """Expect a call, in turn; `params` are its arguments, if they matter. `service` may be `name@region`."""
        name, _, region = service.partition("@")
        self._stub(name, region or REGION).add_response(operation, answer, params)

    def refuse(self, service: str, operation: str, code: str, message: str = "") -> None:
        """Expect a call, in turn, and answer with an error."""
        name, _, region = service.partition("@")
        self._stub(name, region or REGION).add_client_error(operation, code, message)

    def assert_all_called(self) -> None:
        """Fail if a call that was expected did not come."""
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()

    def _stub(self, service: str, region: str) -> Stubber:
        if (service, region) not in self._stubs:
            stub = Stubber(self._session.client(service, region_name=region))
            stub.activate()
            self._stubs[service, region] = stub
        return self._stubs[service, region]


@cache
def boto_session() -> boto3.Session:
    """Return the one session of all tests: each would read the models of AWS's services anew."""
    return boto3.Session(aws_access_key_id="id", aws_secret_access_key="secret", region_name=REGION)
