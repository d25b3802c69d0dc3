"""The function itself: `$LATEST` and what is not part of a version. No call of a user's ever runs `$LATEST`.

So it does not matter that configuration and code of `$LATEST` change one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...deploying.changes import Difference
from ..artifact.descriptions import code_digest_of
from ..artifact.target import Package, Target
from ..aws import NOT_FOUND
from ..names import Names
from ..plan import Action, Call, Step, Wait
from . import configuration, tagging
from .function_state import FunctionState

_KIND = "function"
_FAILURES = (("State", "StateReason"), ("LastUpdateStatus", "LastUpdateStatusReason"))


def changes(state: FunctionState | None, target: Target, *, role_is_new: bool = False) -> list[Step]:
    """Return the steps that make `$LATEST`, tags and concurrency what the target says. Raises Refused if it is taken.

    With a role that is made anew under the old name the configuration is sent again, as it is: Lambda allowed the old
    role to read the variables, and no other. Versions that are published already cannot be given that: see `notes`.
    AWS refuses a reserved concurrency that leaves less than 100 to the account's other functions.
    """
    if state is None:
        return [_creation(target), *_concurrency(None, target)]
    tagging.check_ours(state.tags, target.names, f"Lambda function {target.names.base}")
    return [*_update(state, target, role_is_new=role_is_new), *_concurrency(state.reserved_concurrency, target)]


def notes(state: FunctionState | None, target: Target, *, role_is_new: bool) -> list[str]:
    """Return what the reader should know of a function whose role is made anew; nothing if it has no variables.

    https://repost.aws/knowledge-center/lambda-kmsaccessdeniedexception-errors
    """
    variables = configuration.wanted(target)["Environment"]["Variables"]
    if state is None or not role_is_new or not variables:
        return []
    return [
        f"the role of {target.names.base} was gone and is made anew; versions published before may not be able to "
        "read their variables: if calls fail with KMSAccessDeniedException, change a setting (memory_mb) and deploy"
    ]


def removal(state: FunctionState | None, names: Names) -> list[Step]:
    """Return the step that deletes it with its versions, aliases, permissions and URL; none if it is not ours."""
    if state is None or not names.is_ours(state.tags):
        return []
    delete = Call("lambda", "delete_function", {"FunctionName": names.base}, done_if=tuple(sorted(NOT_FOUND)))
    return [Step("-", _KIND, names.base, (), (delete,))]


def differences(found: Mapping[str, Any], target: Target) -> tuple[Difference, ...]:
    """Return how a configuration, a version's or that of `$LATEST`, differs from the target."""
    same = found.get("CodeSha256") == target.package.code_sha256 or _has_digest(found, target.package)
    return (
        *_failures(found),
        *configuration.differences(found, target),
        *_code_differences(found, target.package, same=same),
    )


def is_like(found: Mapping[str, Any], target: Target) -> bool:
    """Tell whether a configuration, a version's or that of `$LATEST`, is the target's, in code too."""
    return not differences(found, target)


def is_same_code(state: FunctionState, package: Package) -> bool:
    """Tell whether `$LATEST` has the package's code, however it was packed: a version of the same zip says so."""
    code_sha256 = state.latest.get("CodeSha256")
    return code_sha256 == package.code_sha256 or any(
        one.get("CodeSha256") == code_sha256 and _has_digest(one, package) for one in state.versions
    )


def _creation(target: Target) -> Step:
    names, package = target.names, target.package
    params = {
        "FunctionName": names.base,
        **configuration.wanted(target),
        "Architectures": [package.architecture],
        "Code": {"ZipFile": package.content},
        "Publish": False,
        "Tags": dict(target.tags),
    }
    create = Call("lambda", "create_function", params)
    differences = (*configuration.first(target), *_code_differences({}, package, same=False))
    return Step("+", _KIND, names.base, differences, (create, _wait("function_active_v2", names)))


def _update(state: FunctionState, target: Target, *, role_is_new: bool) -> list[Step]:
    names, package = target.names, target.package
    failures = list(_failures(state.latest))
    settings = list(configuration.differences(state.latest, target))
    if role_is_new:
        settings.insert(0, Difference("role", "gone", "made anew"))
    code = list(_code_differences(state.latest, package, same=is_same_code(state, package)))
    updated = _wait("function_updated_v2", names)
    actions: list[Action] = []
    if failures or settings:
        params = {"FunctionName": names.base, **configuration.wanted(target)}
        actions += [Call("lambda", "update_function_configuration", params), updated]
    if failures or code:
        # the architecture belongs to the code: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
        params = {
            "FunctionName": names.base,
            "ZipFile": package.content,
            "Architectures": [package.architecture],
            "Publish": False,
        }
        actions += [Call("lambda", "update_function_code", params), updated]
    actions += tagging.calls("lambda", {"Resource": names.function_arn}, state.tags, target.tags, pairs=False)
    tags = tagging.differences(state.tags, target.tags)
    return [Step("~", _KIND, names.base, (*failures, *settings, *code, *tags), tuple(actions))] if actions else []


def _concurrency(before: int | None, target: Target) -> list[Step]:
    after, name = target.settings.reserved_concurrency, target.names.base
    if before == after:
        return []
    difference = Difference("reserved", _text(before), _text(after))
    if after is None:
        delete = Call("lambda", "delete_function_concurrency", {"FunctionName": name})
        return [Step("-", "concurrency", name, (difference,), (delete,))]
    params = {"FunctionName": name, "ReservedConcurrentExecutions": after}
    put = Call("lambda", "put_function_concurrency", params)
    return [Step("+" if before is None else "~", "concurrency", name, (difference,), (put,))]


def _failures(found: Mapping[str, Any]) -> Iterator[Difference]:
    for state, reason in _FAILURES:
        if found.get(state) == "Failed":
            yield Difference("state", f"failed: {found.get(reason) or 'Lambda does not say why'}", "active")


def _code_differences(found: Mapping[str, Any], package: Package, *, same: bool) -> Iterator[Difference]:
    before = (found.get("Architectures") or ["x86_64"])[0] if found else None
    if before != package.architecture:
        yield Difference("architecture", before, package.architecture)
    if not same:
        commit = f", commit {package.commit}" if package.commit else ""
        current = found.get("CodeSha256")
        yield Difference("code", current and current[:12], package.code_sha256[:12] + commit)


def _has_digest(found: Mapping[str, Any], package: Package) -> bool:
    return code_digest_of(found.get("Description") or "") == package.digest


def _wait(waiter: str, names: Names) -> Wait:
    return Wait(waiter, {"FunctionName": names.base})


def _text(count: int | None) -> str | None:
    return None if count is None else str(count)
