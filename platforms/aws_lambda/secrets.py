"""Secrets from AWS Secrets Manager, for `context.secret`. Imported when the first is fetched: boto3 is slow to import.

Exception
+-- SecretUnreadable    the secret may be there, and could not be read: says which, why, and what to do
"""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# A function that times out says nothing: without a way to AWS this ends within the default five seconds.
_PATIENCE_S = {"connect_timeout": 1, "read_timeout": 2}
_ATTEMPTS = 2


class SecretUnreadable(Exception):
    """The secret was not read; the message never has its value."""


def fetch_secret(path: str, name: str, region: str | None) -> str | None:
    """Return the value of the secret `{path}{name}` without its trailing newline; None if there is no such secret.

    Raises SecretUnreadable if it may not be read, or cannot be.
    """
    secret_id = path + name
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included
        raise SecretUnreadable(
            f"secret {secret_id!r}: boto3, which Lambda's own runtime has, is not here; give the secret another way, "
            f"such as a variable {name.upper().replace('-', '_').replace('.', '_')}"
        ) from None
    try:
        answer = _client(region).get_secret_value(SecretId=secret_id)
    except ClientError as error:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "ResourceNotFoundException":
            return None
        raise SecretUnreadable(_explained(secret_id, name, code, said)) from error
    except BotoCoreError as error:
        raise SecretUnreadable(f"secret {secret_id!r}: secretsmanager:GetSecretValue failed: {error}") from error
    return _text(answer, secret_id).removesuffix("\n")


@cache
def _client(region: str | None) -> Any:
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "total_max_attempts": _ATTEMPTS}
    return boto3.client("secretsmanager", region_name=region, config=Config(**_PATIENCE_S, retries=retries))


def _text(answer: dict[str, Any], secret_id: str) -> str:
    if "SecretString" in answer:
        text: str = answer["SecretString"]
        return text
    try:
        decoded: str = answer["SecretBinary"].decode()
    except UnicodeDecodeError:
        raise SecretUnreadable(f"secret {secret_id!r} holds bytes that are no UTF-8 text") from None
    return decoded


def _explained(secret_id: str, name: str, code: str, said: str) -> str:
    text = f"secret {secret_id!r}: secretsmanager:GetSecretValue failed: {said or code} ({code})"
    if code == "AccessDeniedException":
        text += f"; list {name!r} under `secrets:` in stack.yml and deploy, and the function may read it"
    return text
