"""Send a request to a function through a platform, in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..emulators.errors import Refused
from ..emulators.messages import Answer, Reply, Request
from ..emulators.names import named
from ..emulators.registry import sender
from .subject import Given, Subject


def environ_of(subject: Subject | Given) -> Mapping[str, str]:
    """Return what a platform runs a function with: the environment, and the function's name where that has none."""
    return {**named(subject.name), **os.environ}


def send(platform: str, subject: Subject | Given, request: Request) -> Answer:
    """Return the reply, also where the platform itself refuses the request. Raises Broken, Malformed."""
    with subject.ready() as handler:
        through = sender(platform, handler, environ_of(subject))
        try:
            return through(request)
        except Refused as refused:
            return Answer(
                Reply(refused.status, [], b""), f"the platform itself answers, no function is called: {refused}"
            )
