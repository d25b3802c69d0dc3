"""Which emulators names stand for."""

from __future__ import annotations

import pytest

from portable.emulators.errors import Unavailable
from portable.emulators.registry import EMULATORS, emulators


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["all"], list(EMULATORS)),
        (["aws_lambda"], ["aws_lambda:rest"]),
        (["wsgi", "aws_lambda:url", "wsgi"], ["wsgi", "aws_lambda:url"]),
        (["openwhisk", "all"], ["openwhisk", *(one for one in EMULATORS if one != "openwhisk")]),
    ],
)
def test_emulators_are_what_is_named_each_once(names: list[str], found: list[str]) -> None:
    assert emulators(names) == found


@pytest.mark.parametrize("name", ["lambda", "aws_lambda:rst", "wsgi:http", ""])
def test_emulator_that_is_none_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(Unavailable, match=f"no platform {name!r}: it takes all, aws_lambda, wsgi, .*azure_functions"):
        emulators([name])
