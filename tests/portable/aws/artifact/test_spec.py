"""A function's openapi.json as API Gateway gets it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from portable.aws.artifact import spec
from tests.sample import FUNCTION_DIR

from ..targets import NAMES, SPEC, make_target

SAMPLE = FUNCTION_DIR / "openapi.json"
ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:meditations-dev:live"


def rendered(document: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    return spec.rendered(document, make_target(spec=document, **settings))


def with_operation(path: str = "/", **operation: Any) -> dict[str, Any]:
    """Return the body for a spec with this one GET."""
    return rendered({**SPEC, "paths": {path: {"get": {"responses": {"200": {"description": "x"}}, **operation}}}})


class TestEverything:
    def test_every_method_of_every_path_goes_to_the_alias(self) -> None:
        body = rendered(spec.EVERYTHING)

        assert list(body["paths"]) == ["/", "/{proxy+}"]
        for methods in body["paths"].values():
            (operation,) = methods.values()
            assert list(methods) == ["x-amazon-apigateway-any-method"]
            assert ALIAS in operation["x-amazon-apigateway-integration"]["uri"]
        (variable,) = body["paths"]["/{proxy+}"]["x-amazon-apigateway-any-method"]["parameters"]
        assert (variable["name"], variable["in"], variable["required"]) == ("proxy", "path", True)

    def test_a_key_is_demanded_there_too(self) -> None:
        body = rendered(spec.EVERYTHING, api_key=True)

        assert all(one["security"] for methods in body["paths"].values() for one in methods.values())


class TestRendered:
    def test_every_operation_goes_to_the_alias_by_post(self) -> None:
        body = rendered(spec.read_spec(SAMPLE))

        operations = [one for methods in body["paths"].values() for one in methods.values()]
        assert len(operations) == 2
        for operation in operations:
            assert operation["x-amazon-apigateway-integration"] == {
                "type": "aws_proxy",
                "httpMethod": "POST",
                "uri": f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{ALIAS}/invocations",
            }

    def test_the_uri_is_of_the_partition(self) -> None:
        target = replace(make_target(), names=replace(NAMES, partition="aws-cn", region="cn-north-1"))
        integration = spec.rendered(SPEC, target)["paths"]["/"]["post"]["x-amazon-apigateway-integration"]

        assert integration["uri"].startswith(
            "arn:aws-cn:apigateway:cn-north-1:lambda:path/2015-03-31/functions/arn:aws-cn:"
        )

    def test_the_title_becomes_the_apis_name(self) -> None:
        body = rendered(SPEC)

        assert body["info"] == {"title": "meditations-dev", "description": "Meditates.", "version": "1.0.0"}
        assert body["openapi"] == "3.0.1"

    def test_what_is_not_described_is_described_by_its_title(self) -> None:
        body = rendered({**SPEC, "info": {"title": "Guru Meditations"}})

        assert body["info"] == {"title": "meditations-dev", "description": "Guru Meditations", "version": "1"}

    def test_bodies_pass_as_bytes_in_both_directions(self) -> None:
        assert rendered(SPEC)["x-amazon-apigateway-binary-media-types"] == ["*/*"]

    def test_a_key_is_demanded_of_every_operation_if_the_settings_say_so(self) -> None:
        body = rendered(spec.read_spec(SAMPLE), api_key=True)

        scheme = {"type": "apiKey", "name": "x-api-key", "in": "header"}
        assert body["components"]["securitySchemes"] == {"api_key": scheme}
        assert {str(one["security"]) for one in body["paths"]["/"].values()} == {"[{'api_key': []}]"}

    def test_without_that_no_key_is_demanded_whatever_the_spec_says(self) -> None:
        """The function itself looks at what its own spec demands: API Gateway knows only its own keys."""
        document = {**SPEC, "security": [{"mine": []}], "servers": [{"url": "https://example.org/v1"}]}
        text = json.dumps(rendered(document))

        assert "security" not in text
        assert "example.org" not in text

    def test_the_spec_is_left_as_it_is(self) -> None:
        document = spec.read_spec(SAMPLE)
        before = copy.deepcopy(document)
        rendered(document, api_key=True)

        assert document == before


class TestReduced:
    def test_what_the_import_refuses_is_left_out_of_schemas(self) -> None:
        schema = {
            "type": "object",
            "nullable": True,
            "example": {"a": 1},
            "additionalProperties": False,
            "required": ["a"],
            "properties": {
                "a": {"type": "integer", "format": "int64", "exclusiveMinimum": True, "minimum": 0},
                "example": {"type": "string", "format": "date", "readOnly": True},
                "b": {"type": "array", "items": {"oneOf": [{"type": "string"}]}},
            },
        }
        body = rendered({**SPEC, "components": {"schemas": {"Thing": schema}}})

        assert body["components"]["schemas"]["Thing"] == {
            "type": "object",
            "required": ["a"],
            "properties": {
                "a": {"type": "integer", "minimum": 0},
                "example": {"type": "string", "format": "date"},
                "b": {"type": "array", "items": {"type": "object"}},
            },
        }

    def test_references_to_models_stay_and_all_others_are_written_out(self) -> None:
        document = {
            **SPEC,
            "paths": {
                "/{id}": {
                    "parameters": [{"$ref": "#/components/parameters/id"}],
                    "get": {"responses": {"200": {"$ref": "#/components/responses/found"}}},
                }
            },
            "components": {
                "parameters": {"id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}},
                "responses": {
                    "found": {
                        "description": "Found.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    }
                },
                "schemas": {"Thing": {"type": "object"}},
            },
        }
        operation = rendered(document)["paths"]["/{id}"]["get"]

        assert operation["parameters"] == [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        ]
        assert operation["responses"] == {
            "200": {
                "description": "Found.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
            }
        }

    def test_only_methods_stand_below_a_path(self) -> None:
        item = {"summary": "s", "description": "d", "servers": [], "x-mine": 1, **SPEC["paths"]["/"]}

        assert rendered({**SPEC, "paths": {"/": item, "/nothing": {}}})["paths"].keys() == {"/"}
        assert rendered({**SPEC, "paths": {"/": item}})["paths"]["/"].keys() == {"post"}

    def test_responses_are_those_with_a_status_and_never_none(self) -> None:
        """The import warns of a method without responses, and its warnings are failures here."""
        only_default = with_operation(responses={"default": {"description": "d"}, "4XX": {"description": "e"}})
        responses = only_default["paths"]["/"]["get"]["responses"]

        assert responses == {"200": {"description": "what the function answers"}}
        assert with_operation(responses={})["paths"]["/"]["get"]["responses"] == responses

    def test_what_is_documented_stays(self) -> None:
        headers = {"Allow": {"schema": {"type": "string"}, "example": "GET"}, "not()one": {"schema": {}}}
        body = with_operation(
            operationId="read",
            summary="Read",
            description="Reads.",
            requestBody={
                "content": {"application/json": {"schema": {"type": "object"}, "example": {}}, "text/plain": {}}
            },
            responses={"200": {"description": "x", "headers": headers}},
        )
        operation = body["paths"]["/"]["get"]

        assert [operation[name] for name in ("operationId", "summary", "description")] == ["read", "Read", "Reads."]
        assert operation["requestBody"] == {"content": {"application/json": {"schema": {"type": "object"}}}}
        assert operation["responses"]["200"]["headers"] == {"Allow": {"schema": {"type": "string"}}}

    def test_parameters_that_api_gateway_cannot_name_are_left_to_the_function(self) -> None:
        parameters = [
            {"name": "filter[name]", "in": "query", "schema": {"type": "string"}},
            {"name": "session", "in": "cookie", "schema": {"type": "string"}},
            {
                "name": "page",
                "in": "query",
                "required": False,
                "schema": {"type": "array", "items": {"type": "string"}},
            },
        ]

        assert with_operation(parameters=parameters)["paths"]["/"]["get"]["parameters"] == [
            {"name": "page", "in": "query", "schema": {"type": "string"}}
        ]

    def test_an_operations_parameter_goes_over_its_paths(self) -> None:
        shared = {"name": "page", "in": "query", "description": "shared", "schema": {"type": "string"}}
        own = {"name": "page", "in": "query", "description": "own", "schema": {"type": "integer"}}
        item = {"parameters": [shared], "get": {"parameters": [own]}, "post": {}}
        paths = rendered({**SPEC, "paths": {"/": item}})["paths"]["/"]

        assert [one["description"] for one in paths["get"]["parameters"]] == ["own"]
        assert [one["description"] for one in paths["post"]["parameters"]] == ["shared"]

    @pytest.mark.parametrize("declared", ["rest", "rest+"])
    def test_a_variable_can_take_all_the_rest(self, declared: str) -> None:
        parameters = [{"name": declared, "in": "path", "required": True, "schema": {"type": "string"}}]
        body = with_operation("/files/{rest+}", parameters=parameters)

        assert body["paths"]["/files/{rest+}"]["get"]["parameters"][0]["name"] == "rest"


class TestDigest:
    def test_it_is_sixteen_hexadecimal_digits(self) -> None:
        assert len(spec.digest(rendered(SPEC))) == 16
        assert int(spec.digest(rendered(SPEC)), 16)

    def test_the_order_of_what_is_written_does_not_matter(self) -> None:
        assert spec.digest(rendered(dict(reversed(SPEC.items())))) == spec.digest(rendered(SPEC))

    @pytest.mark.parametrize(
        "change",
        [
            {"paths": {**SPEC["paths"], "/more": SPEC["paths"]["/"]}},
            {"info": {**SPEC["info"], "description": "Meditates more."}},
            {"info": {**SPEC["info"], "version": "1.0.1"}},
            {"paths": {"/": {"post": {"responses": {"200": {"description": "A longer one."}}}}}},
            {"paths": {"/": {"post": {"summary": "Sit", **SPEC["paths"]["/"]["post"]}}}},
            {"components": {"schemas": {"Thing": {"type": "string"}}}},
        ],
    )
    def test_another_line_is_another_digest(self, change: dict[str, Any]) -> None:
        assert spec.digest(rendered({**SPEC, **change})) != spec.digest(rendered(SPEC))

    def test_a_key_that_is_demanded_is_another_spec(self) -> None:
        assert spec.digest(rendered(SPEC, api_key=True)) != spec.digest(rendered(SPEC))
