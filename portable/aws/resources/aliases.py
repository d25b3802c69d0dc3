"""The aliases `live` and `previous`: who gets the calls, and what a rollback goes back to. Pure.

`live` moves first, then `previous`, and the call that moves `live` writes into its description which version it was
on before. That is one atomic change, so a kill between the two calls loses nothing: the way back is in the
description, and the next deploy, rollback or promote brings `previous` up to date.

The other order has no such place: `previous` would stand on the version that is live, and what it stood on before
would be forgotten. A rollback killed there would even have lost the version that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from ...deploying.changes import Difference
from ..aws import NOT_FOUND
from ..names import ALIAS_LIVE, ALIAS_PREVIOUS, Names
from ..plan import Action, Call, CheckVersion, Fill, Step, Wait
from .function_state import Alias, FunctionState

Cause: TypeAlias = Literal["deployed after", "promoted after", "rolled back from"]
PUBLISHED = "{version}"
"""In place of a version's number: the one that the plan publishes."""
_RECORD = re.compile(r"version ([0-9]+), (deployed after|promoted after|rolled back from) ([0-9]+)")


def create(names: Names, version: str, proof: tuple[Action, ...] = ()) -> Step:
    """Return the step that makes `live`. There is nothing to take it back to."""
    call = _change(names, "create_alias", ALIAS_LIVE, {"FunctionVersion": _text(version)}, keep=True)
    return Step("+", "alias", ALIAS_LIVE, (Difference("version", None, _readable(version)),), (*proof, call))


def switch(
    state: FunctionState, live: Alias, names: Names, version: str, cause: Cause, proof: tuple[Action, ...] = ()
) -> Step:
    """Return the step that moves all calls to a version, and `previous` to what was live.

    Before one with PUBLISHED the plan must get to know `version`, and `former`: what `previous` is to point to.
    """
    former = "{former}" if version == PUBLISHED else live.version
    params: dict[str, Any] = {
        "FunctionVersion": _text(version),
        "RevisionId": live.revision_id,
        "RoutingConfig": {"AdditionalVersionWeights": {}},
        "Description": _text(f"version {version}, {cause} {former}"),
    }
    return Step(
        "~",
        "alias",
        ALIAS_LIVE,
        tuple(_switched(state, live, version)),
        (
            *proof,
            _change(names, "update_alias", ALIAS_LIVE, params, keep=True),
            _set_previous(state, names, former),
        ),
        undo=(_restore(live, names), _restore_previous(state, names)),
    )


def weigh(live: Alias, names: Names, version: str, percent: int, proof: tuple[Action, ...] = ()) -> Step:
    """Return the step that sends a share of the calls, 1 to 99 %, to a version; the others stay where they are."""
    weights = {"AdditionalVersionWeights": {_text(version): percent / 100}}
    call = _change(names, "update_alias", ALIAS_LIVE, {"RevisionId": live.revision_id, "RoutingConfig": weights})
    shares = Difference("canary", _canary(live), _share(percent, version))
    return Step("~", "alias", ALIAS_LIVE, (shares,), (*proof, call), undo=(_restore(live, names),))


def stop_canary(live: Alias, names: Names) -> list[Step]:
    """Return the step that takes the calls from a canary; none if there is none."""
    if live.canary_version is None:
        return []
    params = {"RevisionId": live.revision_id, "RoutingConfig": {"AdditionalVersionWeights": {}}}
    call = _change(names, "update_alias", ALIAS_LIVE, params)
    return [Step("~", "alias", ALIAS_LIVE, (Difference("canary", _canary(live), None),), (call,))]


def mend(state: FunctionState, names: Names) -> list[Step]:
    """Return the step that brings `previous` to where an interrupted command would have; none if it is there."""
    former, before = way_back(state), _previous(state)
    if former is None or former == before:
        return []
    sign: Literal["+", "~"] = "~" if before else "+"
    difference = Difference("version", before, former)
    return [Step(sign, "alias", ALIAS_PREVIOUS, (difference,), (_set_previous(state, names, former),))]


def way_back(state: FunctionState) -> str | None:
    """Return the version that was live before the one that is; None if there is none."""
    recorded = _record(state.live)
    if recorded and state.version(recorded[2]):
        return recorded[2]
    return _previous(state)


def is_rollback_unfinished(state: FunctionState) -> bool:
    """Tell whether a rollback was killed after it had moved `live`: another one must not go forward again."""
    recorded = _record(state.live)
    return bool(recorded and recorded[1] == "rolled back from" and way_back(state) != _previous(state))


def proof(names: Names, version: str, *, smoke: bool) -> tuple[Action, ...]:
    """Return what proves a version before it gets calls; without `smoke` that it can be called at all."""
    wait = Wait("published_version_active", {"FunctionName": names.base, "Qualifier": _text(version)})
    return (wait, CheckVersion(_text(version))) if smoke else (wait,)


def _record(live: Alias | None) -> tuple[str, str, str] | None:
    """Return version, cause and former version; None if whoever moved the alias left no such record."""
    found = _RECORD.fullmatch(live.description) if live else None
    if live is None or found is None or found[1] != live.version or found[3] == live.version:
        return None
    return found[1], found[2], found[3]


def _switched(state: FunctionState, live: Alias, version: str) -> Iterator[Difference]:
    yield Difference("version", live.version, _readable(version))
    if live.canary_version is not None:
        yield Difference("canary", _canary(live), None)
    if _previous(state) != live.version:
        yield Difference(ALIAS_PREVIOUS, _previous(state), live.version)


def _previous(state: FunctionState) -> str | None:
    return state.previous.version if state.previous else None


def _set_previous(state: FunctionState, names: Names, version: str) -> Call:
    operation = "update_alias" if state.previous else "create_alias"
    return _change(names, operation, ALIAS_PREVIOUS, {"FunctionVersion": _text(version)})


def _restore(live: Alias, names: Names) -> Call:
    """Return the call that puts `live` back to what it was, whatever its revision is by then."""
    weights = {live.canary_version: live.canary_weight} if live.canary_version else {}
    params = {
        "FunctionVersion": live.version,
        "RoutingConfig": {"AdditionalVersionWeights": weights},
        "Description": live.description,
    }
    return _change(names, "update_alias", ALIAS_LIVE, params)


def _restore_previous(state: FunctionState, names: Names) -> Call:
    if state.previous is None:
        params = {"FunctionName": names.base, "Name": ALIAS_PREVIOUS}
        return Call("lambda", "delete_alias", params, done_if=tuple(sorted(NOT_FOUND)))
    return _set_previous(state, names, state.previous.version)


def _change(names: Names, operation: str, alias: str, params: Mapping[str, Any], *, keep: bool = False) -> Call:
    keeps = {"version": "FunctionVersion"} if keep else {}
    return Call("lambda", operation, {"FunctionName": names.base, "Name": alias, **params}, keeps)


def _canary(live: Alias) -> str | None:
    return None if live.canary_version is None else _share(live.canary_weight * 100, live.canary_version)


def _share(percent: float, version: str) -> str:
    return f"{percent:g} % to {'the new one' if version == PUBLISHED else f'version {version}'}"


def _readable(version: str) -> str:
    return "the new one" if version == PUBLISHED else version


def _text(text: str) -> str | Fill:
    return Fill(text) if "{" in text else text
