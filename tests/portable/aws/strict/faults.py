"""What goes wrong on purpose. Calls are counted from 1, from when the fault is set; only mutating ones have numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

from botocore.exceptions import ConnectionClosedError

from .exchange import Call, Refusal

_THROTTLED = {"lambda": "TooManyRequestsException", "apigateway": "TooManyRequestsException"}
_THROTTLED |= {"apigatewayv2": "TooManyRequestsException", "iam": "Throttling", "sns": "Throttling"}
_DENIED = {"iam": "AccessDenied", "sts": "AccessDenied", "cloudwatch": "AccessDenied", "sns": "AuthorizationError"}
DEPLOYER = "arn:aws:iam::123456789012:user/deployer"


class Killed(BaseException):
    """The deployer's process ended here."""


@dataclass
class _Fault:
    """Something that happens to the next `times` attempts that match, before or after they are carried out."""

    matches: Callable[[Call], bool]
    happens: Callable[[Call], BaseException]
    times: int = 1
    after: bool = False


class Faults:
    """What is to go wrong next."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self._denied: set[str] = set()
        self._allowed: Collection[str] = ("*",)
        self.mutated = 0

    def fail_next(
        self, service: str, operation: str, code: str, message: str = "", *, times: int = 1, status: int = 400
    ) -> None:
        """Refuse the next attempts at an operation."""
        self._faults.append(_Fault(_named(service, operation), lambda _: Refusal(code, message, status), times))

    def throttle(self, service: str, operation: str, times: int = 1) -> None:
        """Refuse the next attempts because there were too many."""
        status = 429 if _THROTTLED.get(service) == "TooManyRequestsException" else 400
        code = _THROTTLED.get(service, "ThrottlingException")
        self.fail_next(service, operation, code, "Rate exceeded", times=times, status=status)

    def fail_call(self, number: int, code: str, message: str = "", *, status: int = 400, times: int = 1) -> None:
        """Refuse the mutating call of that number."""
        self._faults.append(_Fault(self._numbered(number), lambda _: Refusal(code, message, status), times))

    def lose_answer(self, service: str, operation: str, times: int = 1) -> None:
        """Carry out the next attempts, and break the connection before they are answered: botocore tries again."""
        self._faults.append(
            _Fault(
                _named(service, operation),
                lambda call: ConnectionClosedError(endpoint_url=f"https://{call.service}.{call.region}.amazonaws.com"),
                times,
                after=True,
            )
        )

    def kill_before(self, number: int) -> None:
        """End the process before the mutating call of that number is made."""
        self._faults.append(_Fault(self._numbered(number), lambda call: Killed(f"before {call}")))

    def kill_after(self, number: int) -> None:
        """End the process when the mutating call of that number is made, and its answer not yet read."""
        self._faults.append(_Fault(self._numbered(number), lambda call: Killed(f"after {call}"), after=True))

    def deny(self, action: str) -> None:
        """Deny an IAM action from now on; `lambda:*` denies all of a service."""
        self._denied.add(action)

    def allow_only(self, actions: Collection[str]) -> None:
        """Deny every IAM action but these from now on; they may have `*` in them."""
        self._allowed = actions

    def calm(self) -> None:
        """Forget every fault that has not happened, and allow everything."""
        self._faults.clear()
        self._denied.clear()
        self._allowed = ("*",)

    def before(self, call: Call) -> None:
        """Raise what happens to an attempt before it is carried out."""
        if _any(self._denied, call.action) or not _any(self._allowed, call.action):
            message = f"User: {DEPLOYER} is not authorized to perform: {call.action}"
            raise Refusal(_DENIED.get(call.service, "AccessDeniedException"), message, 403)
        self._happen(call, after=False)

    def after(self, call: Call) -> None:
        """Raise what happens to an attempt once it is carried out."""
        self._happen(call, after=True)

    def _numbered(self, number: int) -> Callable[[Call], bool]:
        """Match the mutating call of that number, from now on, at its every attempt."""
        wanted = self.mutated + number
        return lambda call: call.number == wanted

    def _happen(self, call: Call, *, after: bool) -> None:
        for fault in [fault for fault in self._faults if fault.after == after]:
            if fault.matches(call):
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                raise fault.happens(call)


def _named(service: str, operation: str) -> Callable[[Call], bool]:
    return lambda call: (call.service, call.operation) == (service, operation)


def _any(patterns: Collection[str], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
