"""The pages that show: functions, calls, asynchronous calls, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import NamedTuple

from flask import Response, request

from ...check import findings_of
from ...stack.errors import GatewayError
from ...stack.messages import FunctionName, LogMessage, LogQuery
from ..api.bodies import read_function, read_limit
from ..api.cron import states
from ..api.functions import RunOnLoop
from ..api.history import CallRoutes, read_query
from ..api.logs import ReadLogs
from ..api.queue import read_state
from ..calls.proxy import Proxy
from ..cron.scheduler import Cron
from ..functions.service import Functions
from ..history.models import CallQuery
from ..history.service import History
from ..queue.models import ENDED, State
from ..queue.service import AsyncCalls
from .forms import METHODS
from .function_view import FunctionView, limits_of, row_of, view_of
from .render import Renderer
from .replies import ReplyView, shown
from .store import read_store

CALLS_ON_A_PAGE = 20
LINES_ON_A_PAGE = 500
FIRST_REQUEST = {"method": "POST", "path": "/", "headers": "Content-Type: application/json", "body": "{}"}
_NO_REQUEST = dict.fromkeys(FIRST_REQUEST, "")
_NO_DEPLOYMENT = dict.fromkeys(
    ("name", "image", "process", "environment", "secrets", "labels", "annotations", "memory", "cpu"), ""
)


class Sources(NamedTuple):
    """Where the dashboard takes everything from."""

    functions: Functions
    proxy: Proxy
    calls: AsyncCalls
    cron: Cron
    history: History
    read_logs: ReadLogs
    kept_calls: CallRoutes
    store_path: Path
    run: RunOnLoop
    wait_s: float
    """So long the dashboard waits for a call of its own to end."""


class Pages:
    """The views that change nothing."""

    def __init__(self, sources: Sources, renderer: Renderer) -> None:
        self._from = sources
        self._renderer = renderer

    def functions(self) -> Response:
        """Show every function, and how it did in the last minutes."""
        views = self._from.run(self._views())
        rows = [row_of(view, self._from.history.summary_of(view.name)) for view in views]
        return self._renderer.page("functions.html", rows=rows)

    def function(
        self,
        name: str,
        *,
        filled: Mapping[str, str] = FIRST_REQUEST,
        reply: ReplyView | None = None,
        problem: GatewayError | None = None,
    ) -> Response:
        """Show everything about one function, with what a form of its page brought about and what was typed into it."""
        view = self._from.run(self._view(FunctionName.parse(name)))
        usage = self._from.run(self._from.functions.status(view.name, with_usage=True)).usage if _asks_usage() else None
        return self._renderer.page(
            "function.html",
            problem.status if problem else 200,
            row=row_of(view, self._from.history.summary_of(view.name)),
            calls=self._from.history.calls(CallQuery(function=str(view.name), limit=CALLS_ON_A_PAGE)),
            limits=limits_of(view.deployment),
            usage=usage,
            findings=findings_of(view.deployment),
            methods=METHODS,
            filled={**_NO_REQUEST, **filled},
            reply=reply,
            problem=str(problem or ""),
        )

    def log(self, name: str) -> Response:
        """Show the newest lines of a function's log; for a browser without JavaScript."""
        view = self._from.run(self._view(FunctionName.parse(name)))
        lines = self._lines(LogQuery(view.name, tail=LINES_ON_A_PAGE))
        return self._renderer.page("log.html", name=view.name.name, lines=[*lines][-LINES_ON_A_PAGE:])

    def remove(self, name: str) -> Response:
        """Ask whether a function is to be removed."""
        view = self._from.run(self._view(FunctionName.parse(name)))
        return self._renderer.page("remove.html", view=view)

    def kept_calls(self) -> Response:
        """Show the newest calls that ended, of those that the query wants."""
        query = read_query()
        calls = self._from.history.calls(query)
        return self._renderer.page("calls.html", calls=calls, asked=request.args, is_full=len(calls) == query.limit)

    def kept_call(self, call_id: str) -> Response:
        """Show every call with an id, and the lines of their functions' logs that hold it."""
        return self._renderer.page("call.html", found=self._from.kept_calls.find(call_id))

    def async_calls(self) -> Response:
        """Show how many asynchronous calls there are, and the newest of them."""
        function, state, reader = read_function("function"), read_state(), self._from.calls.reader
        return self._renderer.page(
            "async_calls.html",
            counts=reader.counts(),
            calls=reader.list(function=function, state=state, limit=read_limit()),
            asked=request.args,
            states=[str(one) for one in State],
            ended=ENDED,
        )

    def async_call(self, call_id: str) -> Response:
        """Show everything about an asynchronous call, its result with it."""
        call = self._from.calls.reader.find(call_id)
        _, reply = self._from.calls.reader.reply(call_id)
        body = shown(reply.body) if reply and reply.body is not None else None
        return self._renderer.page("async_call.html", call=call, body=body, ended=ENDED)

    def cron(self) -> Response:
        """Show every schedule."""
        return self._renderer.page("cron.html", schedules=self._from.run(states(self._from.cron)))

    def deploy(self, *, filled: Mapping[str, str] = _NO_DEPLOYMENT, problem: GatewayError | None = None) -> Response:
        """Show the form for a new function, with what was typed into it and why it was refused, and the store."""
        try:
            store, trouble = read_store(self._from.store_path), ""
        except GatewayError as error:
            store, trouble = [], str(error)
        return self._renderer.page(
            "deploy.html",
            problem.status if problem else 200,
            filled={**_NO_DEPLOYMENT, **filled},
            problem=str(problem or ""),
            store=store,
            store_trouble=trouble,
        )

    async def _views(self) -> list[FunctionView]:
        functions = self._from.proxy.router.functions.values()
        return [view_of(function) for function in sorted(functions, key=lambda function: function.name)]

    async def _view(self, name: FunctionName) -> FunctionView:
        return view_of(self._from.proxy.router.find(name))

    def _lines(self, query: LogQuery) -> Iterator[LogMessage]:
        return self._from.read_logs(query, Event())


def _asks_usage() -> bool:
    return request.args.get("usage", "") == "1"
