"""A function's openapi.json as it is read: the sample's, none, and one that is refused with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portable.aws.artifact import spec
from portable.deploying.errors import BadSettings
from tests.sample import FUNCTION_DIR

from ..targets import SPEC

SAMPLE = FUNCTION_DIR / "openapi.json"


def test_the_sample_is_read() -> None:
    assert spec.read_spec(SAMPLE) == json.loads(SAMPLE.read_text())


def test_a_mark_of_the_byte_order_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(SPEC), encoding="utf-8-sig")

    assert spec.read_spec(tmp_path / "openapi.json") == SPEC


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{\n "openapi": "3.0.3"\n "info": {}}', r"openapi\.json, line 3, column 2: "),
        # Python 3.13 and newer point at the comma, older ones at what stands in place of a name
        (b'{\n "openapi": "3.0.3",\n}', r"openapi\.json, line (2, column 20|3, column 1): "),
        (b"", r"openapi\.json, line 1, column 1: "),
        (b"openapi: 3.0.3", r"openapi\.json, line 1, column 1: "),
        (b"\xff", r"openapi\.json is no JSON in UTF-8: "),
        (b'{"info": NaN}', r"NaN is no JSON"),
        (b"[" * 100_000, r"openapi\.json is nested too deep"),
        (b'{"paths": {"/a": {"get": {}}, "/a": {"put": {}}}}', r"'/a' comes twice in one object"),
        (b"[]", r"openapi\.json must be an object"),
        (b"null", r"openapi\.json is missing"),
    ],
)
def test_what_is_no_json_object_is_refused_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "openapi.json").write_bytes(content)

    with pytest.raises(BadSettings, match=message):
        spec.read_spec(tmp_path / "openapi.json")


def test_without_the_file_everything_is_served(tmp_path: Path) -> None:
    assert spec.read_spec(tmp_path / "openapi.json") is spec.EVERYTHING


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot be read: "):
        spec.read_spec(tmp_path)


def test_more_than_api_gateway_takes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(SPEC) + " " * spec.MAX_BYTES)

    with pytest.raises(BadSettings, match=r"has 6\.0 MB; API Gateway takes 6"):
        spec.read_spec(path)


def test_what_api_gateway_would_refuse_is_refused_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps({**SPEC, "openapi": "3.1.0"}))

    with pytest.raises(BadSettings, match=r"openapi\.json: openapi is '3\.1\.0'"):
        spec.read_spec(path)
