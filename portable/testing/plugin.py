"""The pytest plugin: a test that asks for `on_every_platform` runs on each. Until one does it imports nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

pytest_plugins = ["portable.testing.left_out"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --platform."""
    parser.getgroup("portable").addoption(
        "--platform",
        action="append",
        default=[],
        metavar="NAME",
        help="run the tests of on_every_platform on this one alone, such as aws_lambda:http; may be given again",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark, and look at what --platform names before any test runs."""
    config.addinivalue_line(
        "markers", "not_on(platform, reason): on_every_platform leaves this platform out, and the reason is shown"
    )
    if named := config.getoption("--platform"):
        _emulators(named)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses on_every_platform once on each, with the platform in its id."""
    if "on_every_platform" not in metafunc.fixturenames:
        return
    names = _emulators(metafunc.config.getoption("--platform") or ["all"])
    try:
        reasons = _reasons(metafunc.definition.iter_markers("not_on"))
        params = [_param(name, reasons.get(name)) for name in names]
    except pytest.UsageError as error:  # of this test alone: raised here, it would end the whole run
        params = [pytest.param(error, id="not_on")]
    metafunc.parametrize("on_every_platform", params, indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Skip a test on a platform that does not send its event."""
    if call.excinfo and "on_every_platform" in getattr(item, "fixturenames", ()):
        from ..emulators.errors import Undeliverable
        from . import left_out  # pytest warns of a plugin that is imported before it is registered

        if isinstance(call.excinfo.value, Undeliverable):
            left_out.skip(call)


@pytest.fixture
def on_every_platform(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on every platform and front door; the value is the platform's name, such as aws_lambda:http."""
    from .platform import chosen

    if isinstance(request.param, pytest.UsageError):
        pytest.fail(f"{request.node.nodeid}: {request.param}", pytrace=False)
    with chosen(request.param):
        yield request.param


def _param(name: str, reason: str | None) -> Any:
    marks = [] if reason is None else [pytest.mark.skip(reason=f"not on {name}: {reason}")]
    return pytest.param(name, id=name, marks=marks)


def _reasons(marks: Iterator[pytest.Mark]) -> dict[str, str]:
    """Return why a test is not to run on which emulators; a platform stands for all of its front doors."""
    found: dict[str, str] = {}
    for mark in marks:
        reason = mark.kwargs.get("reason")
        if not mark.args or not reason:
            raise pytest.UsageError('not_on takes platforms and a reason: not_on("openwhisk", reason="...")')
        _emulators(mark.args)
        named = (one for one in _emulators(["all"]) if {one, one.partition(":")[0]} & set(mark.args))
        found |= dict.fromkeys(named, reason)
    return found


def _emulators(names: Sequence[str]) -> list[str]:
    from ..emulators.errors import Unavailable
    from ..emulators.registry import emulators

    try:
        return emulators(names)
    except Unavailable as error:
        raise pytest.UsageError(str(error)) from None
