"""The pytest plugin: a test that asks for `on_every_platform` runs on each. Until one does it imports nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

# what `missing.explained` says
_HINT = "; `portable test "


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


class LeftOut(pytest.Collector):
    """A function's folder whose tests are left out. If there is nothing else to run, pytest ends with exit code 5."""

    def collect(self) -> Iterable[pytest.Item]:
        """Skip it."""
        pytest.skip(_why_left_out(self.path))


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Leave out a function's folder whose requirements are not here."""
    return LeftOut.from_parent(parent, name=path.name, path=path) if _why_left_out(path) else None


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with exit code 5, as where there are no tests, if all that there were are left out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        reporter
        and _left_out(reporter)
        and not {"passed", "failed", "error", "xfailed", "xpassed"} & set(reporter.stats)
    ):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which functions were left out, and how to test them."""
    for reason in _left_out(terminalreporter):
        terminalreporter.write_line(reason, yellow=True)


def _why_left_out(folder: Path) -> str:
    """Return why the tests of a folder cannot run here; "" if they can, or if it is not a function's."""
    if not (folder / "requirements.txt").is_file() or not (folder / "handler.py").is_file():
        return ""
    from .missing import explained

    return explained(folder.name, folder)


def _left_out(reporter: pytest.TerminalReporter) -> list[str]:
    """Return why functions were left out, each reason once."""
    skipped = (report.longrepr for report in reporter.stats.get("skipped", ()))
    reasons = (one[2].removeprefix("Skipped: ") for one in skipped if isinstance(one, tuple))
    return [reason for reason in dict.fromkeys(reasons) if _HINT in reason]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses on_every_platform once on each, with the platform in its id."""
    if "on_every_platform" not in metafunc.fixturenames:
        return
    reasons = _reasons(metafunc.definition.iter_markers("not_on"))
    names = _emulators(metafunc.config.getoption("--platform") or ["all"])
    metafunc.parametrize("on_every_platform", [_param(name, reasons.get(name)) for name in names], indirect=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Skip a test of a function that cannot be loaded here, or on a platform that does not send its event."""
    if not call.excinfo:
        return
    from ..emulators.errors import MissingRequirements, Undeliverable

    error = call.excinfo.value
    is_everywhere = "on_every_platform" in getattr(item, "fixturenames", ())
    if isinstance(error, MissingRequirements) or (isinstance(error, Undeliverable) and is_everywhere):
        call.excinfo = pytest.CallInfo.from_call(lambda: pytest.skip(str(error)), call.when).excinfo


@pytest.fixture
def on_every_platform(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on every platform and front door; the value is the platform's name, such as aws_lambda:http."""
    from .platform import chosen

    with chosen(request.param):
        yield request.param


def _param(name: str, reason: str | None) -> Any:
    marks = [] if reason is None else [pytest.mark.skip(reason=f"not on {name}: {reason}")]
    return pytest.param(name, id=name, marks=marks)


def _reasons(marks: Iterator[pytest.Mark]) -> dict[str, str]:
    """Return why a test is not to run on which emulators."""
    found: dict[str, str] = {}
    for mark in marks:
        reason = mark.kwargs.get("reason")
        if not mark.args or not reason:
            raise pytest.UsageError('not_on takes platforms and a reason: not_on("openwhisk", reason="...")')
        found |= dict.fromkeys(_emulators(mark.args, with_doors=True), reason)
    return found


def _emulators(names: Sequence[str], *, with_doors: bool = False) -> list[str]:
    from ..emulators.errors import Unavailable
    from ..emulators.registry import EMULATORS, emulators

    try:
        found = emulators(names)
    except Unavailable as error:
        raise pytest.UsageError(str(error)) from None
    if with_doors:
        found += [one for one in EMULATORS if one.partition(":")[0] in names]
    return found
