"""Functions that are loaded into one process share no module, whenever and however they import."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from platforms.contract import Response
from platforms.invoke import collect, invoke
from portable.emulators.errors import Unavailable
from portable.emulators.function import loaded
from tests import spellings
from tests.platforms.builders import make_context, make_event

if TYPE_CHECKING:
    from platforms.loading import Handler

_CHUNKS = "def chunks():\n    yield ''\n    import helper\n    yield helper.NAME\n"
HANDLERS = {
    "early": "import helper\ndef handle(event, context): return helper.NAME",
    "late": "def handle(event, context):\n    import helper\n    return helper.NAME",
    "relative": "def handle(event, context):\n    from . import helper\n    return helper.NAME",
    "absolute": "def handle(event, context):\n    from function import helper\n    return helper.NAME",
    "dynamic": "import importlib\ndef handle(event, context): return importlib.import_module('helper').NAME",
    "async": "import asyncio\nasync def handle(event, context):\n    await asyncio.sleep(0)\n"
    "    import helper\n    return helper.NAME",
    "task": "import asyncio\nasync def late():\n    import helper\n    return helper.NAME\n"
    "async def handle(event, context):\n    return (await asyncio.gather(late()))[0]",
    "generator": "def handle(event, context):\n    yield ''\n    import helper\n    yield helper.NAME",
    "async generator": "import asyncio\nasync def handle(event, context):\n    yield ''\n    await asyncio.sleep(0)\n"
    "    import helper\n    yield helper.NAME",
    "async stream": _CHUNKS + "async def handle(event, context): return chunks()",
    "tuple": _CHUNKS + "def handle(event, context): return chunks(), 200",
    "response": _CHUNKS + "from platforms import Response\ndef handle(event, context): return Response(chunks())",
    "envelope": _CHUNKS + "def handle(event, context): return {'statusCode': 200, 'body': chunks()}",
    "thread": "from concurrent.futures import ThreadPoolExecutor\ndef late():\n    import helper\n"
    "    return helper.NAME\ndef handle(event, context): return ThreadPoolExecutor(1).submit(late).result()",
}


def write(folder: Path, handler: str) -> Path:
    """Write a function whose helper says whose it is."""
    folder.mkdir()
    (folder / "handler.py").write_text(handler)
    (folder / "helper.py").write_text(f"NAME = {folder.name!r}\nCLOSED = []")
    return folder


def answered(handler: Handler) -> Response:
    """Return the answer to a call, its body not yet drawn."""
    return invoke(handler, make_event(), make_context())


@pytest.mark.parametrize("how", HANDLERS)
def test_two_functions_have_a_helper_each(tmp_path: Path, how: str) -> None:
    one, other = (write(tmp_path / name, HANDLERS[how]) for name in ("one", "other"))

    with loaded(one) as first, loaded(other) as second:
        answers = [answered(handler) for handler in (first, second, second, first)]
        bodies = [collect(answer.body) for answer in answers]

    assert bodies == [b"one", b"other", b"other", b"one"]


@pytest.mark.parametrize("when", ["early", "late"])
def test_every_spelling_gives_the_one_module(tmp_path: Path, when: str) -> None:
    with (
        loaded(spellings.write(tmp_path / "hello", late=when == "late")) as handler,
        loaded(tmp_path / "hello") as again,
    ):
        for one in (handler, again):
            assert one(make_event(), make_context())["differing"] == []


def test_modules_are_afterwards_as_they_were(tmp_path: Path) -> None:
    one = write(tmp_path / "one", HANDLERS["late"])
    for name in ("pluggy.py", "tests/__init__.py", "conftest.py"):
        (one / name).parent.mkdir(exist_ok=True)
        (one / name).write_text("MINE = True")
    before = dict(sys.modules), [*sys.meta_path], [*sys.path]

    with loaded(one) as handler:
        assert answered(handler).body == b"one"
        assert [*sys.modules["function"].__path__] == [str(one)]
        assert sys.modules["tests"] is before[0]["tests"]

    assert (dict(sys.modules), sys.meta_path, sys.path) == before


def test_calls_of_one_function_run_at_a_time(tmp_path: Path) -> None:
    """Each waits until the other has begun."""
    source = (
        "import threading\nbarrier = threading.Barrier(2)\n"
        "def handle(event, context):\n    barrier.wait(30)\n    import helper\n    return helper.NAME"
    )
    with loaded(write(tmp_path / "one", source)) as handler:
        assert at_a_time(handler, handler) == [b"one", b"one"]


def test_calls_of_two_functions_at_a_time_see_their_own(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name, HANDLERS["generator"]) for name in ("one", "other"))
    with loaded(one) as first, loaded(other) as second:
        assert sorted(at_a_time(*[first, second] * 8)) == [b"one"] * 8 + [b"other"] * 8


def test_call_within_a_call_sees_its_own(tmp_path: Path) -> None:
    source = "def handle(event, context):\n    inner = context()\n    import helper\n    return inner + helper.NAME"
    one = write(tmp_path / "one", source)
    other = write(tmp_path / "other", HANDLERS["late"])
    with loaded(one) as outer, loaded(other) as inner:
        context: Any = lambda: inner(make_event(), make_context())  # noqa: E731
        assert outer(make_event(), context) == "otherone"


def test_calls_within_calls_at_a_time_end(tmp_path: Path) -> None:
    """Two calls of the one function have both begun when each calls the other function."""
    source = (
        "import threading\nbarrier = threading.Barrier(2)\n"
        "def handle(event, context):\n    barrier.wait(30)\n    inner = event()\n"
        "    import helper\n    return inner + helper.NAME"
    )
    one, other = write(tmp_path / "one", source), write(tmp_path / "other", HANDLERS["late"])
    found: list[str] = []
    with loaded(one) as outer, loaded(other) as inner:
        event: Any = lambda: inner(make_event(), make_context())  # noqa: E731

        def call() -> None:
            found.append(outer(event, make_context()))

        run_all([call, call])

    assert found == ["otherone"] * 2


@pytest.mark.parametrize("how", ["late", "async", "generator"])
def test_what_a_handler_raises_comes_through(tmp_path: Path, how: str) -> None:
    raising = HANDLERS[how].replace("helper.NAME", "1 / 0")
    with loaded(write(tmp_path / "one", raising)) as handler, pytest.raises(ZeroDivisionError):
        collect(invoke(handler, make_event(), make_context(), raise_errors=True).body)


def test_stream_that_is_broken_off_is_closed_with_its_own_modules(tmp_path: Path) -> None:
    source = (
        "def handle(event, context):\n    try:\n        yield ''\n        yield ''\n"
        "    finally:\n        import helper\n        helper.CLOSED.append(helper.NAME)"
    )
    one, other = (write(tmp_path / name, source) for name in ("one", "other"))
    with loaded(one) as first, loaded(other) as second:
        streams = [answered(handler).body for handler in (first, second)]
        helpers = []
        for stream in streams:
            assert not isinstance(stream, bytes)
            next(stream)
            stream.close()
            helpers.append(sys.modules["helper"].__dict__["CLOSED"])

    assert helpers == [["one"], ["other"]]


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable, match=r"there is no folder '.*nowhere': name the function's"),
        loaded(tmp_path / "nowhere"),
    ):
        pass


def at_a_time(*handlers: Callable[..., Any]) -> list[bytes]:
    """Call each handler in a thread of its own, and return their bodies."""
    bodies: list[bytes] = []

    def call(handler: Handler) -> None:
        bodies.append(collect(answered(handler).body))

    run_all([partial(call, handler) for handler in handlers])
    return bodies


def run_all(calls: Sequence[Callable[[], None]]) -> None:
    """Run each in a thread of its own, to its end."""
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
