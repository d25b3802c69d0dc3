"""Hypothesis strategies for what HTTP allows, with what must come of it: each is defined here, once."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from platforms.encoding import HOP_BY_HOP
from tests.conformance import Request

TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"
SEGMENT_SAFE = "-._~!$&'()*+,;=:@"
# what a hop, the front door or the shim itself has something to say about
RESERVED = HOP_BY_HOP | {"content-type", "content-length", "cookie", "set-cookie", "host", "expect", "content-encoding"}

# RFC 9110 5.5: visible ASCII, obs-text, and blanks inside
_header_values = st.text(
    st.sampled_from([chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))]), max_size=12
)
header_values = _header_values.map(str.strip)
cookie_values = st.text(st.sampled_from([c for c in map(chr, range(0x21, 0x7F)) if c not in '",;\\']), max_size=8)
texts = st.text(st.characters(codec="utf-8"), max_size=6)
tokens = st.text(st.sampled_from(TOKEN), min_size=1, max_size=8)


def is_free(name: str) -> bool:
    """Whether a header of this name goes through every hop as it is."""
    return name.lower() not in RESERVED and not name.lower().startswith(("x-forwarded", "x-openfaas"))


header_names = (st.sampled_from(["X-One", "x-one", "X-Two"]) | tokens).filter(is_free)


class Sent(NamedTuple):
    """A neutral request and what every handler must see of it.

    `segments` are the path's, decoded; `cookies` are name and value in the order sent.
    """

    request: Request
    method: str
    segments: list[str]
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    cookies: list[tuple[str, str]]
    body: bytes

    @property
    def path(self) -> str:
        """The path as a handler sees it."""
        return "/" + "/".join(self.segments)

    @property
    def raw_path(self) -> str:
        """The path's one canonical spelling."""
        return "/" + "/".join(quote(segment, safe=SEGMENT_SAFE) for segment in self.segments)


@st.composite
def encoded(draw: st.DrawFn, text: str, safe: str) -> str:
    """Return one of the ways to percent-encode a text: any byte may be encoded, in either case of hex."""
    if draw(st.booleans()):
        return quote(text, safe=safe)
    spelled = "".join(f"%{byte:02x}" for byte in text.encode())
    return spelled if draw(st.booleans()) else spelled.upper()


@st.composite
def query_parts(draw: st.DrawFn, name: str, value: str) -> str:
    """Return one of the ways to write a parameter."""
    if not value and name and draw(st.booleans()):
        return draw(encoded(name, ""))
    spellings: list[Callable[[str], str]] = [
        quote_plus,
        lambda text: quote(text, safe="~"),
        lambda text: quote(text, safe="/?:@!$'()*,;"),
    ]
    how = draw(st.sampled_from(spellings))
    return f"{how(name)}={how(value)}"


@st.composite
def requests(draw: st.DrawFn, *, methods: st.SearchStrategy[str] = tokens) -> Sent:
    """Return any request: method, path, query, headers, cookies and body."""
    method = draw(methods)
    segments = draw(st.lists(texts, min_size=1, max_size=4))
    query = draw(st.lists(st.tuples(texts, texts), max_size=4))
    # one spelling of each name: a gateway that groups values by name loses the order of `X-A: 1`, `x-a: 2`, `X-A: 3`
    spelling: dict[str, str] = {}
    pairs = draw(st.lists(st.tuples(header_names, header_values), max_size=4))
    headers = [(spelling.setdefault(name.lower(), name), value) for name, value in pairs]
    cookies = draw(st.lists(st.tuples(tokens, cookie_values), max_size=3))
    text = draw(st.booleans())
    body = draw(texts).encode() if text else draw(st.binary(max_size=40))
    content_type = draw(
        st.sampled_from(["text/plain", "application/json"] if text else ["application/octet-stream", "image/png"])
    )

    target = "/" + "/".join(draw(encoded(segment, SEGMENT_SAFE)) for segment in segments)
    if query:
        target += "?" + "&".join(draw(query_parts(name, value)) for name, value in query)
    sent = [*headers, ("Content-Type", content_type)]
    if cookies:
        sent.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
    return Sent(Request(method, target, tuple(sent), body), method.upper(), segments, query, headers, cookies, body)


class Answered(NamedTuple):
    """What a handler returned, part by part."""

    status: int
    headers: list[tuple[str, str]]
    cookies: list[str]
    body: bytes


@st.composite
def answers(draw: st.DrawFn, *, statuses: st.SearchStrategy[int] | None = None) -> Answered:
    """Return any answer: status, repeated headers in any case, several Set-Cookie, bytes."""
    status = draw(st.integers(200, 599) if statuses is None else statuses)
    headers = draw(st.lists(st.tuples(header_names, header_values), max_size=4))
    cookies = draw(st.lists(st.builds("{}={}; Path=/, x".format, tokens, cookie_values), max_size=3))
    text = draw(st.none() | texts)
    body = draw(st.binary(max_size=40) | st.just(bytes(range(256)))) if text is None else text.encode()
    if draw(st.booleans()):
        types = ["image/png", "a/b"] if text is None else ["text/plain; charset=utf-8", "application/json", "a/b"]
        headers.append(("content-type", draw(st.sampled_from(types))))
    return Answered(status, headers, cookies, body)
