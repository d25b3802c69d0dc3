"""Call a function once on each of some platforms: what is asked for and what came of it are plain data, for JSON."""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from platforms.invoke import InvocationFailed

from ..emulators.deliveries import deliver
from ..emulators.errors import Broken, Malformed, Undeliverable
from ..emulators.messages import Request
from ..project.functions import Function
from .sending import environ_of, send
from .subject import Subject, subject_of

log = logging.getLogger(__name__)
Outcome = dict[str, Any]
"""Of one `platform`: a reply (`status`, `headers`, `body` in base64, `note`), or the `result` of an event; or why there
is neither: `error`, or `not_sent` where the platform sends no such event."""


def call(asked: Mapping[str, Any]) -> list[Outcome]:
    """Return what comes of a `request` or an `event` on each of the `platforms`, for a `function` by name and folders.

    Its variables are in the environment. Raises HandlerError, Unavailable, BadSettings if it cannot be called at all.
    """
    function = asked["function"]
    subject = subject_of(Function(function["name"], Path(function["folder"]), Path(function["root"])))
    with subject.ready():
        return [{"platform": name, **_outcome(name, subject, asked)} for name in asked["platforms"]]


def _outcome(platform: str, subject: Subject, asked: Mapping[str, Any]) -> Outcome:
    if "event" in asked:
        return _told(lambda: _delivered(platform, subject, asked["event"]))
    return _told(lambda: _answered(platform, subject, asked["request"]))


def _delivered(platform: str, subject: Subject, native: Any) -> Outcome:
    with subject.ready() as handler:
        return {"result": deliver(platform, native, handler, environ_of(subject))}


def _answered(platform: str, subject: Subject, request: Mapping[str, Any]) -> Outcome:
    headers = tuple((name, value) for name, value in request["headers"])
    sent = Request(request["method"], request["target"], headers, b64decode(request["body"]))
    reply, note = send(platform, subject, sent)
    body = b64encode(reply.body).decode()
    return {"status": reply.status, "headers": reply.headers, "body": body, "note": note}


def _told(run: Callable[[], Outcome]) -> Outcome:
    try:
        return run()
    except Undeliverable as error:
        return {"not_sent": str(error)}
    except Malformed as error:
        return {"error": f"the platform cannot send the shim's answer: {error}"}
    except (Broken, InvocationFailed) as error:
        return {"error": str(error)}
    except SystemExit as error:
        return {"error": f"the handler ended its process: sys.exit({error.code!r})"}
    except Exception as error:
        log.exception("the call failed")
        return {"error": f"{type(error).__name__}: {error}"}
