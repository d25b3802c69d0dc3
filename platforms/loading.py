"""Find the user's handler once, at start, and say plainly what is wrong when there is none to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .contract import Context, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType, TracebackType
    from typing import Any, TypeAlias

    Handler: TypeAlias = Callable[[Event, Context], Any]

DEFAULT_HANDLER = "function.handler:handle"
_TAKES_VARARGS = 0x04  # inspect.CO_VARARGS; importing inspect would cost a cold start 10 ms


class HandlerError(Exception):
    """The handler cannot be used: names the file and line, what was found instead, and what is expected."""


def load_handler(environ: Mapping[str, str]) -> Handler:
    """Return the callable that HANDLER names as `module:callable`, by default `function.handler:handle`.

    Raises HandlerError if it cannot be imported, is not there, or cannot be called as `handle(event, context)`.
    """
    target = environ.get("HANDLER") or DEFAULT_HANDLER
    module_name, colon, name = target.partition(":")
    if not colon or not module_name or not name:
        raise HandlerError(f"HANDLER is {target!r}; it takes the form module:callable, such as {DEFAULT_HANDLER}")
    module = _import(module_name)
    handler = getattr(module, name, None)
    if handler is None or not callable(handler):
        raise HandlerError(_what_was_found(module, name, handler))
    _check_signature(handler, name)
    return handler  # type: ignore[no-any-return]


def _import(module_name: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(module_name)
    except SyntaxError as error:
        raise HandlerError(f"cannot import {module_name}: {error.filename}:{error.lineno}: {error.msg}") from error
    except Exception as error:
        where = _innermost_line(error.__traceback__)
        raise HandlerError(f"cannot import {module_name}: {where}{type(error).__name__}: {error}") from error


def _innermost_line(traceback: TracebackType | None) -> str:
    where = ""
    while traceback:
        path = traceback.tb_frame.f_code.co_filename
        if path != __file__ and not path.startswith("<frozen") and "importlib" not in path:
            where = f"{path}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return where


def _what_was_found(module: ModuleType, name: str, found: object) -> str:
    if found is not None:
        what = f"{name!r} there is a {type(found).__name__}, not a function"
    else:
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        what = f"it defines no {name!r}; found: {', '.join(functions) or 'nothing callable'}"
    return f"{module.__file__}: {what}. Define `def {name}(event, context)`, or name another with HANDLER=module:callable"


def _check_signature(handler: Handler, name: str) -> None:
    code: CodeType | None = getattr(handler, "__code__", None)
    if code is None:
        return  # a callable object: only the call itself can tell
    most = code.co_argcount - (getattr(handler, "__self__", None) is not None)
    least = most - len(getattr(handler, "__defaults__", None) or ())
    required_keywords = code.co_kwonlyargcount - len(getattr(handler, "__kwdefaults__", None) or ())
    if least > 2 or required_keywords or (most < 2 and not code.co_flags & _TAKES_VARARGS):
        names = ", ".join(code.co_varnames[: most + code.co_kwonlyargcount])
        where = f"{code.co_filename}:{code.co_firstlineno}"
        raise HandlerError(f"{where}: {name}({names}) cannot be called as {name}(event, context): give it those two")
