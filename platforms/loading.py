"""Find the user's handler once, at start, and say plainly what is wrong when there is none to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import finder
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


def load_handler(environ: Mapping[str, str], folder: str | None = None) -> Handler:
    """Return the callable that HANDLER names as `module:callable`, by default `function.handler:handle`.

    `folder` is what the package `function` is made of, by default the folder of that name on sys.path.
    Raises HandlerError if it cannot be imported, is not there, or cannot be called as `handle(event, context)`.
    """
    _use(folder)
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


def _use(folder: str | None) -> None:
    if folder is None and not finder.used():
        folder = finder.folder_on_path()
    if folder is not None:
        try:
            finder.use(folder)
        except OSError as error:
            raise HandlerError(f"cannot read the function's folder {folder!r}: {error.strerror}") from error


def _import(module_name: str) -> ModuleType:
    from importlib import import_module

    try:
        return import_module(module_name)
    except SyntaxError as error:
        where = f"{error.filename}:{error.lineno}" if error.filename else _file_of(module_name)
        raise HandlerError(f"cannot import {module_name}: {where}: {error.msg}") from error
    except Exception as error:
        where = _users_line(error.__traceback__, _file_of(module_name)) or _folder_of(module_name)
        raise HandlerError(f"cannot import {module_name}: {where}{type(error).__name__}: {error}") from error


def _file_of(module_name: str) -> str:
    from importlib.util import find_spec

    try:
        spec = find_spec(module_name)
    except Exception:  # noqa: BLE001 - the reason is the one that is being reported
        spec = None
    return (spec and spec.origin) or module_name


def _folder_of(module_name: str) -> str:
    found = finder.used()
    return f"{found.folder}: " if found and module_name.startswith(f"{finder.PACKAGE}.") else ""


def _users_line(traceback: TracebackType | None, handler_path: str) -> str:
    """Return the innermost line that is the user's own: in the handler's folder."""
    folder, slash, _ = handler_path.rpartition("/")
    where = ""
    while traceback and slash:
        path = traceback.tb_frame.f_code.co_filename
        if path.startswith(folder + slash):
            where = f"{path}:{traceback.tb_lineno}: "
        traceback = traceback.tb_next
    return where


def _what_was_found(module: ModuleType, name: str, found: object) -> str:
    if found is not None:
        what = f"{name!r} there is a {type(found).__name__}, not a function"
    else:
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        what = f"it defines no {name!r}; found: {', '.join(functions) or 'nothing callable'}"
    where = getattr(module, "__file__", None) or module.__name__
    return f"{where}: {what}. Define `def {name}(event, context)`, or name another with HANDLER=module:callable"


def _check_signature(handler: Handler, name: str) -> None:
    code: CodeType | None = getattr(handler, "__code__", None)
    if code is None:
        return  # a callable object: only the call itself can tell
    is_bound = getattr(handler, "__self__", None) is not None
    most = code.co_argcount - is_bound
    least = most - len(getattr(handler, "__defaults__", None) or ())
    required_keywords = code.co_kwonlyargcount - len(getattr(handler, "__kwdefaults__", None) or ())
    if least > 2 or required_keywords or (most < 2 and not code.co_flags & _TAKES_VARARGS):
        names = ", ".join(code.co_varnames[is_bound : code.co_argcount + code.co_kwonlyargcount])
        where = f"{code.co_filename}:{code.co_firstlineno}"
        raise HandlerError(f"{where}: {name}({names}) cannot be called as {name}(event, context): give it those two")
