"""What a command ends with.

    DeployError          exit code 1: the platform or the function failed
    +-- AwsError         AWS answered that it did not do it (aws/aws.py)
    +-- ApiError         OpenWhisk's API did (openwhisk/answers.py)
    +-- NoAnswer         the API's answer did not come (openwhisk/answers.py)
    +-- BadSettings      2: an argument, a variable, a settings file or the function's folder
    |   +-- PackageError what is to be packaged (packaging/errors.py)
    |   +-- ReplayError  what is to be replayed or recorded (replay/errors.py)
    +-- Unhealthy        4: a check after the change failed, and the change was taken back (aws/apply.py)
    +-- Refused          5: something that is not ours, a key in the clear, another account, or no confirmation

Exit code 0 is success or nothing to do, 3 (of `aws plan --exit-code` alone) changes that wait, 130 interrupted.
"""

from __future__ import annotations


class DeployError(Exception):
    """The command failed: what happened, what the platform said, and what to do."""

    exit_code = 1


class BadSettings(DeployError):
    """A setting, file or argument is not as it must be: nothing was changed."""

    exit_code = 2


class Refused(DeployError):
    """The command would be allowed by the platform, and is not by us."""

    exit_code = 5


def explained(error: Exception) -> DeployError:
    """Return the error itself if it is a DeployError, else one with its type and a hint at -v."""
    if isinstance(error, DeployError):
        return error
    return DeployError(f"{type(error).__name__}: {error} (-v shows where)")
