"""The control plane: every route of it in one table, who may use them, and how errors are answered."""

from __future__ import annotations

import logging
import secrets as random
from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.routing import BaseConverter

from ..stack.errors import GatewayError, NotLoggedIn
from .api.about import OWN_STORE, AboutRoutes
from .api.auth import Credentials, Guard
from .api.bodies import MAX_BODY_BYTES, text_reply
from .api.cron import CronRoutes
from .api.functions import FunctionRoutes, RunOnLoop
from .api.history import CALL_ID as ANY_CALL_ID
from .api.history import CallRoutes
from .api.logs import LogRoutes
from .api.queue import AsyncRoutes
from .api.secrets import SecretRoutes
from .calls.proxy import Proxy
from .config import Config
from .cron.scheduler import Cron
from .functions.service import Functions
from .history.service import History
from .providers.base import Provider
from .queue.models import CALL_ID
from .queue.service import AsyncCalls
from .secrets import SecretStore
from .ui.pages import Sources
from .ui.render import Renderer
from .ui.routes import dashboard_routes

OPEN_PATHS = frozenset({"/", "/metrics", "/store.json"})
"""What needs no password, nor is kept from other sites: it changes nothing and tells of no function's settings."""

_log = logging.getLogger(__name__)


def create_app(
    *,
    functions: Functions,
    proxy: Proxy,
    calls: AsyncCalls,
    cron: Cron,
    history: History,
    provider: Provider,
    secrets: SecretStore,
    credentials: Credentials,
    config: Config,
    run: RunOnLoop,
    render_metrics: Callable[[], bytes],
) -> Flask:
    """Return the WSGI application of everything but calls to functions and /healthz. `run` runs things on the loop."""
    app = Flask("gateway", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.url_map.converters |= {"name": _NameConverter, "call": _CallConverter, "any_call": _AnyCallConverter}
    app.url_map.strict_slashes = False  # a redirect is not followed by faas-cli
    app.url_map.merge_slashes = False

    renderer = Renderer(credentials)
    kept_calls = CallRoutes(history, provider.logs)
    store_path = config.store_path or OWN_STORE
    api = _routes(
        AboutRoutes(provider.orchestration, store_path, render_metrics),
        FunctionRoutes(functions, run),
        LogRoutes(functions, provider.logs, run),
        SecretRoutes(secrets),
        AsyncRoutes(calls, run),
        CronRoutes(cron, run),
        kept_calls,
    )
    sources = Sources(
        functions, proxy, calls, cron, history, provider.logs, kept_calls, store_path, run, config.deploy_wait_s
    )
    for method, path, view in (*api, *dashboard_routes(sources, renderer)):
        app.add_url_rule(path, f"{method} {path}", view, methods=[method], provide_automatic_options=False)

    _set_up_guard(app, Guard(credentials, config.allowed_hosts))
    _set_up_errors(app, renderer)
    app.after_request(_seal)
    return app


def _routes(
    about: AboutRoutes,
    of_functions: FunctionRoutes,
    of_logs: LogRoutes,
    of_secrets: SecretRoutes,
    of_calls: AsyncRoutes,
    of_cron: CronRoutes,
    of_history: CallRoutes,
) -> tuple[tuple[str, str, Callable[..., Response]], ...]:
    """Return every route: method, path, view."""
    return (
        ("GET", "/", about.home),
        ("GET", "/metrics", about.metrics),
        ("GET", "/store.json", about.store),
        ("GET", "/system/info", about.info),
        ("GET", "/system/functions", of_functions.list),
        ("POST", "/system/functions", of_functions.deploy),
        ("PUT", "/system/functions", of_functions.update),
        ("DELETE", "/system/functions", of_functions.delete),
        ("GET", "/system/function/<name:name>", of_functions.describe),
        ("POST", "/system/scale-function/<name:name>", of_functions.scale),
        ("GET", "/system/secrets", of_secrets.list),
        ("POST", "/system/secrets", of_secrets.create),
        ("PUT", "/system/secrets", of_secrets.update),
        ("DELETE", "/system/secrets", of_secrets.delete),
        ("GET", "/system/logs", of_logs.stream),
        ("GET", "/system/calls", of_history.list),
        ("GET", "/system/calls/<any_call:call_id>", of_history.describe),
        ("GET", "/system/async", of_calls.list),
        ("POST", "/system/async/<call:call_id>/replay", of_calls.replay),
        ("GET", "/async-function/<call:call_id>", of_calls.describe),
        ("GET", "/async-function/<call:call_id>/result", of_calls.result),
        ("DELETE", "/async-function/<call:call_id>", of_calls.cancel),
        ("GET", "/system/cron", of_cron.list),
        ("GET", "/system/namespaces", about.namespaces),
        ("POST", "/system/namespace/", about.change_namespace),
        ("GET", "/system/namespace/<name:name>", about.namespace),
        ("PUT", "/system/namespace/<name:name>", about.change_namespace),
        ("DELETE", "/system/namespace/<name:name>", about.change_namespace),
        ("POST", "/system/alert", about.alert),
    )


class _NameConverter(BaseConverter):
    """The names that the routes of OpenFaaS take; any other is an unknown path."""

    regex = "[-a-zA-Z_0-9.]{1,253}"


class _CallConverter(BaseConverter):
    """The ids that calls have."""

    regex = CALL_ID.pattern


class _AnyCallConverter(BaseConverter):
    """The ids that calls have which are answered at once: a client's own may be of anything, slashes too."""

    regex = ANY_CALL_ID.pattern
    part_isolating = False


def _set_up_guard(app: Flask, guard: Guard) -> None:
    def check() -> None:
        rule, path = request.url_rule, request.path
        if rule.rule not in OPEN_PATHS if rule else path.startswith(("/system", "/ui")):
            guard.check(lambda name: request.headers.get(name, ""))

    app.before_request(check)


def _set_up_errors(app: Flask, renderer: Renderer) -> None:
    """Answer errors as plain text, and those of a page as a page to whoever has the password."""

    def answer(error: GatewayError) -> Response:
        if request.path.startswith("/ui/") and not isinstance(error, NotLoggedIn):
            return renderer.problem(error)
        return _answer_gateway_error(error)

    app.register_error_handler(GatewayError, answer)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_gateway_error(error: GatewayError) -> Response:
    reply = text_reply(str(error), error.status)
    if error.status == 401:
        reply.headers["WWW-Authenticate"] = 'Basic realm="Restricted"'
    return reply


def _answer_http_error(error: HTTPException) -> Response:
    if isinstance(error, RequestEntityTooLarge):
        return text_reply(f"the body is larger than {MAX_BODY_BYTES // 2**20} MiB, the most that /system takes", 413)
    if error.code == 404:
        return text_reply("404 page not found", 404)
    reply = text_reply(f"{error.name}: {request.method} {request.path[:200]}", error.code or 500)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        reply.headers["Allow"] = ", ".join(sorted(allowed))
    return reply


def _answer_unexpected(error: Exception) -> Response:
    request_id = random.token_hex(8)
    _log.error("%s %s: failed, request %s", request.method, request.path, request_id, exc_info=error)
    return text_reply(f"internal error, see the gateway's log (request {request_id})", 500)


def _seal(reply: Response) -> Response:
    reply.headers["X-Content-Type-Options"] = "nosniff"
    return reply
