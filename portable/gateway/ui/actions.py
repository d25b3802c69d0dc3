"""What the forms do: each is checked for its token first, and leads back to a page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, request

from ...stack.errors import GatewayError, Refused, TimedOut
from ...stack.messages import FunctionName
from ..api.functions import deploy_and_note
from ..calls.invoke import Ran, invoke
from .forms import FunctionRequest, deployment_of, replicas_of, request_of
from .pages import Pages, Sources
from .render import Renderer
from .replies import reply_of
from .store import from_store

MAX_REPLY_BYTES = 2**20
"""A larger reply is not shown."""
_SEE_OTHER = 303
_USER_AGENT = (b"user-agent", b"portable-gateway dashboard")


class Actions:
    """The views that change something."""

    def __init__(self, sources: Sources, renderer: Renderer, pages: Pages) -> None:
        self._from = sources
        self._renderer = renderer
        self._pages = pages

    def checked(self, view: Callable[..., Response]) -> Callable[..., Response]:
        """Return a view that refuses a form without the token."""

        def check(**values: str) -> Response:
            self._renderer.check_token(request.form)
            return view(**values)

        return check

    def deploy(self) -> Response:
        """Deploy what was typed, or a function of the store."""
        chosen = request.form.get("store", "")
        try:
            deployment = from_store(self._from.store_path, chosen) if chosen else deployment_of(request.form)
            is_new = None if "update" in request.form else True
            is_done = deploy_and_note(self._from.functions, self._from.run, deployment, is_new=is_new)
        except GatewayError as error:
            return self._pages.deploy(filled=request.form.to_dict(), problem=error)
        return _to(f"/ui/functions/{deployment.name.name}", "deployed" if is_done else "deploying")

    def invoke(self, name: str) -> Response:
        """Call a function, and show its reply on its page."""
        form = request.form.to_dict()
        try:
            ran = self._from.run(self._invoke(FunctionName.parse(name), request_of(form)))
        except (Refused, TimedOut) as error:
            return self._pages.function(name, filled=form, problem=error)
        return self._pages.function(name, filled=form, reply=reply_of(ran))

    def scale(self, name: str) -> Response:
        """Run so many replicas."""
        try:
            self._from.run(self._from.functions.scale(FunctionName.parse(name), replicas_of(request.form)))
        except GatewayError as error:
            return self._pages.function(name, problem=error)
        return _to(f"/ui/functions/{name}", "scaled")

    def remove(self, name: str) -> Response:
        """Remove a function."""
        self._from.run(self._from.functions.delete(FunctionName.parse(name)))
        return _to("/ui/", "removed")

    def replay(self, call_id: str) -> Response:
        """Run an asynchronous call again that has ended."""
        self._from.run(self._from.calls.replay(call_id))
        return _to(f"/ui/async/{call_id}", "replayed")

    def cancel(self, call_id: str) -> Response:
        """Cancel an asynchronous call that waits or runs."""
        self._from.run(self._from.calls.cancel(call_id))
        return _to(f"/ui/async/{call_id}", "cancelled")

    async def _invoke(self, name: FunctionName, asked: FunctionRequest) -> Ran:
        function = self._from.proxy.router.find(name)
        headers = asked.headers
        if not any(given == b"user-agent" for given, _ in headers):
            headers = [*headers, _USER_AGENT]
        target, method = asked.target.encode(), asked.method.encode()
        try:
            async with asyncio.timeout(self._from.wait_s):
                proxy = self._from.proxy
                return await invoke(proxy, function, target, headers, asked.body, MAX_REPLY_BYTES, method=method)
        except TimeoutError:
            raise TimedOut(
                f"{name.name} did not end its reply within {self._from.wait_s:g} s (--deploy-wait), the longest that "
                "the dashboard waits: call a stream, or a function that takes longer, by curl or asynchronously"
            ) from None


def _to(path: str, done: str) -> Response:
    return Response(status=_SEE_OTHER, headers={"Location": f"{path}?{urlencode({'done': done})}"})
