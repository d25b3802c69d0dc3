"""What the strict reader refuses of what `json.loads` would take."""

from __future__ import annotations

import json

import pytest

from portable.stack import strict_json


def test_text_that_says_one_thing_is_read_as_json_reads_it() -> None:
    text = '{"a": [1, 2.5, null, {"a": "NaN"}], "b": {"a": true}}'

    assert strict_json.loads(text) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"b": {"a": 1, "c": 2, "a": 3}}]', '{"\\u0061": 1, "a": 2}'])
def test_name_that_comes_twice_in_one_object_is_named(text: str) -> None:
    with pytest.raises(strict_json.RepeatedName, match="'a' comes twice in one object") as raised:
        strict_json.loads(text)

    assert raised.value.name == "a"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_constant_of_python_alone_is_named(constant: str) -> None:
    with pytest.raises(strict_json.NotANumber, match=f"{constant} is no JSON") as raised:
        strict_json.loads(f'{{"a": {constant}}}')

    assert raised.value.constant == constant


def test_whole_numbers_are_read_as_the_caller_wants() -> None:
    assert strict_json.loads("[1, 2.0]", parse_int=str) == ["1", 2.0]


def test_text_that_is_no_json_has_its_place() -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        strict_json.loads('{\n  "a" 1}')

    assert (raised.value.lineno, raised.value.colno) == (2, 7)
