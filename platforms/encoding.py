"""Percent-encoding, charsets, cookies and the mappings they fill: the text of a request is decoded here, once.

Imports the standard library alone, and the slow parts of it only when a request needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

# RFC 3986 3.3: the punctuation that may stand bare in a segment of a path
_SEGMENT_CHARS = "-._~!$&'()*+,;=:@"
_PATH_CHARS = "/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + _SEGMENT_CHARS
# RFC 9110 7.6.1 and the list of RFC 2616 13.5.1: they speak of one connection, which is the platform's own
HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "trailers", "transfer-encoding", "upgrade"),
    }
)


class BadRequest(Exception):
    """The caller's request is malformed: answered as `status` (a 4xx) with the message as its `error`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        if not 400 <= status <= 499:
            raise ValueError(f"a BadRequest is answered with a 4xx, not with {status}")
        self.status = status


class MultiDict(Mapping[str, str]):
    """Read-only mapping of a name to its first value; `getlist` gives every value, in the order they were sent."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(self._key(name), []).append(value)

    def __getitem__(self, name: str) -> str:
        return self._join(self._key(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"

    def getlist(self, name: str) -> list[str]:
        """Return every value of `name` in the order sent; an empty list if there is none."""
        return list(self._values.get(self._key(name), ()))

    def _key(self, name: str) -> str:
        return name

    def _join(self, key: str) -> str:
        return self._values[key][0]


class Headers(MultiDict):
    """Read-only, case-insensitive header mapping; iterates over lower-case names.

    The values of a repeated header are joined with `, ` (RFC 9110 5.3), those of Cookie with `; ` (RFC 9113 8.2.3).
    """

    __slots__ = ()

    def _key(self, name: str) -> str:
        return name.lower()

    def _join(self, key: str) -> str:
        values = self._values[key]
        return values[0] if len(values) == 1 else ("; " if key == "cookie" else ", ").join(values)


def canonical_path(raw_path: str) -> str:
    """Return the one spelling of a percent-encoded path that every platform gives; raises BadRequest."""
    if not raw_path.startswith("/"):
        raw_path = "/" if raw_path == "*" else f"/{raw_path}"
    if not raw_path.strip(_PATH_CHARS):
        return raw_path
    _check_escapes(raw_path, "the path")
    from urllib.parse import quote, unquote_to_bytes

    return "/".join(quote(unquote_to_bytes(segment), safe=_SEGMENT_CHARS) for segment in raw_path.split("/"))


def encode_path(path: str) -> str:
    """Return a decoded path percent-encoded; what was `%2F` before it was decoded is a `/` for good."""
    if not path.strip(_PATH_CHARS):
        return path
    from urllib.parse import quote

    return quote(path, safe="/" + _SEGMENT_CHARS, errors="replace")


def parse_pairs(text: str, what: str) -> list[tuple[str, str]]:
    """Return the decoded names and values of a query string or form; `what` names it in the BadRequest of a bad one."""
    _check_escapes(text, what)
    pairs = (part.replace("+", " ").partition("=") for part in text.split("&") if part)
    return [(unquote(name), unquote(value)) for name, _, value in pairs]


def unquote(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text, errors="replace")


def _check_escapes(text: str, what: str) -> None:
    if "%" in text:
        import re

        if bad := re.search("%(?![0-9A-Fa-f]{2}).{0,2}", text):
            raise BadRequest(f"{what} has a malformed percent-escape: {bad[0]!r} at position {bad.start()}")


def charset_of(content_type: str) -> str:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"')
    return "utf-8"


def cookie_pairs(header: str) -> Iterator[tuple[str, str]]:
    # RFC 6265 4.2.1; a cookie's text stays out of the message, it may be a session's key
    for number, part in enumerate(filter(None, map(str.strip, header.split(";"))), start=1):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise BadRequest(f"cookie {number} of the Cookie header is not name=value")
        yield name.strip(), value.strip()


def split_cookies(header: str) -> str:
    """Return a Cookie header with `; ` between its cookies, where a server has joined several headers with commas."""
    # a cookie's value may not hold a comma (RFC 6265 4.1.1); one that holds it all the same is left alone unless
    # another name=value follows
    if "," not in header:
        return header
    import re

    return re.sub(r", *(?=[!#$%&'*+.^_`|~\w-]+=)", "; ", header, flags=re.ASCII)
