"""The dashboard's routes in one table, and the two files that its pages load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files

from flask import Response

from ...stack.errors import NotFound
from .actions import Actions
from .pages import Pages, Sources
from .render import Renderer

View = Callable[..., Response]
_TYPES = {"ui.css": "text/css; charset=utf-8", "ui.js": "text/javascript; charset=utf-8"}


def dashboard_routes(sources: Sources, renderer: Renderer) -> Sequence[tuple[str, str, View]]:
    """Return every route of the dashboard: method, path, view."""
    pages = Pages(sources, renderer)
    actions = Actions(sources, renderer, pages)
    return (
        ("GET", "/ui/", pages.functions),
        ("GET", "/ui/functions/<name:name>", pages.function),
        ("GET", "/ui/functions/<name:name>/log", pages.log),
        ("GET", "/ui/functions/<name:name>/remove", pages.remove),
        ("GET", "/ui/calls", pages.kept_calls),
        ("GET", "/ui/calls/<any_call:call_id>", pages.kept_call),
        ("GET", "/ui/async", pages.async_calls),
        ("GET", "/ui/async/<call:call_id>", pages.async_call),
        ("GET", "/ui/cron", pages.cron),
        ("GET", "/ui/deploy", pages.deploy),
        ("GET", "/ui/static/<name:name>", _static),
        ("POST", "/ui/deploy", actions.checked(actions.deploy)),
        ("POST", "/ui/functions/<name:name>/invoke", actions.checked(actions.invoke)),
        ("POST", "/ui/functions/<name:name>/scale", actions.checked(actions.scale)),
        ("POST", "/ui/functions/<name:name>/remove", actions.checked(actions.remove)),
        ("POST", "/ui/async/<call:call_id>/replay", actions.checked(actions.replay)),
        ("POST", "/ui/async/<call:call_id>/cancel", actions.checked(actions.cancel)),
    )


def _static(name: str) -> Response:
    if name not in _TYPES:
        raise NotFound("404 page not found")
    content = files("portable.gateway.ui").joinpath("static", name).read_bytes()
    return Response(content, content_type=_TYPES[name], headers={"Cache-Control": "no-cache"})
