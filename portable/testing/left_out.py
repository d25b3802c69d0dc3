"""The pytest plugin's other half: it leaves out the tests of functions whose requirements are not here, and says so."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

# what `missing.explained` says
_HINT = ", which is not here; `"
_RAN = {"passed", "failed", "error", "xfailed", "xpassed"}


class LeftOut(pytest.Collector):
    """A function's folder, which is not looked into."""

    def collect(self) -> Iterable[pytest.Item]:
        """Skip it: with nothing else to run, pytest ends with exit code 1."""
        pytest.skip(_why(self.path))


@pytest.hookimpl(tryfirst=True, optionalhook=True)  # which a function's own pytest 7 has not
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Leave out a function's folder whose requirements are not here."""
    return LeftOut.from_parent(parent, name=path.name, path=path) if _why(path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Skip a test elsewhere that calls such a function."""
    if call.excinfo:
        from ..emulators.errors import MissingRequirements

        if isinstance(call.excinfo.value, MissingRequirements):
            skip(call)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with exit code 1, and not as where there are no tests, if all that there were are left out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and _reasons(reporter) and not _RAN & set(reporter.stats):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which functions were left out, and how to test them."""
    for reason in _reasons(terminalreporter):
        terminalreporter.write_line(reason, yellow=True)


def skip(call: pytest.CallInfo[None]) -> None:
    """Let a call that raised be one that was skipped, with the error's text as the reason."""
    reason = str(call.excinfo.value) if call.excinfo else ""
    call.excinfo = pytest.CallInfo.from_call(lambda: pytest.skip(reason), call.when).excinfo


def _why(folder: Path) -> str:
    """Return why the tests of a folder cannot run here; "" if they can, or if it is not a function's."""
    if not (folder / "requirements.txt").is_file() or not (folder / "handler.py").is_file():
        return ""
    from ..deploying.errors import BadSettings
    from .missing import explained

    try:
        return explained(folder.name, folder)
    except BadSettings as error:
        raise pytest.UsageError(str(error)) from None


def _reasons(reporter: pytest.TerminalReporter) -> list[str]:
    """Return why functions were left out, each reason once."""
    skipped = (report.longrepr for report in reporter.stats.get("skipped", ()))
    reasons = (one[2].removeprefix("Skipped: ") for one in skipped if isinstance(one, tuple))
    return [reason for reason in dict.fromkeys(reasons) if _HINT in reason]
