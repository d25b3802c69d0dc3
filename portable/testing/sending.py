"""Send a request to a function through a platform, in this process."""

from __future__ import annotations

import os

from ..emulators.errors import Refused
from ..emulators.messages import Answer, Reply, Request
from ..emulators.registry import sender
from .subject import Given, Subject


def send(platform: str, subject: Subject | Given, request: Request) -> Answer:
    """Return the reply, also where the platform itself refuses the request. Raises Broken, Malformed."""
    with subject.ready() as handler:
        through = sender(platform, handler, os.environ)
        try:
            return through(request)
        except Refused as refused:
            return Answer(
                Reply(refused.status, [], b""), f"the platform itself answers, no function is called: {refused}"
            )
