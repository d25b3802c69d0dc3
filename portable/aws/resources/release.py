"""Publishing: a version is made and proven, and then the alias `live` moves to it. Pure.

A version counts as the target's if its code and its configuration are. So after a deploy that was killed, or whose
URL did not answer, the next one takes the version that there is and does not publish again.
"""

from __future__ import annotations

from typing import Any

from ...deploying.errors import BadSettings
from ..artifact.descriptions import release_description
from ..artifact.target import Target
from ..aws import NOT_FOUND
from ..names import Names
from ..plan import Action, Call, Plan, Step
from . import aliases, configuration, function
from .aliases import PUBLISHED
from .function_state import Alias, FunctionState


def changes(state: FunctionState | None, target: Target) -> list[Step]:
    """Return what makes the target live, or a canary. Raises BadSettings for a canary with nothing beside it."""
    live = state.live if state else None
    if state is None or live is None:
        return _first(state, target)
    if _is_like(state, live.version, target):
        return [*aliases.stop_canary(live, target.names), *aliases.mend(state, target.names)]
    version = canary_version(state, target)
    proof = _proof(target, version) if version else ()
    steps = [] if version else [_publish(state, target)]
    if target.canary_percent is None:
        return [*steps, aliases.switch(state, live, target.names, version or PUBLISHED, "deployed after", proof)]
    if version is None or version != live.canary_version or _percent(live) != target.canary_percent:
        steps.append(aliases.weigh(live, target.names, version or PUBLISHED, target.canary_percent, proof))
    return [*aliases.mend(state, target.names), *steps]


def prune(state: FunctionState | None, target: Target) -> list[Step]:
    """Return what deletes the oldest versions beyond `keep_versions`, after `changes` has been carried out.

    What an alias or a weight points to by then is kept, however old it is.
    """
    if state is None:
        return []
    publishes = any(step.kind == "version" for step in changes(state, target))
    numbers = [version["Version"] for version in state.versions]
    excess = len(numbers) + publishes - target.settings.keep_versions
    kept = _in_use_after(state, target)
    return [_delete(target.names, number) for number in [one for one in numbers if one not in kept][: max(0, excess)]]


def _first(state: FunctionState | None, target: Target) -> list[Step]:
    if target.canary_percent is not None:
        raise BadSettings(
            f"--canary {target.canary_percent}: {target.names.base} has no live version yet that the other calls "
            "could go to; deploy once without it"
        )
    version = canary_version(state, target)
    if version:
        return [aliases.create(target.names, version, _proof(target, version))]
    return [_publish(state, target), aliases.create(target.names, PUBLISHED)]


def canary_version(state: FunctionState | None, target: Target) -> str | None:
    """Return the version that is the target's already, None if it is yet to be published.

    That is the canary or the newest. Older ones are published anew.
    """
    if state is None:
        return None
    candidates = [state.live.canary_version] if state.live else []
    candidates += [version["Version"] for version in state.versions[-1:]]
    return next((number for number in candidates if number and _is_like(state, number, target)), None)


def _percent(live: Alias) -> int:
    return round(live.canary_weight * 100)


def _is_like(state: FunctionState, number: str, target: Target) -> bool:
    version = state.version(number)
    return version is not None and function.is_like(version, target)


def _publish(state: FunctionState | None, target: Target) -> Step:
    params = {
        "FunctionName": target.names.base,
        "CodeSha256": _code_sha256(state, target),
        "Description": release_description(target.package),
    }
    keeps = {"version": "Version", **_former(state)}
    call = Call("lambda", "publish_version", params, keeps, expects=_expected(target))
    return Step("+", "version", "new", actions=(call, *_proof(target, PUBLISHED)))


def _expected(target: Target) -> dict[str, Any]:
    """Return what the answer must say of the version's configuration, by JMESPath.

    Two deploys at once may mix, the code of one with the settings of the other: CodeSha256 guards the code alone. No
    RevisionId would do: it changes once more when an update is over, and what is read after that may be another's.
    """
    wanted = configuration.wanted(target)
    variables = wanted.pop("Environment")["Variables"]
    parts = {name: value for name, value in wanted.items() if isinstance(value, dict)}
    return {
        **{name: value for name, value in wanted.items() if name not in parts},
        **{f"{name}.{key}": value for name, part in parts.items() for key, value in part.items()},
        # it is not answered if there are none
        "Environment.Variables || `{}`": variables,
        "Architectures": [target.package.architecture],
    }


def _former(state: FunctionState | None) -> dict[str, str]:
    """Return what to keep of the answer: the version that `previous` is to point to.

    That is the live one, unless it is what Lambda answers with because nothing has changed since:
    https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
    """
    if state is None or state.live is None:
        return {}
    live = state.live.version
    return {"former": f"Version=='{live}' && '{aliases.way_back(state) or live}' || '{live}'"}


def _code_sha256(state: FunctionState | None, target: Target) -> str:
    """Return the hash that `$LATEST` has when it is published: its own if the same code was only packed differently."""
    if state is None:
        return target.package.code_sha256
    calls = Plan(tuple(function.changes(state, target))).calls()
    is_new = any(call.operation == "update_function_code" for call in calls)
    return target.package.code_sha256 if is_new else str(state.latest["CodeSha256"])


def _proof(target: Target, version: str) -> tuple[Action, ...]:
    return aliases.proof(target.names, version, smoke=target.smoke)


def _in_use_after(state: FunctionState, target: Target) -> set[str | None]:
    """Return the existing versions that aliases and weights point to once `changes` has been carried out."""
    live, version = state.live, canary_version(state, target)
    if live is None:
        return {*state.others, state.previous.version if state.previous else None, version}
    if _is_like(state, live.version, target):
        return {*state.others, live.version, aliases.way_back(state)}
    if target.canary_percent is None:
        return {*state.others, live.version, version}
    return {*state.others, live.version, aliases.way_back(state), version}


def _delete(names: Names, number: str) -> Step:
    params = {"FunctionName": names.base, "Qualifier": number}
    return Step("-", "version", number, actions=(Call("lambda", "delete_function", params, done_if=_GONE),))


_GONE = tuple(sorted(NOT_FOUND))
