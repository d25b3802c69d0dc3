"""A function whose files do not parse, or that has no handler, is told before anything is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.project.handlers import check

HANDLE = "def handle(event, context): ...\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the empty folder of a function, below the current one."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "hello"
    made.mkdir()
    return made


def write(folder: Path, **sources: str) -> None:
    """Write a file for each name, which has `__` in place of a slash."""
    for name, source in sources.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)


@pytest.mark.parametrize(
    "source",
    [
        HANDLE,
        "async def handle(event, context): ...",
        "handle = len",
        "from function.web import *",
        "from .web import app as handle",
        "try:\n    import web\nexcept ImportError:\n    pass\nelse:\n    handle = web.handle",
    ],
)
def test_handler_may_be_defined_or_imported_in_any_way(folder: Path, source: str) -> None:
    write(folder, handler=source)

    check(folder, {})


@pytest.mark.parametrize(
    "target", ["function.web:app", "web:app", "function.api.rest:app", "function.api:app", "package.web:app"]
)
def test_handler_may_be_another_that_is_there_or_of_a_package(folder: Path, target: str) -> None:
    write(folder, web="app = 1", api__rest="app = 1")
    (folder / "api" / "__init__.py").write_text("app = 1")

    check(folder, {"HANDLER": target})


@pytest.mark.parametrize(
    ("sources", "target", "complaint"),
    [
        ({"helper": ""}, "", "hello/handler.py is missing: it takes `def handle(event, context)`"),
        ({"handler": "def handel(e, c): ..."}, "", "hello/handler.py has no 'handle': it takes `def handle(event, "),
        ({"handler": HANDLE}, "function.web:app", "hello/web.py is missing: it takes `def app(event, context)`"),
        ({"handler": HANDLE, "web": ""}, "web:app", "hello/web.py has no 'app'"),
        ({"handler": HANDLE}, "function:app", "hello/__init__.py is missing"),
        ({"handler": HANDLE}, "web", "HANDLER is 'web'; it takes the form module:callable"),
        ({"handler": HANDLE, "test_web": "app = 1"}, "test_web:app", "hello/test_web.py does not ship"),
        ({"handler": "def handle(event, context:"}, "", "hello/handler.py:1: '(' was never closed (Python 3."),
        ({"handler": HANDLE, "helper": "import os\nimport x y"}, "", "hello/helper.py:2: invalid syntax (Python 3."),
        ({"handler": HANDLE, "helper": "\0"}, "", "hello/helper.py"),
    ],
)
def test_what_cannot_be_called_is_told_in_one_line(
    folder: Path, sources: dict[str, str], target: str, complaint: str
) -> None:
    write(folder, **sources)

    with pytest.raises(BadSettings) as told:
        check(folder, {"HANDLER": target})
    assert str(told.value).startswith(complaint)
    assert "\n" not in str(told.value)


def test_what_does_not_ship_need_not_parse(folder: Path) -> None:
    write(folder, handler=HANDLE, tests__test_it="import x y", old="import x y")
    (folder / ".portableignore").write_text("old.py\n")

    check(folder, {})
