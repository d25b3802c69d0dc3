"""The errors of what stands in front of a shim.

Exception
+-- Refused        the platform answers a request itself, and calls no function
+-- Malformed      the shim's native response is one that the platform cannot send: a defect of the shim's
+-- Broken         the reply broke off: what a client must see of a stream that failed
+-- Deadlock       calls of functions wait for each other in two threads
+-- Undeliverable  the platform sends no event of this kind
+-- Unavailable    there is no such emulator or function here: says what to do
    +-- MissingRequirements  the function's requirements are not installed here
"""

from __future__ import annotations


class Refused(Exception):
    """The platform answers with `status`: the function is never called."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"{status}: {why}")
        self.status = status


class Malformed(Exception):
    """A native response that the platform cannot send."""


class Broken(Exception):
    """A reply that broke off."""


class Deadlock(Exception):
    """A call waits for its turn, which comes when another function's call ends, and that one does not."""


class Undeliverable(Exception):
    """An event of a kind that the platform does not send."""


class Unavailable(Exception):
    """An emulator or a function that is not there."""


class MissingRequirements(Unavailable):
    """A function whose requirements are not installed here."""
