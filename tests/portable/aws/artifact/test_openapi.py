"""OpenAPI documents that API Gateway would refuse, each with the reason that is given before any call."""

from __future__ import annotations

import re
from typing import Any

import pytest

from portable.aws.artifact import openapi
from portable.deploying.errors import BadSettings

from ..targets import SPEC

OPERATION: dict[str, Any] = {"responses": {"200": {"description": "x"}}}


def at(*paths: str) -> dict[str, Any]:
    """Return the change to a spec that has these paths, their variables declared."""
    return {"paths": {path: {"get": {**OPERATION, "parameters": declared(path)}} for path in paths}}


def declared(path: str) -> list[dict[str, Any]]:
    """Return the parameters of a path."""
    return [
        {"name": name.removesuffix("+"), "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{([^}]+)}", path)
    ]


def get(**operation: Any) -> dict[str, Any]:
    """Return the change to a spec that has this operation."""
    return {"paths": {"/": {"get": {**OPERATION, **operation}}}}


def media(schema: Any) -> dict[str, Any]:
    """Return the change to a spec whose operation answers with this schema."""
    return get(responses={"200": {"description": "x", "content": {"application/json": {"schema": schema}}}})


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "swagger": ({"swagger": "2.0"}, "is Swagger 2.0: convert it to OpenAPI 3.0"),
    "3.1": ({"openapi": "3.1.0"}, "openapi is '3.1.0': API Gateway takes 3.0 alone"),
    "3": ({"openapi": "3"}, "openapi is '3'"),
    "number": ({"openapi": 3.0}, "openapi is 3.0"),
    "no-version": ({"openapi": None}, "openapi is None"),
    "no-info": ({"info": None}, "info is missing"),
    "info-text": ({"info": "x"}, "info must be an object"),
    "no-title": ({"info": {}}, "info.title is missing"),
    "blank-title": ({"info": {"title": "  "}}, "info.title is missing"),
    "title-number": ({"info": {"title": 1}}, "info.title is missing: it must be a text"),
    "no-paths": ({"paths": None}, "paths is missing"),
    "paths-list": ({"paths": []}, "paths must be an object"),
    "empty-paths": ({"paths": {}}, "paths has no operation"),
    "no-operations": ({"paths": {"/": {"summary": "nothing"}}}, "paths has no operation"),
    "path-list": ({"paths": {"/": []}}, "paths./ must be an object"),
    "operation-text": ({"paths": {"/": {"get": "x"}}}, "paths./.get must be an object"),
    "no-slash": (at("a"), "paths.a: a path begins with a slash"),
    "empty-path": (at(""), "a path begins with a slash"),
    "trailing-slash": (at("/a/"), "'' is no part of a path"),
    "double-slash": (at("/a//b"), "'' is no part of a path"),
    "space": (at("/a b"), "'a b' is no part of a path"),
    "mixed": (at("/user-{id}"), "'user-{id}' is no part of a path"),
    "query": (at("/a?b"), "'a?b' is no part of a path"),
    "greedy-in-between": (at("/{all+}/more"), "{all+} takes all the rest, so nothing may follow it"),
    "two-names": (at("/{a}/x", "/{b}/y"), "paths./{b}/y: {b} stands where /{a}/x has {a}"),
    "two-names-below": (at("/x/{a}", "/x/{b}/y"), "{b} stands where /x/{a} has {a}"),
    "greedy-beside": (at("/{a}", "/{all+}"), "{all+} stands where /{a} has {a}"),
    "undeclared": ({"paths": {"/{id}": {"get": OPERATION}}}, "paths./{id}.get: {id} is not declared"),
    "idle": (get(parameters=declared("/{id}")), "the path parameter 'id' is not in the path"),
    "trace": ({"paths": {"/": {"get": OPERATION, "trace": OPERATION}}}, "has 'trace', which is no method"),
    "upper-case": ({"paths": {"/": {"GET": OPERATION}}}, "has 'GET', which is no method"),
    "path-reference": ({"paths": {"/": {"$ref": "#/x"}}}, "paths./ is a $ref: write the operations out"),
    "parameters-object": (get(parameters={}), "parameters must be a list"),
    "parameter-text": (get(parameters=["x"]), "parameters[0] must be an object"),
    "parameter-without-name": (get(parameters=[{"in": "query"}]), "parameters[0] needs a `name`, and `in`"),
    "parameter-in-body": (get(parameters=[{"name": "x", "in": "body"}]), "path, query, header or cookie"),
    "parameter-to-nothing": (
        get(parameters=[{"$ref": "#/components/parameters/none"}]),
        "$ref is '#/components/parameters/none', and there is no such thing",
    ),
    "reference-to-a-file": (get(parameters=[{"$ref": "other.json#/x"}]), "only references within the file"),
    "reference-number": (get(parameters=[{"$ref": 1}]), "only references within the file"),
    "circle": (
        {
            **get(parameters=[{"$ref": "#/components/parameters/a"}]),
            "components": {
                "parameters": {
                    "a": {"$ref": "#/components/parameters/b"},
                    "b": {"$ref": "#/components/parameters/a"},
                }
            },
        },
        "'#/components/parameters/a' leads back to itself",
    ),
    "responses-list": (get(responses=[]), "responses must be an object"),
    "response-text": (get(responses={"200": "x"}), "responses.200 must be an object"),
    "content-list": (get(requestBody={"content": []}), "requestBody.content must be an object"),
    "schema-to-nothing": (media({"$ref": "#/components/schemas/None"}), "there is no such thing in the file"),
    "schema-elsewhere": (media({"$ref": "#/paths"}), "API Gateway follows #/components/schemas/NAME alone"),
    "schema-deeper": (
        {**media({"$ref": "#/components/schemas/A/properties/b"}), "components": {"schemas": {"A": {}}}},
        "API Gateway follows #/components/schemas/NAME alone",
    ),
    "schema-text": (media("x"), "schema must be an object"),
    "model-name": ({"components": {"schemas": {"my_model": {}}}}, "only letters and digits"),
    "model-list": ({"components": {"schemas": {"A": []}}}, "components.schemas.A must be an object"),
    "components-list": ({"components": []}, "components must be an object"),
    "ours-at-the-top": ({"x-amazon-apigateway-policy": {}}, "has x-amazon-apigateway-policy: the deployer writes"),
    "ours-in-a-path": ({"paths": {"/": {"x-amazon-apigateway-any-method": {}}}}, "x-amazon-apigateway-any-method"),
    "ours-in-an-operation": (
        get(**{"x-amazon-apigateway-integration": {}}),
        "paths./.get has x-amazon-apigateway-integration: the deployer writes these keys itself; remove it",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_the_reason(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadSettings) as raised:
        openapi.cleaned({**SPEC, **change}, "function/openapi.json")

    assert str(raised.value).startswith("function/openapi.json")
    assert message in str(raised.value)


TAKEN: dict[str, dict[str, Any]] = {
    "root": at("/"),
    "signs": at("/a.b/c_d/e-f/g:h/i,j"),
    "variables": at("/{a}", "/{a}/b/{c}", "/d/{e}"),
    "greedy": at("/files/{rest+}", "/other/{name}"),
    "same-name-at-two-places": at("/a/{id}", "/b/{id}"),
    "ping": at("/ping"),
    "every-method": {"paths": {"/": dict.fromkeys(openapi.METHODS, OPERATION)}},
    "no-responses": {"paths": {"/": {"get": {}}}},
    "circle-of-models": {
        "components": {"schemas": {"Tree": {"properties": {"below": {"$ref": "#/components/schemas/Tree"}}}}}
    },
    "escaped-reference": {
        **get(parameters=[{"$ref": "#/x-parts/a~1b%20c"}]),
        "x-parts": {"a/b c": {"name": "n", "in": "query"}},
    },
}


@pytest.mark.parametrize("change", TAKEN.values(), ids=TAKEN)
def test_it_is_taken(change: dict[str, Any]) -> None:
    assert openapi.cleaned({**SPEC, **change}, "x")["paths"]
