"""Go back: from a canary to what is live, from what is live to what was, or to a version by its number. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..deploying.errors import BadSettings, DeployError
from .names import Names
from .plan import Step
from .resources import aliases
from .resources.function_state import Alias, FunctionState


@dataclass(frozen=True)
class Rollback:
    """What a rollback does to the aliases: no steps if there is nothing to do.

    `version` is what is live after it. Nothing takes it back: whoever asks for it wants to be away from what was live.
    """

    version: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    moves_api: bool = True
    """Whether the API goes with it: not if a canary alone ends, for that never had a spec of its own."""


def changes(state: FunctionState | None, names: Names, to: str | None = None, *, smoke: bool = True) -> Rollback:
    """Return what goes back to version `to`; None: out of a canary if one is in flight, else to `previous`.

    Raises BadSettings for a version that does not exist, DeployError if there is nothing to go back to.
    """
    live = state.live if state else None
    if state is None or live is None:
        raise DeployError(f"{names.base} has no live version to go back from; `{names.command('deploy')}` makes one")
    if to is not None and state.version(to) is None:
        raise BadSettings(f"--to {to}: {_choice(state, live, names)}")
    if to == live.version or (to is None and live.canary_version is not None):
        return _stay(state, live, names)
    if to is None and aliases.is_rollback_unfinished(state):
        return _finish(state, live, names)
    return _go(state, live, names, to, smoke=smoke)


def _stay(state: FunctionState, live: Alias, names: Names) -> Rollback:
    steps = (*aliases.stop_canary(live, names), *aliases.mend(state, names))
    note = f"version {live.version} is live already"
    if live.canary_version is not None:
        note = f"the canary, version {live.canary_version}, gets no more calls; version {live.version} stays live"
    return Rollback(live.version, steps, (note,), moves_api=live.canary_version is None)


def _finish(state: FunctionState, live: Alias, names: Names) -> Rollback:
    note = (
        f"a rollback was interrupted after version {live.version} had become live: this finishes it; "
        f"the next one goes to version {aliases.way_back(state)}"
    )
    return Rollback(live.version, tuple(aliases.mend(state, names)), (note,))


def _go(state: FunctionState, live: Alias, names: Names, to: str | None, *, smoke: bool) -> Rollback:
    version = to or aliases.way_back(state)
    if version in (None, live.version) or state.version(version) is None:
        raise DeployError(f"there is no version before {live.version} to go back to: {_choice(state, live, names)}")
    proof = aliases.proof(names, version, smoke=smoke)
    step = aliases.switch(state, live, names, version, "rolled back from", proof)
    note = f"a second rollback would go forward again, to version {live.version}"
    return Rollback(version, (replace(step, undo=()),), (note,))


def _choice(state: FunctionState, live: Alias, names: Names) -> str:
    numbers = ", ".join(version["Version"] for version in state.versions)
    return f"{names.base} has the versions {numbers}; {live.version} is live"
