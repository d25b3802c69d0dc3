"""The client of a test: it sends a request through a platform's front door and shim to a function, in this process."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from ..emulators.deliveries import deliver
from ..emulators.messages import Request
from .events import native_of
from .platform import current, emulator_of
from .reply import ClientReply, to_reply
from .requests import Sent, to_request
from .sending import environ_of, send
from .subject import Given, Subject, find_from

if TYPE_CHECKING:
    from platforms.loading import Handler


class Client:
    """Calls one function as its callers do, without a server.

    Args:
        function: its name in the nearest stack.yml at or above the test's folder, a folder, or a handler of the test.
        platform: what it goes through, such as `aws_lambda:http`; by default what `on_every_platform` is at, else wsgi.

    Raises BadSettings if there is no such function, Unavailable if there is no such platform. A handler that raises is
    answered with a 500, as its caller would see it; the traceback is in the log, which pytest prints.
    """

    def __init__(self, function: str | Path | Handler, *, platform: str = "") -> None:
        self._platform = emulator_of(platform) if platform else ""
        folder = Path(sys._getframe(1).f_globals.get("__file__", "test.py")).absolute().parent
        self._folders = [folder, Path.cwd()]
        if callable(function):
            self._subject: Subject | Given = Given(function)
        else:
            self._subject = find_from(str(function), folder)
            self._folders.insert(1, self._subject.folder)

    @property
    def platform(self) -> str:
        """The name of what the next call goes through."""
        return self._platform or current()

    def __repr__(self) -> str:
        return f"<Client of {self._subject.name} on {self.platform}>"

    def get(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a GET; see `request`."""
        return self.request("GET", path, **sent)

    def post(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a POST; see `request`."""
        return self.request("POST", path, **sent)

    def put(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a PUT; see `request`."""
        return self.request("PUT", path, **sent)

    def patch(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a PATCH; see `request`."""
        return self.request("PATCH", path, **sent)

    def delete(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a DELETE; see `request`."""
        return self.request("DELETE", path, **sent)

    def head(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a HEAD; see `request`."""
        return self.request("HEAD", path, **sent)

    def options(self, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send an OPTIONS; see `request`."""
        return self.request("OPTIONS", path, **sent)

    def request(self, method: str, path: str = "/", **sent: Unpack[Sent]) -> ClientReply:
        """Send a request and return the reply.

        Args:
            method: any.
            path: a path, with a query or without; what may not stand in a URL is percent-encoded.
            sent: `params` for the query, `headers`, `cookies`, and as the body one of `json`, `data` (a form's fields)
                and `content` (bytes or text).
        """
        return self.send(to_request(method, path, **sent))

    def event(self, event: str | Path | Mapping[str, Any], data: Any = None) -> Any:
        """Deliver an event as its platform does, and return what the platform is given: for most None.

        What the handler raises is raised, and an answer from 400 on is InvocationFailed: the platform would try again.

        Args:
            event: the event itself, a file of JSON beside the test or in the function's folder, or the name of a
                sample as `portable event` has it, such as sqs.
            data: what the sample is to carry.

        Raises Undeliverable if the platform sends no such event; a test of `on_every_platform` is skipped there.
        """
        native = native_of(event, data, self._folders)
        with self._subject.ready() as handler:
            return deliver(self.platform, native, handler, environ_of(self._subject))

    def send(self, request: Request) -> ClientReply:
        """Send a neutral request as it is. Raises Broken for a reply that broke off."""
        return to_reply(self.platform, send(self.platform, self._subject, request))
