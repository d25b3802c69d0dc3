"""What the text of a request is decoded to, and which text is refused."""

from __future__ import annotations

import pytest

from platforms.encoding import (
    BadRequest,
    Headers,
    MultiDict,
    canonical_path,
    charset_of,
    cookie_pairs,
    encode_path,
    parse_pairs,
    unquote,
)


class TestMultiDict:
    def test_multi_dict_repeated_name_gives_first_and_all(self) -> None:
        query = MultiDict([("a", "1"), ("b", ""), ("a", "2")])

        assert query["a"] == "1"
        assert query.getlist("a") == ["1", "2"]
        assert dict(query) == {"a": "1", "b": ""}
        assert len(query) == 2
        assert repr(query) == "MultiDict({'a': ['1', '2'], 'b': ['']})"

    def test_multi_dict_absent_name_behaves_as_a_mapping(self) -> None:
        query = MultiDict()

        assert query.get("a") is None
        assert query.getlist("a") == []
        assert "a" not in query
        with pytest.raises(KeyError):
            query["a"]

    def test_multi_dict_values_changed_by_caller_stays_as_it_was(self) -> None:
        query = MultiDict([("a", "1")])
        query.getlist("a").append("2")

        assert query.getlist("a") == ["1"]

    def test_multi_dict_names_are_case_sensitive(self) -> None:
        assert "A" not in MultiDict([("a", "1")])


class TestHeaders:
    def test_headers_any_case_finds_the_value(self) -> None:
        headers = Headers([("Content-Type", "text/html")])

        assert headers["CONTENT-TYPE"] == "text/html"
        assert "content-type" in headers
        assert list(headers) == ["content-type"]

    def test_headers_repeated_joins_with_a_comma(self) -> None:
        headers = Headers([("X-A", "1"), ("x-a", "2")])

        assert headers["X-A"] == "1, 2"
        assert headers.getlist("x-A") == ["1", "2"]

    def test_headers_repeated_cookie_joins_with_a_semicolon(self) -> None:
        assert Headers([("Cookie", "a=1"), ("cookie", "b=2")])["cookie"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("raw_path", "canonical"),
    [
        ("", "/"),
        ("*", "/"),
        ("/", "/"),
        ("a", "/a"),
        ("/a-b_c.d~e", "/a-b_c.d~e"),
        ("/a;b=c,d@e:f!g$h&i'j(k)l*m+n", "/a;b=c,d@e:f!g$h&i'j(k)l*m+n"),
        ("/%41%7e", "/A~"),
        ("/%2f", "/%2F"),
        ("/a%2Fb", "/a%2Fb"),
        ("/caf%c3%a9", "/caf%C3%A9"),
        ("/café", "/caf%C3%A9"),
        ("/%ff", "/%FF"),
        ("/%00", "/%00"),
        ("/100%25", "/100%25"),
        ("/%2541", "/%2541"),
        ("/a b", "/a%20b"),
        ("/a%20b", "/a%20b"),
        ("/a%3fb%23", "/a%3Fb%23"),
        ("//a//", "//a//"),
        ("/a/./../b", "/a/./../b"),
        ("/[x]", "/%5Bx%5D"),
    ],
)
def test_canonical_path_of_any_spelling_is_one_spelling(raw_path: str, canonical: str) -> None:
    assert canonical_path(raw_path) == canonical
    assert canonical_path(canonical) == canonical


@pytest.mark.parametrize(("raw_path", "told"), [("/a%", "'%'"), ("/%zz", "'%zz'"), ("/%4", "'%4'"), ("/%%41", "'%%4'")])
def test_canonical_path_malformed_escape_names_it(raw_path: str, told: str) -> None:
    with pytest.raises(BadRequest, match=f"the path has a malformed percent-escape: {told} at position") as refused:
        canonical_path(raw_path)

    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("path", "encoded"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a b", "/a%20b"),
        ("/100%", "/100%25"),
        ("/café?#", "/caf%C3%A9%3F%23"),
        ("/+", "/+"),
    ],
)
def test_encode_path_decoded_path_is_canonical(path: str, encoded: str) -> None:
    assert encode_path(path) == encoded
    assert canonical_path(encoded) == encoded


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("&&", []),
        ("a", [("a", "")]),
        ("a=", [("a", "")]),
        ("=", [("", "")]),
        ("=a", [("", "a")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
        ("a=1;b=2", [("a", "1;b=2")]),
        ("a+b=c+d", [("a b", "c d")]),
        ("a%2Bb=%26%3D", [("a+b", "&=")]),
        ("a=%ff", [("a", "\ufffd")]),
        ("caf%c3%a9=%E2%98%83", [("café", "☃")]),
        ("a=%00", [("a", "\0")]),
    ],
)
def test_parse_pairs_any_query_is_decoded_once(text: str, pairs: list[tuple[str, str]]) -> None:
    assert parse_pairs(text, "the query string") == pairs


def test_parse_pairs_malformed_escape_names_what_and_where() -> None:
    with pytest.raises(BadRequest, match="the form has a malformed percent-escape: '%2g' at position 4"):
        parse_pairs("a=bc%2g", "the form")


def test_unquote_plain_text_is_itself() -> None:
    assert unquote("plain+text") == "plain+text"


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("", "utf-8"),
        ("text/plain", "utf-8"),
        ("text/plain; charset=iso-8859-1", "iso-8859-1"),
        ('text/plain;Charset="UTF-16"', "UTF-16"),
        ("text/plain; format=flowed; charset = latin-1 ", "latin-1"),
        ("text/plain; charset", ""),
        ("text/plain; xcharset=latin-1", "utf-8"),
    ],
)
def test_charset_of_content_type_is_its_parameter(content_type: str, charset: str) -> None:
    assert charset_of(content_type) == charset


@pytest.mark.parametrize(
    ("header", "pairs"),
    [
        ("", []),
        ("a=1", [("a", "1")]),
        ("a=1; b=2", [("a", "1"), ("b", "2")]),
        ("a=1;b=2;", [("a", "1"), ("b", "2")]),
        (" a = 1 ; ; b=", [("a", "1"), ("b", "")]),
        ('a="quoted"', [("a", '"quoted"')]),
        ("a=b=c==", [("a", "b=c==")]),
        ("a=%20", [("a", "%20")]),
    ],
)
def test_cookie_pairs_header_gives_names_and_values(header: str, pairs: list[tuple[str, str]]) -> None:
    assert list(cookie_pairs(header)) == pairs


@pytest.mark.parametrize("header", ["a=1; secret", "a=1; =secret", "a=1; ;secret"])
def test_cookie_pairs_malformed_names_its_number_and_not_its_text(header: str) -> None:
    with pytest.raises(BadRequest, match="cookie 2 of the Cookie header is not name=value") as refused:
        list(cookie_pairs(header))

    assert "secret" not in str(refused.value)
