"""A handler is found at start, or what is wrong with it is said with file and line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from platforms.loading import DEFAULT_HANDLER, HandlerError, load_handler
from tests.platforms.builders import make_context, make_event

if TYPE_CHECKING:
    from platforms.loading import Handler

Load: TypeAlias = "Callable[..., Handler]"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put an empty folder on sys.path, and forget afterwards what was imported from it."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if str(tmp_path) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


@pytest.fixture
def load(folder: Path) -> Load:
    """Return a function that writes `mine.py` and loads its handler."""

    def write_and_load(source: str | bytes, name: str = "handle") -> Handler:
        (folder / "mine.py").write_bytes(source.encode() if isinstance(source, str) else source)
        return load_handler({"HANDLER": f"mine:{name}"})

    return write_and_load


def message_of(load: Load, source: str | bytes, name: str = "handle") -> str:
    """Return what the HandlerError says."""
    with pytest.raises(HandlerError) as refused:
        load(source, name)
    return str(refused.value)


class TestTarget:
    @pytest.mark.parametrize("environ", [{}, {"HANDLER": ""}])
    def test_load_handler_by_default_is_the_users(self, environ: dict[str, str]) -> None:
        assert DEFAULT_HANDLER == "function.handler:handle"
        assert load_handler(environ).__module__ == "function.handler"

    def test_load_handler_of_another_name_is_that_one(self, load: Load) -> None:
        handler = load("def other(event, context): return 'other'", "other")

        assert handler(make_event(), make_context()) == "other"

    @pytest.mark.parametrize("target", ["mine", "mine.handle", ":handle", "mine:", ":"])
    def test_load_handler_malformed_target_tells_the_form(self, target: str) -> None:
        with pytest.raises(HandlerError, match=r"HANDLER is .*; it takes the form module:callable") as refused:
            load_handler({"HANDLER": target})

        assert repr(target) in str(refused.value)


class TestImport:
    def test_load_handler_syntax_error_names_file_and_line(self, load: Load, folder: Path) -> None:
        message = message_of(load, "import os\n\ndef handle(event, context)\n    return 1\n")

        assert message == f"cannot import mine: {folder / 'mine.py'}:3: expected ':'"

    def test_load_handler_indentation_error_names_file_and_line(self, load: Load, folder: Path) -> None:
        assert f"{folder / 'mine.py'}:2: " in message_of(load, "def handle(event, context):\nreturn 1\n")

    def test_load_handler_syntax_error_in_a_helper_names_the_helper(self, load: Load, folder: Path) -> None:
        (folder / "mine_helper.py").write_text("x = 1\ny = (\n")

        assert f"cannot import mine: {folder / 'mine_helper.py'}:2: " in message_of(load, "import mine_helper")

    @pytest.mark.parametrize("source", [b"x = '\xff'\n", b"x = 1\0\n", b"# coding: klingon\n"])
    def test_load_handler_undecodable_source_names_the_file(self, load: Load, folder: Path, source: bytes) -> None:
        message = message_of(load, source)

        assert str(folder / "mine.py") in message
        assert "None" not in message

    def test_load_handler_raising_at_import_names_file_line_and_error(self, load: Load, folder: Path) -> None:
        message = message_of(load, "x = 1\n\nraise RuntimeError('no moon')\n")

        assert message == f"cannot import mine: {folder / 'mine.py'}:3: RuntimeError: no moon"

    def test_load_handler_raising_in_a_function_names_the_line_that_raised(self, load: Load, folder: Path) -> None:
        message = message_of(load, "def setup():\n    return {}['KEY']\n\nsetup()\n")

        assert message == f"cannot import mine: {folder / 'mine.py'}:2: KeyError: 'KEY'"

    def test_load_handler_raising_in_a_library_names_the_users_line(self, load: Load, folder: Path) -> None:
        """Where the library gave up is no help: the user's own line is the one to change."""
        message = message_of(load, "import json\n\nSETTINGS = json.loads('{')\n")

        assert f"{folder / 'mine.py'}:3: JSONDecodeError: " in message

    def test_load_handler_missing_library_names_file_line_and_library(self, load: Load, folder: Path) -> None:
        message = message_of(load, "x = 1\nimport no_such_library\n")

        assert message == (
            f"cannot import mine: {folder / 'mine.py'}:2: ModuleNotFoundError: No module named 'no_such_library'"
        )

    def test_load_handler_missing_module_names_it(self, folder: Path) -> None:
        with pytest.raises(
            HandlerError, match=r"^cannot import no_such: ModuleNotFoundError: No module named 'no_such'$"
        ):
            load_handler({"HANDLER": "no_such:handle"})

    def test_load_handler_error_keeps_its_cause(self, load: Load) -> None:
        with pytest.raises(HandlerError) as refused:
            load("raise RuntimeError('no moon')")

        assert isinstance(refused.value.__cause__, RuntimeError)

    @pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
    def test_load_handler_exit_at_import_is_not_swallowed(self, load: Load, error: type[BaseException]) -> None:
        with pytest.raises(error):
            load(f"raise {error.__name__}(3)")


class TestMissing:
    def test_load_handler_without_handle_lists_what_was_found(self, load: Load, folder: Path) -> None:
        message = message_of(load, "LIMIT = 3\ndef main(event): ...\ndef _private(): ...\nclass App: ...\n")

        assert message == (
            f"{folder / 'mine.py'}: it defines no 'handle'; found: main, App."
            " Define `def handle(event, context)`, or name another with HANDLER=module:callable"
        )

    def test_load_handler_of_an_empty_file_found_nothing(self, load: Load) -> None:
        assert "it defines no 'handle'; found: nothing callable." in message_of(load, "")

    def test_load_handler_not_callable_tells_its_type(self, load: Load, folder: Path) -> None:
        message = message_of(load, "handle = {'a': 1}")

        assert message.startswith(f"{folder / 'mine.py'}: 'handle' there is a dict, not a function.")

    def test_load_handler_of_a_folder_names_the_module(self, folder: Path) -> None:
        """HANDLER=function:handle is an easy slip, and function/ has no __init__.py."""
        (folder / "mine_folder").mkdir()

        with pytest.raises(HandlerError) as refused:
            load_handler({"HANDLER": "mine_folder:handle"})

        assert "mine_folder" in str(refused.value)
        assert "None" not in str(refused.value)


class TestSignature:
    @pytest.mark.parametrize(
        "source",
        [
            "def handle(event, context): ...",
            "async def handle(event, context): ...",
            "def handle(event, context): yield b''",
            "async def handle(event, context): yield b''",
            "def handle(e, c, /): ...",
            "def handle(event, context, extra=None): ...",
            "def handle(event, context, *, extra=None): ...",
            "def handle(*args): ...",
            "def handle(event, *rest): ...",
            "def handle(*args, **kwargs): ...",
            "handle = lambda event, context: None",
            "class C:\n    def m(self, event, context): ...\nhandle = C().m",
            "class C:\n    @classmethod\n    def m(cls, event, context): ...\nhandle = C.m",
            "class C:\n    @staticmethod\n    def m(event, context): ...\nhandle = C.m",
            "class C:\n    def __call__(self, event, context): ...\nhandle = C()",
            "import functools\ndef f(a, event, context): ...\nhandle = functools.partial(f, 1)",
            "import functools\ndef deco(f):\n    @functools.wraps(f)\n    def inner(*args):\n        return f(*args)\n"
            "    return inner\n@deco\ndef handle(event, context): ...",
        ],
    )
    def test_load_handler_callable_with_two_is_taken(self, load: Load, source: str) -> None:
        assert callable(load(source))

    @pytest.mark.parametrize(
        ("source", "shown"),
        [
            ("def handle(): ...", "handle()"),
            ("def handle(event): ...", "handle(event)"),
            ("def handle(event, **rest): ...", "handle(event"),
            ("def handle(event, context, extra): ...", "handle(event, context, extra)"),
            ("def handle(event, context, *, extra): ...", "handle(event, context, extra)"),
            ("def handle(event, *, context): ...", "handle(event, context)"),
            ("handle = lambda event: None", "handle(event)"),
            ("class C:\n    def m(self, event): ...\nhandle = C().m", "handle(event)"),
            ("class C:\n    def m(self, event, context): ...\nhandle = C.m", "handle(self, event, context)"),
        ],
    )
    def test_load_handler_wrong_signature_names_file_line_and_signature(
        self, load: Load, folder: Path, source: str, shown: str
    ) -> None:
        message = message_of(load, f"\n{source}\n")

        line = 3 if source.startswith("class") else 2
        assert message.startswith(f"{folder / 'mine.py'}:{line}: {shown}")
        assert "cannot be called as handle(event, context): give it those two" in message
