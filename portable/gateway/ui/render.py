"""How a page becomes a reply: templates that escape everything, headers that let nothing in, how values are written."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined

from ...stack.errors import Forbidden, GatewayError
from ...stack.messages import FunctionName
from ..api.auth import Credentials

TOKEN = "csrf_token"  # noqa: S105 - a field's name
DONE = {
    "deployed": "Deployed.",
    "deploying": "The deployment goes on: the state below tells when it is ready.",
    "scaled": "Scaled.",
    "removed": "Removed.",
    "replayed": "The call runs again.",
    "cancelled": "The call is cancelled.",
}
"""What a page says after a form did its work, by what stands in its query: no text of a link's own is ever shown."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # without a referrer, Chromium sends a form's Origin as "null"
    "X-Frame-Options": "DENY",
}
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_UNITS = ("B", "KiB", "MiB", "GiB")


class Renderer:
    """Makes pages, and knows the token that their forms carry."""

    def __init__(self, credentials: Credentials) -> None:
        self._token = hmac.digest(credentials.password.encode(), b"the forms of the dashboard", hashlib.sha256).hex()
        self._templates = Environment(
            loader=PackageLoader("portable.gateway.ui"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"duration": duration, "moment": moment, "short": short, "size": size}

    def page(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page. A script or style that is not the page's own does not run: it lacks the nonce."""
        nonce = secrets.token_urlsafe(16)
        common = {"nonce": nonce, "token": self._token, "done": DONE.get(request.args.get("done", ""), "")}
        written = self._templates.get_template(template).render(common | values)
        reply = Response(written, status, content_type="text/html; charset=utf-8")
        reply.headers.update({**_HEADERS, "Content-Security-Policy": _POLICY.format(nonce=nonce)})
        return reply

    def problem(self, error: GatewayError) -> Response:
        """Return the page of an error."""
        return self.page("problem.html", error.status, problem=str(error), status=error.status)

    def check_token(self, form: Mapping[str, str]) -> None:
        """Raise Forbidden for a form that no page of this dashboard made."""
        if not hmac.compare_digest(form.get(TOKEN, "").encode(), self._token.encode()):
            raise Forbidden(
                "nothing was done: the form does not carry this gateway's token. If it is from a page that was opened "
                "before the password was changed, open that page again"
            )


def duration(seconds: float | None) -> str:
    """Return `3.2 ms`, `450 ms`, `2.1 s`, `5 min`; a dash for None."""
    if seconds is None:
        return "-"
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def size(number: float) -> str:
    """Return `512 B`, `1.5 KiB`."""
    unit = _UNITS[0]
    for unit in _UNITS:
        if number < 1024 or unit == _UNITS[-1]:
            break
        number /= 1024
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"


def moment(when: datetime | str | None) -> str:
    """Return a time, or what the API has of one, as `2026-01-31 12:00:00`; a dash for None."""
    if not when:
        return "-"
    return (when.isoformat() if isinstance(when, datetime) else when)[:19].replace("T", " ")


def short(label: str) -> str:
    """Return the name of `name.namespace`."""
    return FunctionName.parse(label).name
