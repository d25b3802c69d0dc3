"""What is left out of a recorded call, because its name says that it is secret. Bodies are not looked into."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote_plus

from ..emulators.messages import Pairs, Request

_PARTS = (
    *("authorization", "cookie", "token", "secret", "passw", "credential", "signature", "session"),
    *("api_key", "apikey", "access_key", "functions_key", "private_key", "jwt", "csrf", "xsrf"),
)
_WORDS = {"auth", "sig"}
# as a whole: an access key of Azure Functions, and what OAuth gives out
_NAMES = {"code", "key"}


def is_secret(name: str) -> bool:
    """Whether what stands under this name, of a header or a parameter, is to be kept from others."""
    folded = name.lower().replace("-", "_")
    return folded in _NAMES or any(part in folded for part in _PARTS) or not _WORDS.isdisjoint(folded.split("_"))


def request_without_secrets(request: Request) -> tuple[Request, list[str]]:
    """Return a request without its secret headers and parameters of the query, and what these were."""
    headers, names = headers_without_secrets(request.headers)
    path, question, query = request.target.partition("?")
    parameters = query.split("&")
    kept = [one for one in parameters if not is_secret(_name(one))]
    if len(kept) == len(parameters):
        return replace(request, headers=headers), names
    names += [f"query {_name(one)}" for one in parameters if one not in kept]
    target = path + (question + "&".join(kept) if kept else "")
    return replace(request, headers=headers, target=target), names


def headers_without_secrets(headers: Pairs) -> tuple[Pairs, list[str]]:
    """Return headers without those whose name is secret, or that of a parameter in the value; and their names."""
    kept = tuple(pair for pair in headers if not _is_secret_header(*pair))
    names = dict.fromkeys(name for name, value in headers if (name, value) not in kept)
    return kept, [f"header {name}" for name in names]


def _name(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0])


def _is_secret_header(name: str, value: str) -> bool:
    return is_secret(name) or any(is_secret(_name(one)) for one in re.findall(r"[?&#;]\s*([^=&;\s]+)=", value))
