"""What API Gateway's two kinds of API, REST and HTTP, have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

from ..aws import NOT_FOUND
from ..names import Names
from ..plan import Call, Fill

Service: TypeAlias = Literal["apigateway", "apigatewayv2"]
GONE = tuple(sorted(NOT_FOUND))
_CREATED = {"apigateway": ("createdDate", "id"), "apigatewayv2": ("CreatedDate", "ApiId")}
_TAGS = {"apigateway": ("tags", "resourceArn", "tagKeys"), "apigatewayv2": ("Tags", "ResourceArn", "TagKeys")}
# https://docs.aws.amazon.com/general/latest/gr/apigateway.html
_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
}


def host(names: Names) -> str:
    """Return what follows an API's id in its host: `execute-api.eu-west-1.amazonaws.com`."""
    return f"execute-api.{names.region}.{_SUFFIXES.get(names.partition, 'amazonaws.com')}"


def ours(service: Service, listed: Iterable[Mapping[str, Any]], names: Names) -> list[Mapping[str, Any]]:
    """Return those with the stage's tags, oldest first. Names prove nothing: AWS lets many have the same.

    The oldest is the one that callers know. There can be more if the answer to a creating call was lost on its way.
    """
    tags = _TAGS[service][0]
    created, its_id = _CREATED[service]
    mine = [one for one in listed if names.is_ours(one.get(tags) or {})]
    return sorted(mine, key=lambda one: (one[created], one[its_id]))


def tag_calls(
    service: Service, names: Names, path: str, found: Mapping[str, str], wanted: Mapping[str, str]
) -> list[Call]:
    """Return what brings the tags up to date; `path` is the resource's, as `/restapis/{id}`.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    """
    tags, arn, keys = _TAGS[service]
    place = {arn: f"arn:{names.partition}:apigateway:{names.region}::{path}"}
    changed = {name: value for name, value in sorted(wanted.items()) if found.get(name) != value}
    gone = sorted(name for name in found.keys() - wanted.keys() if not name.startswith("aws:"))
    return [
        *([Call(service, "tag_resource", {**place, tags: changed})] if changed else ()),
        *([Call(service, "untag_resource", {**place, keys: gone})] if gone else ()),
    ]


def number(value: float | None) -> str | None:
    """Return a number as patches and people write it: 10, and not 10.0."""
    if value is None:
        return None
    return str(int(value)) if float(value).is_integer() else str(float(value))


def replace(path: str, value: Any) -> dict[str, Any]:
    """Return one operation of a patch."""
    return {"op": "replace", "path": path, "value": value}


def text(value: str) -> str | Fill:
    """Return a Fill if a name in braces is in the text, which is what an id stands for before it is known."""
    return Fill(value) if "{" in value else value
