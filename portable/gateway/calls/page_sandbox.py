"""Pages of functions: they are of the gateway's own origin, and must not get at its dashboard.

A browser that is logged in sends the password with whatever a script of that origin asks for, and no token or Referer
tells one page of an origin from another. So what a browser gets of a function has an origin of its own, if it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...stack.errors import Forbidden

SANDBOX = (
    b"Content-Security-Policy: sandbox allow-downloads allow-forms allow-modals allow-popups "
    b"allow-popups-to-escape-sandbox allow-scripts\r\n"
)
"""https://html.spec.whatwg.org/multipage/browsers.html#sandboxing; without allow-same-origin the origin is nobody's."""


class PageSandbox:
    """Stands between functions and the dashboard."""

    def __init__(self, is_password: Callable[[str], bool]) -> None:
        self._is_password = is_password
        """Tells whether an Authorization header has the dashboard's password."""

    def hides(self, authorization: bytes) -> bool:
        """Tell whether a function must not see an Authorization header.

        Asked for a password by a 401, a browser sends the one that it has for this origin, and does not ask its user.
        https://www.rfc-editor.org/rfc/rfc7617#section-2.2
        """
        return self._is_password(authorization.decode("latin-1"))


def is_of_a_browser(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a browser asks. Raises Forbidden for a service worker, which would see all that its origin does.

    Whether it is to be shown now does not matter: what a script of another port has fetched is in the browser's cache,
    and is shown from there. A browser says Sec-Fetch-Mode only to loopback and over TLS.
    https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header
    """
    is_found = False
    for name, value in headers:
        if name == b"user-agent":
            is_found = is_found or value.startswith(b"Mozilla/")
        elif name == b"sec-fetch-mode" or name == b"origin" or (name == b"accept" and b"text/html" in value):
            is_found = True
        elif name == b"service-worker":
            raise Forbidden("a function cannot be a service worker: it would see all that the gateway's own pages ask")
    return is_found
