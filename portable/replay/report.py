"""What is told of the results: lines for people, an object for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .call_file import as_expected
from .replaying import Result

_MOST_CHARS = 2000


def lines(path: str, results: Sequence[Result]) -> Iterator[str]:
    """Give what people read of a call's results, last a count; a reply is shown unless it is the expected one."""
    yield path
    for result in results:
        status = "---" if result.reply is None else result.reply.status
        yield f"  {result.emulator:<16} {status} {_verdict(result)}"
        yield from (f"    differs: {difference}" for difference in result.differences or ())
        if result.note and result.note not in (result.differences or ()):
            yield f"    note: {result.note}"
        if result.differences or result.differences is None:
            yield from (f"    {line}".rstrip() for line in _shown(result))
    good = sum(result.is_good for result in results)
    yield f"{good} of {len(results)} {_counted(results)}"


def facts(path: str, results: Sequence[Result]) -> list[Mapping[str, Any]]:
    """Return what machines read of a call's results; `reply` is as `expected` of a file is written."""
    return [
        {
            "call": path,
            "platform": result.emulator,
            "good": result.is_good,
            "differences": None if result.differences is None else list(result.differences),
            "note": result.note,
            **({"result": result.result} if result.reply is None else {"reply": as_expected(result.reply)}),
        }
        for result in results
    ]


def _verdict(result: Result) -> str:
    if result.differences is None:
        return "answered" if result.is_good else "failed"
    return "as expected" if result.is_good else "differs"


def _counted(results: Sequence[Result]) -> str:
    names = ", ".join(result.emulator for result in results if not result.is_good)
    what = "answered" if results[0].differences is None else "as expected"
    return f"{what}; not so: {names}" if names else what


def _shown(result: Result) -> Iterator[str]:
    """Give a reply's headers and body, or a result, without what would steer a terminal."""
    if result.reply is None:
        if not result.failed:
            yield json.dumps(result.result, ensure_ascii=False)
        return
    yield from (_plain(f"{name}: {value}") for name, value in result.reply.headers)
    if not result.reply.body:
        return
    yield ""
    try:
        text = result.reply.body.decode()
    except UnicodeDecodeError:
        yield f"({len(result.reply.body)} bytes that are no text: --json has them)"
        return
    yield from _plain(text[:_MOST_CHARS]).splitlines()
    if len(text) > _MOST_CHARS:
        yield f"({len(text) - _MOST_CHARS} characters more: --json has them)"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)
