"""AWS's rules for the settings that are texts of the user's: variables, tags, statements, and the smoke request."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

from platforms.aws_lambda.limits import MAX_ENVIRONMENT_BYTES

from ...project.settings.written import Places, refuse
from ..names import Names
from . import Settings, Statement

_VARIABLE = re.compile("[a-zA-Z][a-zA-Z0-9_]+")
_OURS = "SECRETS_PATH"
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED = frozenset(
    {"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"}
    | {"AWS_REGION", "AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"}
    | {f"AWS_LAMBDA_{name}" for name in ("FUNCTION_NAME", "FUNCTION_MEMORY_SIZE", "FUNCTION_VERSION", "RUNTIME_API")}
    | {f"AWS_LAMBDA_{name}" for name in ("LOG_GROUP_NAME", "LOG_STREAM_NAME", "INITIALIZATION_TYPE", "MAX_CONCURRENCY")}
)
_MOST_TAGS = 50
_TAGS_OF_OURS = 6
_LONGEST_TAG, _LONGEST_TAG_VALUE = 128, 256
_ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+")
# IAM wants the service written out: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
_ARN = re.compile(r"arn:(aws[a-z-]*|\*):[a-z0-9-]+:[^:\s]*:[^:\s]*:.+")
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def check(settings: Settings, places: Places) -> None:
    """Raise BadSettings for the first that AWS would not take. A variable's value is never in the message."""
    _check_variables(settings.environment, places)
    _check_environment_size(settings, places)
    _check_tags(settings.tags, places)
    for number, statement in enumerate(settings.statements, 1):
        _check_statement(statement, number, places)
    _check_smoke(settings, places)


def _check_variables(environment: Mapping[str, str], places: Places) -> None:
    for name, value in environment.items():
        key = f"environment.{name}"
        if re.search("[\0\ud800-\udfff]", value):
            refuse(places, key, "has a value that is no text: NUL, or half of a character")
        if not _VARIABLE.fullmatch(name):
            refuse(places, key, "is no name that Lambda takes: two or more of a-z, A-Z, 0-9 and '_', a letter first")
        if name in _RESERVED:
            refuse(places, key, "is reserved: Lambda sets it itself; take another name")
        if name == _OURS:
            refuse(places, key, "is reserved: the deployer tells the function by it where its secrets are")


def _check_environment_size(settings: Settings, places: Places) -> None:
    """Refuse more than 4 KB, counted as Lambda does: the whole as one JSON text."""
    environment = dict(settings.environment)
    if settings.secrets:
        environment[_OURS] = Names(settings.app, settings.stage, "", settings.region).secrets_path
    size = len(json.dumps(environment, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_ENVIRONMENT_BYTES:
        largest = sorted(settings.environment, key=lambda name: -len(settings.environment[name]))[:3]
        refuse(
            places,
            "environment",
            f"is {size} bytes, and Lambda takes {MAX_ENVIRONMENT_BYTES} for all variables together; the largest are "
            f"{', '.join(largest)}: put what is long into a file of the function, or a secret",
        )


def _check_tags(tags: Mapping[str, str], places: Places) -> None:
    if len(tags) > _MOST_TAGS - _TAGS_OF_OURS:
        refuse(places, "tags", f"are {len(tags)}: AWS takes {_MOST_TAGS}, and {_TAGS_OF_OURS} are the deployer's")
    seen = {name.lower() for name in Names("", "", "", "").tags}
    for name, value in tags.items():
        key = f"tags.{name}"
        if name.lower() in seen:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: of a role's, case makes no difference
            refuse(places, key, "is there twice or the deployer's own (app, stage, managed-by); take another name")
        seen.add(name.lower())
        if name.lower().startswith("aws:"):
            refuse(places, key, "begins with aws:, which is AWS's own; take another name")
        if not (name and _is_tag(name, _LONGEST_TAG) and _is_tag(value, _LONGEST_TAG_VALUE)):
            refuse(
                places,
                key,
                f"is {value!r:.80}: a tag's name has 1 to {_LONGEST_TAG} characters, its value up to "
                f"{_LONGEST_TAG_VALUE}: letters, digits, spaces and _ . : / = + - @",
            )


def _is_tag(text: str, longest: int) -> bool:
    return len(text) <= longest and all(unicodedata.category(one)[0] in "LNZ" or one in "_.:/=+-@" for one in text)


def _check_statement(statement: Statement, number: int, places: Places) -> None:
    for action in statement.actions:
        if not _ACTION.fullmatch(action):
            refuse(
                places,
                "statements",
                f"number {number} has the action {action!r}: name the service and what it may do there, such as "
                '"s3:GetObject" or "dynamodb:*"; everything ("*") is not given',
            )
    for resource in statement.resources:
        if resource != "*" and not _ARN.fullmatch(resource):
            refuse(
                places,
                "statements",
                f'number {number} has the resource {resource!r}: it takes an ARN, such as "arn:aws:s3:::bucket/*", '
                'or "*"',
            )


def _check_smoke(settings: Settings, places: Places) -> None:
    smoke = settings.smoke
    if smoke.method not in _METHODS:
        refuse(places, "smoke", f"has the method {smoke.method!r}; there are: {', '.join(_METHODS)}")
    if not re.fullmatch("/[!-~]*", smoke.path) or "#" in smoke.path:
        refuse(
            places, "smoke", f"has the path {smoke.path!r}: it begins with / and is percent-encoded, e.g. /a%20b?x=1"
        )
    for status in smoke.statuses:
        if not 200 <= status <= 599:
            refuse(places, "smoke_statuses", f"has {status}: a status is from 200 to 599")
