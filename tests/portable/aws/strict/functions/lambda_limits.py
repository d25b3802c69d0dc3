"""What Lambda refuses in a function's configuration and code before it does anything.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from platforms.aws_lambda import limits

from ..exchange import Refusal

RUNTIMES = tuple(f"python3.{minor}" for minor in range(10, 15))
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV"
    r"|LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_GROUP_NAME|LOG_STREAM_NAME|RUNTIME_API)"
    r"|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)"
)


def _within(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: low <= value <= high


_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_CONSTRAINTS: dict[str, Callable[[Any], object]] = {
    "FunctionName": re.compile(
        rf"(arn:aws:lambda:.*)?[a-zA-Z0-9-_]{{1,{limits.MAX_NAME_CHARS}}}(:[a-zA-Z0-9$_-]+)?"
    ).fullmatch,
    "Runtime": RUNTIMES.__contains__,
    "Handler": re.compile(r"[^\s]{1,128}").fullmatch,
    "MemorySize": _within(limits.MIN_MEMORY_MB, limits.MAX_MEMORY_MB),
    "Timeout": _within(limits.MIN_TIMEOUT_S, limits.MAX_TIMEOUT_S),
    "Description": lambda value: len(value) <= 256,
    "Role": re.compile(r"arn:aws[a-zA-Z-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+").fullmatch,
    "Architectures": lambda value: value in (["arm64"], ["x86_64"]),
    "EphemeralStorage": lambda value: limits.MIN_STORAGE_MB <= value["Size"] <= limits.MAX_STORAGE_MB,
    "TracingConfig": lambda value: value["Mode"] in ("Active", "PassThrough"),
    "SnapStart": lambda value: value["ApplyOn"] in ("None", "PublishedVersions"),
    "LoggingConfig": lambda value: (
        value.get("LogFormat", "Text") in ("Text", "JSON")
        and value.get("ApplicationLogLevel", "INFO") in _LEVELS
        and value.get("SystemLogLevel", "INFO") in ("DEBUG", "INFO", "WARN")
    ),
}


def check_configuration(params: Mapping[str, Any]) -> None:
    """Raise Refusal for a value that is out of its range."""
    for name, holds in _CONSTRAINTS.items():
        if name in params and not holds(params[name]):
            raise Refusal(
                "ValidationException",
                f"1 validation error detected: Value '{params[name]}' at '{name[0].lower()}{name[1:]}' failed to "
                "satisfy constraint",
            )
    logging = params.get("LoggingConfig", {})
    if logging.get("LogFormat", "Text") == "Text" and {"ApplicationLogLevel", "SystemLogLevel"} & logging.keys():
        raise invalid("Log level is not supported for the Text log format")
    _check_environment(params.get("Environment", {}).get("Variables", {}))


def check_code(code: bytes) -> None:
    """Raise Refusal for what is no zip, or too large a one."""
    if len(code) > limits.MAX_ZIPPED_BYTES:
        raise Refusal("RequestEntityTooLargeException", "Request must be smaller than 70167211 bytes", 413)
    try:
        unzipped = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(code)).infolist())
    except zipfile.BadZipFile:
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from None
    if not unzipped:
        raise invalid("Uploaded file must be a non-empty zip")
    if unzipped > limits.MAX_UNZIPPED_BYTES:
        raise invalid(f"Unzipped size must be smaller than {limits.MAX_UNZIPPED_BYTES} bytes")


def invalid(message: str) -> Refusal:
    """Return the refusal of a value that Lambda looked at more closely."""
    return Refusal("InvalidParameterValueException", message)


def _check_environment(variables: Mapping[str, str]) -> None:
    reserved = sorted(name for name in variables if _RESERVED.fullmatch(name))
    if reserved:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. Reserved keys used "
            f"in this request: {', '.join(reserved)}"
        )
    for name in variables:
        if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]+", name):
            raise Refusal("ValidationException", f"1 validation error detected: '{name}' at 'environment.variables'")
    size_bytes = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size_bytes > limits.MAX_ENVIRONMENT_BYTES:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided exceeded the 4KB limit."
        )
