"""Send all calls to the canary version. Pure."""

from __future__ import annotations

from ..deploying.errors import DeployError
from .names import Names
from .plan import Step
from .resources import aliases
from .resources.function_state import FunctionState


def changes(state: FunctionState | None, names: Names, *, smoke: bool = True) -> list[Step]:
    """Return the steps. Raises DeployError if no canary is in flight."""
    live = state.live if state else None
    if state is None or live is None or live.canary_version is None:
        raise DeployError(
            f"{names.base} has no canary to promote; `{names.command('deploy', '--canary', '10')}` starts one"
        )
    proof = aliases.proof(names, live.canary_version, smoke=smoke)
    return [aliases.switch(state, live, names, live.canary_version, "promoted after", proof)]
