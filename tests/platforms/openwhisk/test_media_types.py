"""The table that decides what is base64, by facts of Pekko's registry and its parser of media types."""

import pytest

from platforms.openwhisk.media_types import BINARY, TEXT, is_json, is_json_family, is_text, parse

# content type -> text, exactly application/json, of the JSON family
TABLE = {
    "": (False, False, False),
    "rubbish": (False, False, False),
    "text/html;": (False, False, False),
    "text/html; charset": (False, False, False),
    "text/html, text/plain": (False, False, False),
    "text/plain": (True, False, False),
    "Text/PLAIN": (True, False, False),
    "text/html; charset=utf-8": (True, False, False),
    "text/event-stream": (True, False, False),
    "text/unlisted": (False, False, False),
    "text/unlisted; charset=utf-8": (True, False, False),
    'text/unlisted; CHARSET="utf-8"': (True, False, False),
    "text/javascript": (False, False, False),
    "application/javascript": (True, False, False),
    "application/xml": (True, False, False),
    "application/problem+xml": (True, False, False),
    "application/x-www-form-urlencoded": (True, False, False),
    "application/json": (True, True, True),
    "application/json; charset=utf-8": (True, True, True),
    "application/json;charset=iso-8859-1": (True, True, True),
    "application/json; profile=x": (True, False, False),
    "application/json; profile=x; charset=utf-8": (True, False, False),
    "application/problem+json": (True, False, True),
    "application/vnd.api+json": (True, False, True),
    "application/vnd.x+json": (False, False, True),
    "application/vnd.x+json; charset=utf-8": (True, False, True),
    "application/vnd.x+json; v=1": (False, False, False),
    "text/plain; was=ld+json": (True, False, True),
    'text/plain; was="ld+json"': (True, False, True),
    'text/plain; was="application/ld+json"': (True, False, False),
    "application/cloudevents+json": (False, False, True),
    "application/x-ndjson": (False, False, False),
    "application/graphql": (False, False, False),
    "application/octet-stream": (False, False, False),
    "application/octet-stream; charset=utf-8": (False, False, False),
    "application/pdf": (False, False, False),
    "application/zip": (False, False, False),
    "image/svg+xml": (False, False, False),
    "image/svg+xml; charset=utf-8": (False, False, False),
    "image/avif": (False, False, False),
    "audio/mpeg": (False, False, False),
    "video/mp4": (False, False, False),
    "font/woff2": (False, False, False),
    "message/http": (False, False, False),
    "multipart/form-data; boundary=x": (False, False, False),
    "multipart/unlisted; charset=utf-8": (False, False, False),
    "application/vnd.ms-excel.sheet.macroEnabled.12; charset=utf-8": (False, False, False),
}


@pytest.mark.parametrize("content_type", TABLE)
def test_type_is_held_for_what_pekko_holds_it_for(content_type: str) -> None:
    media_type = parse(content_type)

    assert (is_text(media_type), is_json(media_type), is_json_family(media_type)) == TABLE[content_type]


@pytest.mark.parametrize(
    ("content_type", "essence", "value", "charset"),
    [
        ("text/plain", "text/plain", "text/plain", None),
        ("TEXT/Plain ; Charset=Latin-1 ", "text/plain", "text/plain", "Latin-1"),
        ('text/plain; charset="a\\"b"', "text/plain", "text/plain", 'a"b'),
        ("text/plain; b=2; a=1", "text/plain", "text/plain; a=1; b=2", None),
        ('text/plain; a="x;charset=y"', "text/plain", 'text/plain; a="x;charset=y"', None),
    ],
)
def test_parameters_are_told_apart(content_type: str, essence: str, value: str, charset: str | None) -> None:
    assert parse(content_type) == (essence, value, charset)


def test_no_type_is_both_text_and_binary() -> None:
    assert not TEXT & BINARY
    assert all(name == name.lower() and parse(name) for name in TEXT | BINARY)
