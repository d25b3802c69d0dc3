"""An OpenAPI document, checked, and reduced to what API Gateway's import of a REST API takes.

The import refuses keywords that are right in OpenAPI, so only what is known to pass is kept:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
Nothing is lost by it: the function gets every request as it came, and API Gateway checks none against a schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

from ...deploying.errors import BadSettings
from . import openapi_paths

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_NO_METHODS = frozenset({"summary", "description", "parameters", "servers"})
_OURS = "x-amazon-apigateway-"
_SCHEMAS = "#/components/schemas/"
_MODEL_NAME = re.compile(r"[A-Za-z0-9]+")
# what a parameter is called in API Gateway's own mappings
_PARAMETER_NAME = re.compile(r"[A-Za-z0-9._$-]+")
_STATUS = re.compile(r"[1-5][0-9][0-9]")
_PLAIN_KEYWORDS = (
    *("type", "title", "description", "required", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "uniqueItems"),
)
_TYPES = frozenset({"string", "integer", "number", "boolean"})
_Parameters: TypeAlias = dict[tuple[str, str], dict[str, Any] | None]


def cleaned(spec: Any, where: str) -> dict[str, Any]:
    """Return `info`, `paths` (methods alone below each path) and `schemas`; `where` begins every message.

    Raises BadSettings for what is no OpenAPI 3.0, and for what API Gateway would refuse.
    """
    return _Document(_object(spec, where), where).cleaned()


class _Document:
    """One document on its way."""

    def __init__(self, spec: Mapping[str, Any], where: str) -> None:
        self._spec = spec
        self._where = where

    def cleaned(self) -> dict[str, Any]:
        self._check_version()
        _refuse_ours(self._spec, self._where)
        paths = self._object(self._spec.get("paths"), "paths")
        openapi_paths.check(paths, f"{self._where}: paths")
        operations = {path: self._path_item(path, item) for path, item in paths.items()}
        if not any(operations.values()):
            raise self._bad("paths", "has no operation: without one there is nothing to serve")
        schemas = self._object(
            self._object(self._spec.get("components", {}), "components").get("schemas", {}), _SCHEMAS
        )
        return {
            "info": self._info(),
            "paths": {path: methods for path, methods in operations.items() if methods},
            "schemas": {name: self._model(name, schema) for name, schema in schemas.items()},
        }

    def _check_version(self) -> None:
        if "swagger" in self._spec:
            raise BadSettings(f"{self._where} is Swagger {self._spec['swagger']}: convert it to OpenAPI 3.0")
        version = self._spec.get("openapi")
        if not isinstance(version, str) or not re.fullmatch(r"3\.0\.\d+", version):
            raise self._bad("openapi", f"is {version!r}: API Gateway takes 3.0 alone; write it so, as 3.0.3")

    def _info(self) -> dict[str, str]:
        info = self._object(self._spec.get("info"), "info")
        title = info.get("title")
        if not isinstance(title, str) or not title.strip():
            raise self._bad("info.title", "is missing: it must be a text")
        texts = _texts(info, "description", "version")
        return {"description": title, "version": "1", **texts}

    def _path_item(self, path: str, value: Any) -> dict[str, Any]:
        place = f"paths.{path}"
        item = self._object(value, place)
        if "$ref" in item:
            raise self._bad(place, "is a $ref: write the operations out")
        _refuse_ours(item, f"{self._where}: {place}")
        for name in item:
            if name not in METHODS and name not in _NO_METHODS and not name.startswith("x-"):
                raise self._bad(place, f"has {name!r}, which is no method of API Gateway; it has {', '.join(METHODS)}")
        shared = self._parameters(item.get("parameters", []), f"{place}.parameters")
        return {name: self._operation(path, item[name], shared, f"{place}.{name}") for name in METHODS if name in item}

    def _operation(self, path: str, value: Any, shared: _Parameters, place: str) -> dict[str, Any]:
        operation = self._object(value, place)
        _refuse_ours(operation, f"{self._where}: {place}")
        parameters = {**shared, **self._parameters(operation.get("parameters", []), f"{place}.parameters")}
        openapi_paths.check_variables(path, parameters, f"{self._where}: {place}")
        body = self._resolved(operation.get("requestBody", {}), f"{place}.requestBody")
        content = self._content(body, f"{place}.requestBody")
        cleaned: dict[str, Any] = _texts(operation, "operationId", "summary", "description")
        if kept := [one for one in parameters.values() if one]:
            cleaned["parameters"] = kept
        if content:
            cleaned["requestBody"] = {"content": content}
        return cleaned | {"responses": self._responses(operation, f"{place}.responses")}

    def _parameters(self, values: Any, place: str) -> _Parameters:
        """Return the parameters by name and place; None for what API Gateway has no name for."""
        if not isinstance(values, list):
            raise self._bad(place, "must be a list")
        found: _Parameters = {}
        for at, value in enumerate(values):
            parameter = self._resolved(value, f"{place}[{at}]")
            name, kind = parameter.get("name"), parameter.get("in")
            if not isinstance(name, str) or kind not in ("path", "query", "header", "cookie"):
                raise self._bad(f"{place}[{at}]", "needs a `name`, and `in`: path, query, header or cookie")
            if kind == "path":
                name = name.removesuffix("+")
            known = kind != "cookie" and _PARAMETER_NAME.fullmatch(name)
            required = {"required": True} if kind == "path" or parameter.get("required") is True else {}
            described = {"name": name, "in": kind, **required, **self._typed(parameter, f"{place}[{at}]")}
            found[name, kind] = described if known else None
        return found

    def _typed(self, value: Mapping[str, Any], place: str) -> dict[str, Any]:
        """Return the description and the type of a parameter or a header."""
        kind = self._resolved(value.get("schema", {}), f"{place}.schema").get("type")
        return {**_texts(value, "description"), "schema": {"type": kind if kind in _TYPES else "string"}}

    def _responses(self, operation: Mapping[str, Any], place: str) -> dict[str, Any]:
        responses = self._object(operation.get("responses", {}), place)
        cleaned = {
            status: self._response(self._resolved(value, f"{place}.{status}"), f"{place}.{status}")
            for status, value in responses.items()
            if _STATUS.fullmatch(status)
        }
        # without any, the import warns; and `default` and `4XX` are no statuses to it
        return cleaned or {"200": {"description": "what the function answers"}}

    def _response(self, response: Mapping[str, Any], place: str) -> dict[str, Any]:
        headers = self._object(response.get("headers", {}), f"{place}.headers")
        content = self._content(response, place)
        typed = {
            name: self._typed(self._resolved(value, f"{place}.headers.{name}"), f"{place}.headers.{name}")
            for name, value in headers.items()
            if _PARAMETER_NAME.fullmatch(name)
        }
        cleaned: dict[str, Any] = {"description": "", **_texts(response, "description")}
        return cleaned | ({"headers": typed} if typed else {}) | ({"content": content} if content else {})

    def _content(self, value: Mapping[str, Any], place: str) -> dict[str, Any]:
        content = self._object(value.get("content", {}), f"{place}.content")
        media = {name: self._object(one, f"{place}.content.{name}") for name, one in content.items()}
        return {
            name: {"schema": self._schema(one["schema"], f"{place}.content.{name}.schema")}
            for name, one in media.items()
            if "schema" in one
        }

    def _model(self, name: str, schema: Any) -> dict[str, Any]:
        if not _MODEL_NAME.fullmatch(name):
            raise self._bad(f"components.schemas.{name}", "API Gateway takes only letters and digits in such a name")
        return self._schema(schema, f"components.schemas.{name}")

    def _schema(self, value: Any, place: str) -> dict[str, Any]:
        schema = self._object(value, place)
        if "$ref" in schema:
            return {"$ref": self._checked_reference(schema["$ref"], place)}
        kept = {name: schema[name] for name in _PLAIN_KEYWORDS if name in schema}
        if schema.get("type") == "string" and "format" in schema:
            kept["format"] = schema["format"]
        if "properties" in schema:
            properties = self._object(schema["properties"], f"{place}.properties")
            kept["properties"] = {
                name: self._schema(one, f"{place}.properties.{name}") for name, one in properties.items()
            }
        if "items" in schema:
            kept["items"] = self._schema(schema["items"], f"{place}.items")
        return kept or {"type": "object"}

    def _checked_reference(self, reference: Any, place: str) -> Any:
        if not isinstance(reference, str) or not re.fullmatch(f"{_SCHEMAS}[^/]+", reference):
            raise self._bad(place, f"$ref is {reference!r}: API Gateway follows {_SCHEMAS}NAME alone; move it there")
        self._pointed(reference, place)
        return reference

    def _resolved(self, value: Any, place: str) -> Mapping[str, Any]:
        """Return what a chain of references ends with."""
        found, seen = self._object(value, place), list[str]()
        while "$ref" in found:
            reference = found["$ref"]
            if not isinstance(reference, str) or not reference.startswith("#/"):
                raise self._bad(
                    place, f"$ref is {reference!r}: only references within the file (#/...) can be followed"
                )
            if reference in seen:
                raise self._bad(place, f"$ref {reference!r} leads back to itself")
            seen.append(reference)
            found = self._object(self._pointed(reference, place), place)
        return found

    def _pointed(self, reference: str, place: str) -> Any:
        found: Any = self._spec
        for part in reference.removeprefix("#/").split("/"):
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or name not in found:
                raise self._bad(place, f"$ref is {reference!r}, and there is no such thing in the file")
            found = found[name]
        return found

    def _object(self, value: Any, place: str) -> Mapping[str, Any]:
        return _object(value, f"{self._where}: {place}")

    def _bad(self, place: str, what: str) -> BadSettings:
        return BadSettings(f"{self._where}: {place} {what}")


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadSettings(f"{place} " + ("is missing" if value is None else "must be an object"))
    return value


def _texts(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names if isinstance(value.get(name), str)}


def _refuse_ours(names: Iterable[str], place: str) -> None:
    """Raise BadSettings for what only the deployer writes: to leave it out silently would be worse."""
    if name := next((name for name in names if name.startswith(_OURS)), None):
        raise BadSettings(f"{place} has {name}: the deployer writes these keys itself; remove it")
