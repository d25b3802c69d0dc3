"""Who may call the alias `live`: what each front door needs in its resource policy, and nothing else.

A statement's id is made of its content. So a change is another statement: the new one is added before the door that
needs it serves, and the old one removed after. Only ids that begin with ours are ever removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..aws import NOT_FOUND
from ..names import ALIAS_LIVE, Names
from ..plan import Call, Fill, Step
from ..settings import Settings

_PREFIX = "portable-"
_GATEWAY = "apigateway.amazonaws.com"
_GONE = tuple(sorted(NOT_FOUND))
_KIND = "permission"


@dataclass(frozen=True)
class Permission:
    """One statement. `params` are add_permission's arguments, but for the function, the alias and the id."""

    caller: str
    """Whom it lets in, for people."""
    sid: str | Fill
    params: Mapping[str, Any]


def for_rest(names: Names, api_id: str | None) -> tuple[Permission, ...]:
    """Return what the REST API needs: any method and path of this one stage. Without an id it is filled in later."""
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html
    return (_for_api("REST API", names, api_id, f"{names.stage}/*/*"),)


def for_http(names: Names, api_id: str | None) -> tuple[Permission, ...]:
    """Return what the HTTP API needs: its only stage and its only route are called $default."""
    # The console writes `{api_id}/*/$default` for such a route, which this matches; not tried on AWS.
    return (_for_api("HTTP API", names, api_id, "*/*"),)


def for_url(settings: Settings) -> tuple[Permission, ...]:
    """Return what a URL for everybody needs: two statements. With AWS_IAM the callers' own policies decide.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    if settings.url_auth == "AWS_IAM":
        return ()
    use = {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"}
    call = {"Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": True}
    return (
        Permission("everybody, to use the URL", f"{_PREFIX}{_digest(use)}", use),
        Permission("everybody, to call through it", f"{_PREFIX}{_digest(call)}", call),
    )


def steps(statements: Mapping[str, Mapping[str, Any]], wanted: Iterable[Permission], names: Names) -> list[Step]:
    """Return what adds the missing statements; `statements` is the alias's policy by its Sids.

    A statement of ours that was changed by hand is written anew; whoever it let in was shut out already.
    """
    return [step for one in wanted if (step := _step(statements, one, names))]


def removal(statements: Mapping[str, Mapping[str, Any]], wanted: Iterable[Permission], names: Names) -> list[Step]:
    """Return what removes ours that no door needs any more: only after the door that is wanted serves."""
    kept = {one.sid for one in wanted}
    idle = [sid for sid in sorted(statements) if sid.startswith(_PREFIX) and sid not in kept]
    return [Step("-", _KIND, sid, actions=(_remove(names, sid),)) for sid in idle]


def _step(statements: Mapping[str, Mapping[str, Any]], one: Permission, names: Names) -> Step | None:
    # a Fill is the id for an API that is still to be made, so there is none of it yet
    found = statements.get(one.sid) if isinstance(one.sid, str) else None
    add = Call("lambda", "add_permission", {**_place(names, one.sid), **one.params}, done_if=(_EXISTS,))
    if found is None:
        return Step("+", _KIND, one.caller, actions=(add,))
    if _is_as_made(found, one):
        return None
    return Step("~", _KIND, one.caller, actions=(_remove(names, one.sid), add))


# Lambda's code for an id that is taken, and ours are made of their content
_EXISTS = "ResourceConflictException"


def _is_as_made(found: Mapping[str, Any], one: Permission) -> bool:
    """Tell whether every argument is in the statement, in whatever form Lambda has written it."""
    written = json.dumps(found)
    return all(name in written if value is True else f'"{value}"' in written for name, value in one.params.items())


def _for_api(caller: str, names: Names, api_id: str | None, requests: str) -> Permission:
    resource = f"{{api_id}}/{requests}"
    params = {
        "Action": "lambda:InvokeFunction",
        "Principal": _GATEWAY,
        "SourceArn": names.arn("execute-api", resource),
    }
    sid = f"{_PREFIX}{_digest(params)}-{{api_id}}"
    if api_id is None:
        return Permission(caller, Fill(sid), {**params, "SourceArn": Fill(params["SourceArn"])})
    filled = {**params, "SourceArn": params["SourceArn"].format(api_id=api_id)}
    return Permission(caller, sid.format(api_id=api_id), filled)


def _digest(params: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]


def _place(names: Names, sid: str | Fill) -> dict[str, Any]:
    return {"FunctionName": names.base, "Qualifier": ALIAS_LIVE, "StatementId": sid}


def _remove(names: Names, sid: str | Fill) -> Call:
    return Call("lambda", "remove_permission", _place(names, sid), done_if=_GONE)
