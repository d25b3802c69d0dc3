"""The stand-in for faas-cli is as strict as Go is: what a gateway in Python gets wrong easily is an error to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .go_client.go_json import FUNCTIONS, GATEWAY_INFO, GoError, unmarshal

STATUS: dict[str, Any] = {
    "name": "fn",
    "labels": None,
    "envVars": {"A": "1"},
    "replicas": 1,
    "invocationCount": 3,
    "createdAt": "2026-01-31T12:00:00.123456Z",
    "unknown": [],
}
VERSION = {"release": "1", "sha": "", "commit_message": ""}


@pytest.mark.parametrize(
    "fields",
    [
        {"replicas": 1.0},
        {"replicas": -1},
        {"replicas": "1"},
        {"replicas": True},
        {"createdAt": "2026-01-31T12:00:00"},
        {"createdAt": 1769860800},
        {"labels": {"a": 1}},
        {"envVars": {"A": True}},
        {"secrets": {}},
        {"readOnlyRootFilesystem": "true"},
        {"limits": []},
    ],
    ids=str,
)
def test_status_with_a_field_of_another_type_is_refused(fields: dict[str, Any]) -> None:
    assert unmarshal(json.dumps([STATUS]).encode(), FUNCTIONS)[0]["name"] == "fn"
    with pytest.raises(GoError, match="cannot parse result"):
        unmarshal(json.dumps([STATUS | fields]).encode(), FUNCTIONS)


@pytest.mark.parametrize("document", [b"{}", b"", b"[{]", b'[{"invocationCount": NaN}]'])
def test_list_that_is_none_is_refused(document: bytes) -> None:
    with pytest.raises(GoError, match="cannot parse result"):
        unmarshal(document, FUNCTIONS)


@pytest.mark.parametrize(
    "info", [{}, {"version": VERSION}, {"provider": {"provider": "x"}, "version": VERSION}, {"provider": None}]
)
def test_info_with_a_null_that_would_crash_faas_cli_is_refused(info: dict[str, Any]) -> None:
    with pytest.raises(GoError, match="nil pointer"):
        unmarshal(json.dumps(info).encode(), GATEWAY_INFO)
