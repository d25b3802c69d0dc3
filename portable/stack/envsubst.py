"""`${VAR}` in a stack file, as faas-cli reads it: by the rules of github.com/drone/envsubst, comments too."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"\$\{|\$\$|\\[\\/]")
_NAME = re.compile(r"[^\W\d]\w*", re.ASCII)
_DEFAULT = re.compile(r":-|:=|=")
_IN_DEFAULT = re.compile(r"\$\{|\}")


def envsubst(text: str, environ: Mapping[str, str]) -> str:
    r"""Return `text` with each variable's value in its place, which is not looked at again.

    `${VAR}` is empty if there is no VAR; `${VAR:-default}`, `${VAR:=default}` and `${VAR=default}` take the default if
    it is missing or empty, and may have another variable in it. `$$` stands for `$` (so `$${VAR}` is left as `${VAR}`),
    `\\` for `\` and `\/` for `/`. A `$` before anything else is itself.

    Raises ValueError, naming the line, for a `${` that is none of these.
    """
    pieces = []
    at = 0
    while match := _TOKEN.search(text, at):
        pieces.append(text[at : match.start()])
        if match[0] == "${":
            value, at = _variable(text, match.start(), environ)
            pieces.append(value)
        else:
            pieces.append(match[0][1])
            at = match.end()
    return "".join([*pieces, text[at:]])


def _variable(text: str, start: int, environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the value of the `${` at `start`, and where the text goes on after its `}`."""
    name = _NAME.match(text, start + 2)
    if not name:
        raise _error(text, start)
    value = environ.get(name[0], "")
    if text.startswith("}", name.end()):
        return value, name.end() + 1
    default = _DEFAULT.match(text, name.end())
    if not default:
        raise _error(text, start)
    pieces = []
    at = default.end()
    while match := _IN_DEFAULT.search(text, at):
        pieces.append(text[at : match.start()])
        if match[0] == "}":
            return value or "".join(pieces), match.end()
        nested, at = _variable(text, match.start(), environ)
        pieces.append(nested)
    raise _error(text, start)


def _error(text: str, start: int) -> ValueError:
    line_number = text.count("\n", 0, start) + 1
    found = text[start : start + 80].partition("\n")[0].partition("}")
    return ValueError(
        f"line {line_number}: {''.join(found[:2])!r} is no variable; "
        "write ${VAR} or ${VAR:-default}, and $${ where a plain ${ is meant"
    )
