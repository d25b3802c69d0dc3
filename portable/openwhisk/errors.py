"""What a command of the deployer ends with.

    DeployError        exit code 1: OpenWhisk or the function failed
    +-- ApiError       the API answered that it did not do it
    +-- BadSettings    2: the arguments, the environment, ~/.wskprops or the function's folder
    +-- Refused        5: an action that is not ours, a key that would be sent in the clear, no confirmation

Exit code 0 is success or nothing to do.
"""

from __future__ import annotations


class DeployError(Exception):
    """The command failed: what happened, what OpenWhisk said, and what to do."""

    exit_code = 1


class ApiError(DeployError):
    """The API answered with `status`, and did not do what it was asked for."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class BadSettings(DeployError):
    """A setting, file or argument is not as it must be: nothing was changed."""

    exit_code = 2


class Refused(DeployError):
    """The command would be allowed by OpenWhisk, and is not by us."""

    exit_code = 5
