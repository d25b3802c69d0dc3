"""The published versions as `versions` lists them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .artifact.descriptions import code_digest_of, commit_of
from .names import ALIAS_LIVE, ALIAS_PREVIOUS
from .resources.aliases import way_back
from .resources.function_state import FunctionState


@dataclass(frozen=True)
class Row:
    """One published version.

    `marks` are `live`, `previous` and `canary`; `canary_percent` is its share of the calls. `commit` and `digest` are
    empty for a version that somebody else published. `modified` is Lambda's text, ISO 8601.
    """

    version: str
    marks: tuple[str, ...]
    canary_percent: int | None
    commit: str
    digest: str
    modified: str

    def __str__(self) -> str:
        marks = " ".join(self.marks)
        if self.canary_percent is not None:
            marks += f" {self.canary_percent} %"
        line = f"{self.version:>5}  {marks:14}  {self.commit or '-':10}  {self.digest[:12] or '-':12}  {self.modified}"
        return line.rstrip()


def rows(state: FunctionState | None) -> list[Row]:
    """Return a row for each version, the newest first; none if there is no function."""
    return [] if state is None else [_row(state, version) for version in reversed(state.versions)]


def _row(state: FunctionState, version: Mapping[str, Any]) -> Row:
    number, description = version["Version"], version.get("Description", "")
    is_canary = state.live is not None and state.live.canary_version == number
    return Row(
        number,
        tuple(_marks(state, number)),
        round(state.live.canary_weight * 100) if state.live and is_canary else None,
        commit_of(description) or "",
        code_digest_of(description) or "",
        version.get("LastModified", ""),
    )


def _marks(state: FunctionState, number: str) -> Iterator[str]:
    if state.live and state.live.version == number:
        yield ALIAS_LIVE
    if state.live and state.live.canary_version == number:
        yield "canary"
    if way_back(state) == number:
        yield ALIAS_PREVIOUS
