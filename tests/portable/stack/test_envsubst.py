"""Variables in a stack file: what faas-cli puts in, what it leaves, and what is refused rather than read otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portable.stack.envsubst import envsubst

ENVIRON = {"HOST": "hub", "empty": "", "odd": "${HOST} $$ }"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain: 1 } { $ $HOST", "plain: 1 } { $ $HOST"),
        ("${HOST}", "hub"),
        ("a${HOST}b${HOST}", "ahubbhub"),
        ("[${missing}]", "[]"),
        ("${missing:-other}", "other"),
        ("${empty:-other}", "other"),
        ("${HOST:-other}", "hub"),
        ("${missing:=other}", "other"),
        ("${missing=other}", "other"),
        ("[${missing:-}]", "[]"),
        ("${missing:-http://a:80/x}", "http://a:80/x"),
        ("image: ${REG:-${HOST}/me}", "image: hub/me"),
        ("${a:-${b:-${c:-deep}}}", "deep"),
        ("$${HOST}", "${HOST}"),
        ("$${a:-${HOST}}", "${a:-hub}"),
        ("5$$ or $$$$", "5$ or $$"),
        (r"a\/b\\c\n", r"a/b\c\n"),
        ("${odd}", "${HOST} $$ }"),
        ("${missing:-two\nlines}", "two\nlines"),
    ],
)
def test_text_has_its_variables_put_in(text: str, expected: str) -> None:
    assert envsubst(text, ENVIRON) == expected


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("${", 1, "${"),
        ("a\nb: ${}", 2, "${}"),
        ("a\n\n${HOST", 3, "${HOST"),
        ("${HOST:-x", 1, "${HOST:-x"),
        ("${TAG-latest}", 1, "${TAG-latest}"),
        ("${HOST^^}", 1, "${HOST^^}"),
        ("${HOST:?no}", 1, "${HOST:?no}"),
        ("${1}", 1, "${1}"),
        ("${a:-${}}", 1, "${}"),
    ],
)
def test_unknown_form_is_refused_with_its_line(text: str, line: int, found: str) -> None:
    with pytest.raises(ValueError, match="is no variable") as caught:
        envsubst(text, ENVIRON)

    assert str(caught.value).startswith(f"line {line}: {found!r} ")
    assert "${VAR:-default}" in str(caught.value)


@given(st.text(st.characters(exclude_characters="$\\")))
def test_text_without_dollars_is_left_alone(text: str) -> None:
    assert envsubst(text, ENVIRON) == text


@given(st.text(), st.text(), st.dictionaries(st.from_regex("[A-Z_]+", fullmatch=True), st.text()))
def test_escaped_text_and_values_come_out_as_they_are(before: str, after: str, environ: dict[str, str]) -> None:
    def escape(text: str) -> str:
        return text.replace("\\", "\\\\").replace("$", "$$")

    written = escape(before) + "".join(f"${{{name}}}" for name in environ) + escape(after)

    assert envsubst(written, environ) == before + "".join(environ.values()) + after


@given(st.text("${}:-=A\\/ \n"))
def test_any_text_is_put_in_or_refused(text: str) -> None:
    try:
        envsubst(text, {"A": "a"})
    except ValueError as error:
        assert "line " in str(error)  # noqa: PT017 - either is fine
