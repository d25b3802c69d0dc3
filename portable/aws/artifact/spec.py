"""The function's openapi.json: what the front door `rest` serves. What is not in it never reaches the function.

Without the file every path and method does, by a greedy variable:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html

The alias moves to the new code before the new spec is served, and a rollback takes the code back before the spec.
So change a spec by adding to it, and take out of it only what no caller uses any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...deploying.errors import BadSettings
from ...emulators.aws_lambda.routes import ANY_METHOD
from ...stack import strict_json
from . import openapi
from .target import Target

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MAX_BYTES = 6 * 2**20
_ANSWERS = {"responses": {"200": {"description": "what the function answers"}}}
_REST = {"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}
EVERYTHING: Mapping[str, Any] = {
    "info": {"version": "1"},
    "paths": {"/": {ANY_METHOD: _ANSWERS}, "/{proxy+}": {ANY_METHOD: {"parameters": [_REST], **_ANSWERS}}},
    "schemas": {},
}
"""What is served without the file, as `openapi.cleaned` would return it."""
_KEY = "api_key"
_KEY_SCHEME = {"type": "apiKey", "name": "x-api-key", "in": "header"}


def read_spec(path: Path) -> Mapping[str, Any]:
    """Return the document; EVERYTHING if there is none.

    Raises BadSettings if API Gateway could not serve it: see `openapi.cleaned`.
    """
    try:
        content = path.read_bytes()
        spec = strict_json.loads(content.decode("utf-8-sig"))
    except FileNotFoundError:
        return EVERYTHING
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise BadSettings(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise BadSettings(f"{path} is nested too deep") from None
    except ValueError as error:
        raise BadSettings(f"{path} is no JSON in UTF-8: {error}") from None
    if len(content) > MAX_BYTES:
        raise BadSettings(f"{path} has {len(content) / 2**20:.1f} MB; API Gateway takes {MAX_BYTES // 2**20}")
    openapi.cleaned(spec, str(path))
    read: dict[str, Any] = spec
    return read


def rendered(spec: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """Return the body of put_rest_api: every operation goes to the alias, whatever is in its request."""
    names = target.names
    document = spec if spec is EVERYTHING else openapi.cleaned(spec, "openapi.json")
    door: dict[str, Any] = {
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            # that of the call to Lambda, which is a POST for every method
            "httpMethod": "POST",
            "uri": f"arn:{names.partition}:apigateway:{names.region}:lambda:path/2015-03-31/functions/"
            f"{names.alias_arn}/invocations",
        }
    }
    components = {"schemas": document["schemas"]}
    if target.settings.api_key:
        door["security"] = [{_KEY: []}]
        components["securitySchemes"] = {_KEY: _KEY_SCHEME}
    return {
        "openapi": "3.0.1",
        "info": {"title": names.base, **document["info"]},
        "paths": {
            path: {method: operation | door for method, operation in operations.items()}
            for path, operations in document["paths"].items()
        },
        "components": components,
        # Bytes arrive as they were sent, and leave so whatever the caller accepts: with any narrower list the first
        # type of Accept decides. https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
        "x-amazon-apigateway-binary-media-types": ["*/*"],
    }


def digest(body: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that are the same for the same rendered spec, in whatever order it is written."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
