"""What a command of the deployer ends with.

    DeployError        exit code 1: AWS or the function failed
    +-- BadSettings    2: the arguments, deploy.toml, stack.yml or the function's folder
    +-- Unhealthy      4: a check after the change failed, and the change was taken back
    +-- Refused        5: another account, no confirmation, or a resource that is not ours

Exit code 0 is success or nothing to do, 3 (of `plan --exit-code` alone) changes that wait.
"""

from __future__ import annotations

CHANGES_WAIT = 3


class DeployError(Exception):
    """The command failed: what happened, what AWS said, and what to do."""

    exit_code = 1


class BadSettings(DeployError):
    """A setting, file or argument is not as it must be: nothing was called."""

    exit_code = 2


class Unhealthy(DeployError):
    """A check failed after the change; what could be taken back was."""

    exit_code = 4


class Refused(DeployError):
    """The command would be allowed by AWS, and is not by us."""

    exit_code = 5
