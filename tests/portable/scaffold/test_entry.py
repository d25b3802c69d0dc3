"""A function added to the text of a stack file: what stood there stands there still, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from portable.deploying.errors import BadSettings
from portable.scaffold.entry import added
from tests.sample import STACK_PATH

ENTRY = """\
second:
  lang: portable
  annotations:
    schedule: "*/5 * * * *"
"""
HEAD = "version: 1.0\n"


def whole(text: str) -> str:
    return added(text, Path("stack.yml"), "second", ENTRY)


def test_it_stands_behind_the_last_function_and_before_what_follows() -> None:
    text = (
        "functions:  # ours\n  first:\n    lang: portable   # kept\n    handler: './one'\n    # of the first\n"
        "\n# of the configuration\nconfiguration:\n  copy: [./a]\n"
    )

    assert whole(text) == text.replace(
        "    # of the first\n",
        '    # of the first\n\n  second:\n    lang: portable\n    annotations:\n      schedule: "*/5 * * * *"\n',
    )


@pytest.mark.parametrize("end", ["\n", "", "\n\n\n"])
def test_it_stands_at_the_end_of_a_file_that_ends_with_its_functions(end: str) -> None:
    text = whole(f"functions:\n  first:\n    lang: portable{end}")

    assert text.startswith("functions:\n  first:\n    lang: portable\n\n  second:\n    lang: portable\n")
    assert text.rstrip("\n").endswith('"*/5 * * * *"')


def test_levels_are_as_deep_as_the_file_s_own() -> None:
    text = whole("functions:\n    first:\n        lang: portable\n")

    assert '\n    second:\n        lang: portable\n        annotations:\n            schedule: "*/5' in text


def test_lines_end_as_the_file_s_own() -> None:
    text = whole("functions:\r\n  first:\r\n    lang: portable\r\n")

    assert text.count("\n") == text.count("\r\n") == 8


@pytest.mark.parametrize(
    "text", ["", HEAD, f"{HEAD}functions:\n", "functions:\n# nothing yet\nprovider: {}\n", "# a\n"]
)
def test_file_without_functions_gets_its_first(text: str) -> None:
    assert yaml.safe_load(whole(text))["functions"] == yaml.safe_load(ENTRY)


@pytest.mark.parametrize(
    "last",
    [
        "{lang: portable, handler: ./one}",
        "&usual\n    lang: portable\n",
        "\n    text: |\n      one\n      # no comment\n",
        "\n    text: >-\n      one\n\n",
    ],
)
def test_last_function_may_be_written_in_any_way(last: str) -> None:
    text = f"functions:\n  first: {last}"
    functions = yaml.safe_load(whole(text))["functions"]

    assert functions == {**yaml.safe_load(text)["functions"], **yaml.safe_load(ENTRY)}


def test_stack_file_of_the_sample_takes_one_more() -> None:
    text = STACK_PATH.read_text()
    before, after = (yaml.safe_load(one) for one in (text, whole(text)))

    assert after.pop("functions") == {**before.pop("functions"), **yaml.safe_load(ENTRY)}
    assert after == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("functions: {first: {lang: portable}}\n", "do not stand one below the other"),
        ("functions: [one]\n", "do not stand one below the other"),
        ("functions: text\n", "do not stand one below the other"),
        ("functions:\n  first:\n    text: |+\n      one\n\n\n", "do not stand one below the other"),
        ("functions:\n  second:\n    lang: portable\n", "has a function 'second'"),
        ("functions:\n  first: [\n", "line 3: "),
        ("functions:\n\tfirst:\n", "line 2: "),
        ("a: 1\n---\nb: 2\n", "line 2: "),
        ("- one\n", "is no stack file"),
        ("functions: \x07\n", "mend it first"),
        ("[a]: b\n", "line 1: "),
        ("functions: {}\n", "do not stand one below the other"),
        ("functions:\n  first:\n    lang: a\nfunctions: []\n", "line 4: 'functions' comes twice"),
        ("x: &x [*x]\nfunctions:\n  first:\n    lang: portable\n", "mend it first"),
    ],
)
def test_file_that_is_not_added_to(text: str, said: str) -> None:
    with pytest.raises(BadSettings) as refused:
        whole(text)

    assert said in str(refused.value)
    assert str(refused.value).startswith("stack.yml")
    assert "\n" not in str(refused.value)
