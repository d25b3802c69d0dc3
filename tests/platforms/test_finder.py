"""The function's folder is the package `function`, and each of its modules is one object under every name."""

from __future__ import annotations

import importlib
import importlib.resources
import json
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms import finder
from platforms.loading import HandlerError, load_handler
from tests import spellings
from tests.platforms.builders import make_context, make_event

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def apart() -> Iterator[None]:
    """Leave the modules and finders of this process as they were."""
    modules, finders = dict(sys.modules), [*sys.meta_path]
    yield
    sys.meta_path[:] = finders
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.modules.update(modules)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a function's folder, which is not called function/."""
    (tmp_path / "hello").mkdir()
    return tmp_path / "hello"


def call(folder: Path, handler: str = "handler:handle") -> object:
    """Load a folder's handler, call it, and return what JSON makes of its answer."""
    return json.loads(json.dumps(load_handler({"HANDLER": handler}, str(folder))(make_event(), make_context())))


@pytest.mark.parametrize("when", ["early", "late"])
@pytest.mark.parametrize("handler", ["function.handler:handle", "handler:handle", ""])
def test_every_spelling_gives_the_one_module(folder: Path, handler: str, when: str) -> None:
    spellings.write(folder, late=when == "late")

    assert call(folder, handler) == spellings.ANSWER


def test_folder_with_an_init_is_the_package_too(folder: Path) -> None:
    spellings.write(folder)
    (folder / "__init__.py").write_text("NAME = __name__")

    assert call(folder) == spellings.ANSWER
    assert sys.modules["function"].__dict__["NAME"] == "function"
    assert sys.modules["function"].__file__ == str(folder / "__init__.py")


def test_function_folder_on_the_path_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spellings.write(tmp_path / "function")
    monkeypatch.syspath_prepend(tmp_path)
    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, finder.Finder)]

    answer = load_handler({})(make_event(), make_context())

    assert json.loads(json.dumps(answer)) == spellings.ANSWER


def test_handler_in_another_module_is_imported_under_either_name(folder: Path) -> None:
    (folder / "other.py").write_text("def handle(event, context): return __name__")

    assert call(folder, "other:handle") == call(folder, "function.other:handle") == "function.other"


def test_file_of_the_function_wins_over_an_installed_package(folder: Path) -> None:
    (folder / "pluggy.py").write_text("MINE = True")
    (folder / "handler.py").write_text("import pluggy\ndef handle(event, context): return pluggy.MINE")

    assert call(folder) is True


def test_standard_module_is_never_replaced(folder: Path) -> None:
    (folder / "colorsys.py").write_text("")
    (folder / "handler.py").write_text("import colorsys\ndef handle(event, context): return colorsys.__file__")

    assert call(folder) == importlib.import_module("colorsys").__file__


def test_folder_without_modules_hides_no_package(folder: Path) -> None:
    (folder / "pluggy").mkdir()
    (folder / "pluggy" / "template.html").touch()
    (folder / "handler.py").write_text("import pluggy\ndef handle(event, context): return pluggy.__file__")

    assert call(folder) == importlib.import_module("pluggy").__file__


def test_module_that_is_not_there_is_named_as_it_was_spelled(folder: Path) -> None:
    (folder / "pkg").mkdir()
    (folder / "pkg" / "__init__.py").touch()
    (folder / "handler.py").write_text("import pkg.missing")

    with pytest.raises(HandlerError) as refused:
        call(folder)

    where = folder / "handler.py"
    assert str(refused.value) == (
        f"cannot import handler: {where}:1: ModuleNotFoundError: No module named 'pkg.missing'"
    )


def test_error_in_a_helper_names_its_file_and_line(folder: Path) -> None:
    (folder / "helper.py").write_text("x = 1\nraise RuntimeError('no moon')")
    (folder / "handler.py").write_text("import helper")

    with pytest.raises(HandlerError) as refused:
        call(folder, "")

    assert str(refused.value) == (f"cannot import function.handler: {folder / 'helper.py'}:2: RuntimeError: no moon")
    shown = "".join(traceback.format_exception(refused.value))
    assert f'File "{folder / "handler.py"}", line 1' in shown
    assert f'File "{folder / "helper.py"}", line 2' in shown


def test_module_that_failed_is_tried_again(folder: Path) -> None:
    (folder / "helper.py").write_text("import os\nVALUE = os.environ['NO_SUCH_VARIABLE']")
    (folder / "handler.py").write_text(
        "def handle(event, context):\n"
        "    found = []\n"
        "    for _ in range(2):\n"
        "        try:\n            import helper\n"
        "        except KeyError as error:\n            found.append(str(error))\n"
        "    return found"
    )

    assert call(folder) == ["'NO_SUCH_VARIABLE'"] * 2


@pytest.mark.parametrize("init", ["with an init", "without"])
def test_data_beside_the_modules_is_a_resource_of_the_package(folder: Path, init: str) -> None:
    spellings.write(folder)
    if init == "with an init":
        (folder / "__init__.py").touch()
    call(folder)

    assert importlib.resources.files("function").joinpath("data/notes.txt").read_text() == "no module"


def test_another_folder_takes_the_place_of_the_one_before(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for one in (folder, tmp_path / "other"):
        (one / "helper.py").write_text(f"NAME = {one.name!r}")
        (one / "handler.py").write_text("import helper\ndef handle(event, context): return helper.NAME")

    assert [call(one) for one in (folder, tmp_path / "other", folder)] == ["hello", "other", "hello"]


def test_first_calls_at_a_time_import_once(folder: Path) -> None:
    """Threads that import a module late, each in its spelling, all get it whole."""
    (folder / "helper.py").write_text("import threading\nbefore = threading.active_count()\nWHOLE = [before]")
    (folder / "handler.py").write_text(
        "import importlib\ndef handle(event, context):\n    return importlib.import_module(event).WHOLE"
    )
    handler = load_handler({}, str(folder))
    barrier = threading.Barrier(8)
    found: list[object] = []

    def late(spelling: str) -> None:
        barrier.wait()
        found.append(handler(spelling, None))  # type: ignore[arg-type]

    threads = [threading.Thread(target=late, args=(name,)) for name in ("helper", "function.helper") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert all(one is found[0] for one in found)


def test_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(HandlerError) as refused:
        call(tmp_path / "nowhere")

    assert str(refused.value) == (
        f"cannot read the function's folder {str(tmp_path / 'nowhere')!r}: No such file or directory"
    )


def test_cold_start_imports_nothing_for_it() -> None:
    program = "import sys; before = set(sys.modules); import platforms.finder; print(sorted(set(sys.modules) - before))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    others = [name for name in json.loads(ran.stdout.replace("'", '"')) if not name.startswith("platforms")]
    assert "importlib" not in others
