"""The stage's secrets: entries of AWS Secrets Manager called `{app}/{stage}/{name}`.

No value is ever read back, and none is in a plan: `set_value` sends it, and nothing else has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import IO, Any, Literal, Protocol
from uuid import uuid4

from ..deploying.errors import BadSettings, Refused
from .aws import Aws
from .names import Names
from .plan import Call, Step
from .resources import tagging

_SERVICE = "secretsmanager"
_RECOVERY_DAYS = 7
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_MOST_BYTES = 65_536
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_LONGEST_NAME = 512


@dataclass(frozen=True)
class Secret:
    """What there is of one, but for its value. `deleted` is when it was scheduled for deletion."""

    tags: Mapping[str, str]
    changed: datetime | None = None
    deleted: datetime | None = None


@dataclass(frozen=True)
class Secrets:
    """What there is of a stage's secrets, by their names without the path."""

    names: Names
    found: Mapping[str, Secret]


@dataclass(frozen=True)
class Listed:
    """A row of `secret list`."""

    name: str
    state: Literal["set", "not set", "scheduled for deletion"]
    changed: datetime | None
    declared: bool
    """Whether it stands under `secrets:` in stack.yml."""
    ours: bool


class Ask(Protocol):
    """What asks at a terminal without showing what is typed."""

    def __call__(self, prompt: str, /) -> str:
        """Return what was typed."""


def read(aws: Aws, names: Names, wanted: Sequence[str] = ()) -> Secrets:
    """Return every secret of the stage.

    Those that are `wanted` are asked for by name, because a list may be five minutes old.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
    """
    path = names.secrets_path
    filters = [{"Key": "name", "Values": [path]}]
    listed = aws.pages(_SERVICE, "list_secrets", "SecretList", Filters=filters, IncludePlannedDeletion=True)
    found = {one["Name"].removeprefix(path): _secret(one) for one in listed if one["Name"].startswith(path)}
    for name in wanted:
        one = aws.find(_SERVICE, "describe_secret", SecretId=path + name)
        if one is not None:
            found[name] = _secret(one)
        else:
            found.pop(name, None)
    return Secrets(names, dict(sorted(found.items())))


def missing(found: Secrets, wanted: Sequence[str]) -> str:
    """Return what to do about the wanted secrets that have no value; empty if all have one."""
    lines = []
    for name in wanted:
        one = found.found.get(name)
        if one is None or one.deleted:
            state = "is scheduled for deletion" if one else "is not set"
            lines.append(f"secret {name!r} of stack.yml {state}: run `{found.names.command('secret', 'set', name)}`")
    return "\n".join(lines)


def listing(aws: Aws, names: Names, declared: Sequence[str]) -> list[Listed]:
    """Return a row for each secret that there is or that stack.yml declares."""
    found = read(aws, names, declared).found
    return [_listed(name, found.get(name), names, declared) for name in sorted({*found, *declared})]


def set_value(aws: Aws, names: Names, name: str, value: str | bytes) -> Literal["set", "changed", "restored"]:
    """Give a secret its value, whether it is there or not; return what that was.

    Raises BadSettings for a name or value that there cannot be, and Refused if the secret is not ours. No message has
    the value.
    """
    text = _checked(name, value)
    secret_id = names.secrets_path + _checked_name(names, name)
    found = _describe(aws, names, name)
    # sent again after a lost answer, it makes no second version; derived from the value, it would tell of it
    sent = {"SecretString": text, "ClientRequestToken": str(uuid4())}
    if found is None:
        aws.call(_SERVICE, "create_secret", Name=secret_id, Tags=tagging.to_pairs(names.tags), **sent)
        return "set"
    if found.deleted:
        aws.call(_SERVICE, "restore_secret", SecretId=secret_id)
    aws.call(_SERVICE, "put_secret_value", SecretId=secret_id, **sent)
    return "restored" if found.deleted else "changed"


def remove(aws: Aws, names: Names, name: str, days: int = _RECOVERY_DAYS) -> bool:
    """Schedule a secret for deletion, in 7 to 30 days; False if there is nothing to delete.

    Raises Refused if the secret is not ours.
    """
    secret_id = names.secrets_path + _checked_name(names, name)
    found = _describe(aws, names, name)
    if found is None or found.deleted:
        return False
    aws.call(_SERVICE, "delete_secret", SecretId=secret_id, RecoveryWindowInDays=days)
    return True


def removal(found: Secrets, names: Names) -> list[Step]:
    """Return the steps that schedule those that are ours for deletion."""
    return [
        Step("-", "secret", names.secrets_path + name, (), (_deletion(names, name),))
        for name, one in found.found.items()
        if names.is_ours(one.tags) and not one.deleted
    ]


def read_value(stdin: IO[str], file: Path | None, ask: Ask = getpass) -> str:
    """Return a value from the file, else from stdin, without the line's end after it; a terminal is asked unseen.

    Raises BadSettings for a file that cannot be read, for what is no UTF-8, and for nothing at all.
    """
    value = _without_end(_text(stdin, file, ask))
    if not value:
        raise BadSettings(f"there is no value in {file or 'stdin'}: a secret has at least one character")
    return value


def _text(stdin: IO[str], file: Path | None, ask: Ask) -> str:
    try:
        if file is not None:
            return file.read_bytes().decode()
        return ask("Value (not shown): ") if stdin.isatty() else stdin.read()
    except OSError as error:
        raise BadSettings(f"the value cannot be read from {file or 'stdin'}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{file or 'stdin'} is no UTF-8 text; a secret is text") from None
    except EOFError:
        raise BadSettings("no value was typed") from None


def _without_end(text: str) -> str:
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")


def _checked(name: str, value: str | bytes) -> str:
    """Return the value as text. What AWS or boto3 would refuse is refused here: their messages may repeat it."""
    if not isinstance(value, str | bytes):
        raise BadSettings(f"the value of secret {name!r} is a {type(value).__name__}; a secret is text")
    try:
        content = value.encode() if isinstance(value, str) else value
        text = content.decode()
    except UnicodeError:
        raise BadSettings(f"the value of secret {name!r} is no UTF-8 text; a secret is text") from None
    if not 1 <= len(content) <= _MOST_BYTES:
        raise BadSettings(
            f"the value of secret {name!r} has {len(content)} bytes; Secrets Manager takes 1 to {_MOST_BYTES}"
        )
    return text


def _checked_name(names: Names, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadSettings(f"secret {name!r}: a name has letters, digits, '-', '_' and '.', and begins with no '.'")
    if len(names.secrets_path + name) > _LONGEST_NAME:
        raise BadSettings(f"secret {name!r}: {names.secrets_path}{name} is longer than {_LONGEST_NAME} characters")
    return name


def _describe(aws: Aws, names: Names, name: str) -> Secret | None:
    """Return the secret; raises Refused if it is there and not ours."""
    found = aws.find(_SERVICE, "describe_secret", SecretId=names.secrets_path + name)
    if found is None:
        return None
    one = _secret(found)
    if not names.is_ours(one.tags):
        raise Refused(
            f"secret {names.secrets_path}{name} was made by somebody else (it has not the tags of this stage): the "
            "function may read it, and it is changed and deleted where it was made"
        )
    return one


def _secret(answer: Mapping[str, Any]) -> Secret:
    changed = answer.get("LastChangedDate") or answer.get("CreatedDate")
    return Secret(tagging.of_pairs(answer.get("Tags", ())), changed, answer.get("DeletedDate"))


def _listed(name: str, one: Secret | None, names: Names, declared: Sequence[str]) -> Listed:
    if one is None:
        return Listed(name, "not set", None, name in declared, ours=False)
    state: Literal["set", "scheduled for deletion"] = "scheduled for deletion" if one.deleted else "set"
    return Listed(name, state, one.changed, name in declared, names.is_ours(one.tags))


def _deletion(names: Names, name: str) -> Call:
    params = {"SecretId": names.secrets_path + name, "RecoveryWindowInDays": _RECOVERY_DAYS}
    # one that is scheduled already is an invalid request
    return Call(_SERVICE, "delete_secret", params, done_if=("ResourceNotFoundException", "InvalidRequestException"))
