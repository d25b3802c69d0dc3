"""What API Gateway refuses in an OpenAPI document.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..patches import bad

_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")
_PATH = re.compile(r"/|(/([\w.,:%*~'-]+|\{\w+\+?\}))+")
_LAMBDA = re.compile(
    r"arn:aws:apigateway:(?P<region>[\w-]+):lambda:path/2015-03-31/functions/"
    r"arn:aws:lambda:(?P=region):\d{12}:function:[\w-]+(:[\w-]+)?/invocations"
)
_TYPES = ("aws", "aws_proxy", "http", "http_proxy", "mock")


def read_spec(body: bytes, region: str) -> dict[str, Any]:
    """Return the document. Raises Refusal if API Gateway would not import it."""
    try:
        spec: dict[str, Any] = json.loads(body)
    except ValueError:
        raise bad("Unable to parse API definition because of a malformed document") from None
    version = str(spec.get("openapi") or spec.get("swagger"))
    if not version.startswith(("3.0", "2.0")):
        raise bad(f"Invalid OpenAPI input. Unsupported version {version}")
    if not spec.get("info", {}).get("title") or not isinstance(spec.get("paths"), dict):
        raise bad("Invalid OpenAPI input. Title and paths are required")
    for name in spec.get("components", {}).get("schemas", {}):
        if not name.isalnum():
            raise bad(f"Invalid model name {name!r}: model name must be alphanumeric")
    for reference in set(re.findall(r'"\$ref": ?"([^"]*)"', json.dumps(spec))):
        _demand_reference(spec, reference)
    for path, verb, method in methods(spec):
        _demand_method(path, verb, method, region)
    return spec


def methods(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method (in lower case) and what is said of it."""
    for path, item in spec["paths"].items():
        if not _PATH.fullmatch(path):
            raise bad(f"Unable to create resource at path '{path}'")
        for verb, method in item.items():
            if verb in _VERBS:
                yield path, verb, method


def _demand_reference(spec: Any, reference: str) -> None:
    place = spec
    for name in reference.removeprefix("#/").split("/"):
        if not reference.startswith("#/") or name not in place:
            raise bad(f"Invalid reference {reference!r}")
        place = place[name]


def _demand_method(path: str, verb: str, method: Mapping[str, Any], region: str) -> None:
    integration = method.get("x-amazon-apigateway-integration")
    if integration is None:
        return
    kind = str(integration.get("type", "")).lower()
    if kind not in _TYPES:
        raise bad(f"Invalid integration type for {verb} {path}: {kind!r}")
    if kind.startswith("aws"):
        if not integration.get("httpMethod"):
            raise bad("Enumeration value for HttpMethod must be non-empty")
        found = _LAMBDA.fullmatch(integration.get("uri", ""))
        if not found or found["region"] != region:
            raise bad(f"Invalid ARN specified in the request: {integration.get('uri')}")
    parameters = set(re.findall(r"\{(\w+)\+?\}", path))
    declared = {one["name"] for one in method.get("parameters", ()) if one.get("in") == "path"}
    if declared - parameters:
        raise bad(f"Path parameters {sorted(declared - parameters)} of {verb} {path} are not in the path")
