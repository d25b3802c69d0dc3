"""What users type into forms, as what the gateway works with. A text that cannot be used is refused by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from ...stack.errors import Refused
from ...stack.messages import FunctionDeployment
from ..http.headers import HOP_BY_HOP, Headers

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MAX_SHOWN = 80
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_GATEWAYS_OWN = HOP_BY_HOP | {b"content-length", b"expect", b"host"}


class FunctionRequest(NamedTuple):
    """A request to a function."""

    method: str
    target: str
    headers: Headers
    """With names in lower case, as they are read from a connection."""
    body: bytes


def request_of(form: Mapping[str, str]) -> FunctionRequest:
    """Return the request that the form of a function's page stands for. Raises Refused."""
    method = form.get("method", "")
    if method not in METHODS:
        raise Refused(f"method must be one of {', '.join(METHODS)}, not {method[:MAX_SHOWN]!r}")
    path = form.get("path", "") or "/"
    if not path.startswith("/") or "#" in path or not path.isprintable():
        raise Refused(f"path begins with / and has no # in it: {path[:MAX_SHOWN]!r} is none")
    body = _unix(form.get("body", "")).encode(errors="replace")
    if body and method in ("GET", "HEAD"):
        raise Refused(f"a {method} has no body: empty the field, or choose another method")
    return FunctionRequest(method, quote(path, safe=_ASCII), list(_headers(form.get("headers", ""))), body)


def deployment_of(form: Mapping[str, str]) -> FunctionDeployment:
    """Return the deployment that the form of the page Deploy stands for. Raises Refused."""
    limits = {name: form.get(name, "").strip() for name in ("memory", "cpu")}
    fields: dict[str, Any] = {
        "service": form.get("name", "").strip(),
        "image": form.get("image", "").strip(),
        "envProcess": form.get("process", "").strip(),
        "envVars": _pairs("environment", form.get("environment", "")),
        "labels": _pairs("labels", form.get("labels", "")),
        "annotations": _pairs("annotations", form.get("annotations", "")),
        "secrets": [name.strip() for name in form.get("secrets", "").split(",") if name.strip()],
        "limits": limits if any(limits.values()) else None,
        "readOnlyRootFilesystem": "read_only" in form,
    }
    return FunctionDeployment.from_wire(fields)


def replicas_of(form: Mapping[str, str]) -> int:
    """Return how many replicas are asked for. Raises Refused."""
    written = form.get("replicas", "").strip()
    if not (written.isascii() and written.isdigit() and len(written) < 6):
        raise Refused(f"replicas must be a whole number from 0, not {written[:MAX_SHOWN]!r}")
    return int(written)


def _headers(written: str) -> Iterator[tuple[bytes, bytes]]:
    for line in _lines(written):
        name, colon, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or not _HEADER_NAME.fullmatch(name) or not value.isprintable() or not _fits_latin_1(value):
            raise Refused(f"headers: each line is `Name: value`, in Latin letters; {line[:MAX_SHOWN]!r} is not")
        if name.encode() in _GATEWAYS_OWN:
            raise Refused(f"headers: {name} is the gateway's to set; take the line out")
        yield name.encode(), value.encode("latin-1")


def _pairs(what: str, written: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in _lines(written):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise Refused(f"{what}: each line is NAME=VALUE; line {line.partition('=')[0][:MAX_SHOWN]!r} is not")
        if name.strip() in pairs:
            raise Refused(f"{what}: {name.strip()[:MAX_SHOWN]!r} is there twice")
        pairs[name.strip()] = value
    return pairs


def _lines(written: str) -> list[str]:
    return [line for line in _unix(written).split("\n") if line.strip()]


def _unix(written: str) -> str:
    """Return a text as it was typed: a browser sends each line's end as CRLF."""
    return written.replace("\r\n", "\n")


def _fits_latin_1(text: str) -> bool:
    return all(ord(character) < 0x100 for character in text)
