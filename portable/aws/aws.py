"""Every call to AWS goes through here: one place for retries, and for errors that say what to do."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError, WaiterError

from ..deploying.errors import DeployError
from .actions import action_of

NOT_FOUND = frozenset(
    {"NoSuchEntity", "NoSuchEntityException", "NotFound", "NotFoundException", "ResourceNotFound"}
    | {"ResourceNotFoundException", "404"}
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"})
_THROTTLED = frozenset({"TooManyRequestsException", "Throttling", "ThrottlingException"})
# A role can be used some seconds after it was made; until then Lambda says one of these.
_ROLE_NOT_THERE_YET = re.compile(
    r"role.* cannot be assumed|role .*does not have permissions|valid principal", re.I | re.S
)
# The last is API Gateway's: https://github.com/hashicorp/terraform-provider-aws/issues/776
_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_IN_PROGRESS = re.compile(r"in progress|currently in the following state: Pending|concurrent modification", re.I)
_RETRIES = Config(retries={"mode": "standard", "max_attempts": 8})
# A function may take 15 minutes, and is not run a second time because its answer was lost.
_ONCE = Config(read_timeout=910, tcp_keepalive=True, retries={"total_max_attempts": 1})
_LONGEST_PAUSE_S = 30.0


class Session(Protocol):
    """As much of boto3's Session as is used."""

    region_name: str | None

    def client(self, service_name: str, *, region_name: str, config: Config) -> Any:
        """Return a client."""

    def get_credentials(self) -> Any:
        """Return botocore's credentials, None if there are none."""


class AwsError(DeployError):
    """AWS refused a call, and trying again would not help."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Aws:
    """The clients of one session and region. It is used by several threads at once.

    `sleep` pauses between tries; `give_up_after_s` bounds the tries of one call.
    """

    def __init__(
        self,
        session: Session,
        region: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        give_up_after_s: float = 90.0,
        poll_s: int = 1,
    ) -> None:
        self._session = session
        self.region = region
        self._sleep = sleep
        self._clock = clock
        self._give_up_after_s = give_up_after_s
        self._poll_s = poll_s
        self._clients: dict[tuple[str, Config], Any] = {}
        self._making = threading.Lock()

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Make a call and return its answer. Raises AwsError, or botocore's error where no answer came."""
        action_of(service, operation)
        deadline = self._clock() + self._give_up_after_s
        pause_s = 1.0
        while True:
            try:
                answer: dict[str, Any] = getattr(self._client(service, operation), operation)(**params)
                return answer
            except ClientError as error:
                if not _passes_by_itself(error) or self._clock() + pause_s > deadline:
                    raise _explained(service, operation, error) from error
            self._sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def find(self, service: str, operation: str, **params: Any) -> dict[str, Any] | None:
        """Make a call and return its answer; None if AWS says that there is no such thing."""
        try:
            return self.call(service, operation, **params)
        except AwsError as error:
            if error.code in NOT_FOUND:
                return None
            raise

    def pages(self, service: str, operation: str, key: str, **params: Any) -> Iterator[Any]:
        """Yield each item under `key`, of every page; nothing if AWS says that there is no such thing."""
        action_of(service, operation)
        client = self._client(service, operation)
        if not client.can_paginate(operation):
            yield from (self.find(service, operation, **params) or {}).get(key, ())
            return
        try:
            for page in client.get_paginator(operation).paginate(**params):
                yield from page.get(key, ())
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_FOUND:
                raise _explained(service, operation, error) from error

    def wait(self, waiter: str, **params: Any) -> None:
        """Wait for Lambda, up to five minutes. Raises AwsError with Lambda's reason if it fails or takes longer."""
        waiting = self._client("lambda", waiter).get_waiter(waiter)
        try:
            waiting.wait(**params, WaiterConfig={"Delay": self._poll_s, "MaxAttempts": 300})
        except WaiterError as error:
            answer: dict[str, Any] = error.last_response
            if "Error" in answer:
                raise _explained("lambda", "get_function", ClientError(answer, "GetFunction")) from error
            found = answer.get("Configuration", answer)
            reason = found.get("StateReason") or found.get("LastUpdateStatusReason") or str(error)
            raise AwsError(f"lambda: the function is {found.get('State', 'in no state')}: {reason}") from error

    def credentials(self) -> Any:
        """Return botocore's credentials as they are now. Raises NoCredentialsError."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        return credentials.get_frozen_credentials()

    def _client(self, service: str, operation: str) -> Any:
        config = _ONCE if operation == "invoke" else _RETRIES
        # a session makes one client at a time
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/resources.html#multithreading-or-multiprocessing-with-resources
        with self._making:
            if (service, config) not in self._clients:
                name, _, region = service.partition("@")
                client = self._session.client(name, region_name=region or self.region, config=config)
                self._clients[service, config] = client
            return self._clients[service, config]


def _passes_by_itself(error: ClientError) -> bool:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in ("InvalidParameterValueException", "InvalidArnException", "AccessDeniedException"):
        return bool(_ROLE_NOT_THERE_YET.search(message))
    if code in ("ResourceConflictException", "ConflictException"):
        return bool(_IN_PROGRESS.search(message))
    return code in _THROTTLED


def _explained(service: str, operation: str, error: ClientError) -> AwsError:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    said = f"{service.partition('@')[0]} {operation}: {message or code}"
    if code in _DENIED:
        named = _NOT_AUTHORIZED.search(message)
        action = named[1] if named else action_of(service, operation)
        said += f"\nThe action {action} is missing; `policy --deployer` prints all that are needed"
    elif code == "PreconditionFailedException":
        said += "\nSomeone else changed it meanwhile; run the command again to see what is left to do"
    elif code not in NOT_FOUND:
        said += f" ({code})"
    return AwsError(said, code)
