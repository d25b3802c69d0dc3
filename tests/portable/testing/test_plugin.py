"""The plugin, in a pytest of its own: which platforms a test runs on, and what it leaves out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from portable.emulators.registry import EMULATORS

from .conftest import RunPytest, write_function

ON_EVERY_PLATFORM = """\
from portable.testing import Client

client = Client("hello")


def test_hello(on_every_platform):
    reply = client.get("/", params={"name": "Ada"})

    assert reply.json() == {"said": "hello Ada", "by": on_every_platform.partition(":")[0]}, reply
"""


def test_test_runs_on_every_platform_which_stands_in_its_id(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    pytester.makepyfile(test_hello=ON_EVERY_PLATFORM)

    result = run_pytest("-v")

    result.assert_outcomes(passed=len(EMULATORS))
    result.stdout.fnmatch_lines([f"*test_hello[[]{name}[]] PASSED*" for name in EMULATORS])


def test_platform_narrows(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    pytester.makepyfile(test_hello=ON_EVERY_PLATFORM)

    result = run_pytest("-v", "--platform", "openwhisk", "--platform", "aws_lambda:http")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*test_hello[[]openwhisk[]] PASSED*", "*test_hello[[]aws_lambda:http[]] PASSED*"])


def test_platform_that_is_none_is_a_usage_error_that_names_what_there_is(
    pytester: pytest.Pytester, run_pytest: RunPytest
) -> None:
    pytester.makepyfile(test_hello=ON_EVERY_PLATFORM)

    result = run_pytest("--platform", "openwisk")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: there is no platform 'openwisk': it takes all, aws_lambda, wsgi, *"])


def test_platform_that_a_test_is_not_on_is_skipped_with_the_reason(
    pytester: pytest.Pytester, run_pytest: RunPytest
) -> None:
    mark = '@pytest.mark.not_on("openwhisk", "aws_lambda", reason="it takes at most 1 MB")\ndef test'
    pytester.makepyfile(test_hello="import pytest\n" + ON_EVERY_PLATFORM.replace("def test", mark))

    result = run_pytest("-rs")

    result.assert_outcomes(passed=len(EMULATORS) - 5, skipped=5)
    result.stdout.fnmatch_lines(["SKIPPED * not on openwhisk: it takes at most 1 MB"])


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ('"openwhisk"', "not_on takes platforms and a reason"),
        ('reason="it is small"', "not_on takes platforms and a reason"),
        ('"openwhisk", reason=""', "not_on takes platforms and a reason"),
        ('"openwisk", reason="r"', "there is no platform 'openwisk': it takes all, "),
    ],
)
def test_bad_mark_is_told_in_a_line_and_the_other_tests_run(
    pytester: pytest.Pytester, run_pytest: RunPytest, mark: str, complaint: str
) -> None:
    marked = f"@pytest.mark.not_on({mark})\ndef test"
    source = "import pytest\n" + ON_EVERY_PLATFORM.replace("def test", marked)
    pytester.makepyfile(test_hello=source + "\n\ndef test_other():\n    pass\n")

    result = run_pytest()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"test_hello.py::test_hello[[]not_on[]]: {complaint}*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert len(result.outlines) < 20


def test_event_runs_where_it_is_sent_and_is_skipped_elsewhere_with_the_reason(
    pytester: pytest.Pytester, run_pytest: RunPytest
) -> None:
    pytester.makepyfile(
        test_hello="""
        from portable.testing import Client

        def test_sqs(on_every_platform):
            assert Client("hello").event("sqs") is None
        """
    )

    result = run_pytest("-rs")

    result.assert_outcomes(passed=4, skipped=len(EMULATORS) - 4)
    result.stdout.fnmatch_lines(["SKIPPED * an event of sqs comes from aws_lambda alone, not from wsgi"])


def test_function_whose_requirements_are_missing_is_left_out_and_the_others_run(
    pytester: pytest.Pytester, run_pytest: RunPytest
) -> None:
    write_function(pytester.path / "other", "no-such-package>=2 # a comment\n")
    for name in ("hello", "other"):
        (pytester.path / name / "test_it.py").write_text(ON_EVERY_PLATFORM if name == "hello" else "import missing")

    result = run_pytest("--platform", "wsgi", "--import-mode=importlib")

    result.assert_outcomes(passed=1, skipped=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["other requires no-such-package>=2, which is not here; `portable test other` runs its tests"]
    )


def test_all_that_there_is_left_out_is_no_success(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    (pytester.path / "hello" / "requirements.txt").write_text("no-such-package\n")
    (pytester.path / "hello" / "test_it.py").write_text("import missing")

    assert run_pytest().ret == pytest.ExitCode.TESTS_FAILED


def test_test_elsewhere_of_a_function_whose_requirements_are_missing_is_skipped_and_no_success(
    pytester: pytest.Pytester, run_pytest: RunPytest
) -> None:
    (pytester.path / "hello" / "requirements.txt").write_text("no-such-package\n")
    pytester.makepyfile(test_hello=ON_EVERY_PLATFORM)

    result = run_pytest("--platform", "wsgi")

    result.assert_outcomes(skipped=2)  # its folder, and the test
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["hello requires no-such-package, *; `portable test hello` runs its tests"])


def test_test_without_the_fixture_runs_once_over_wsgi(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    pytester.makepyfile(
        test_hello="""
        from portable.testing import Client

        def test_hello():
            assert Client("hello").post().json()["by"] == "wsgi"
        """
    )

    run_pytest("--platform", "openwhisk").assert_outcomes(passed=1)


def test_traceback_of_the_handler_is_in_the_report(pytester: pytest.Pytester, run_pytest: RunPytest) -> None:
    Path(pytester.path, "hello", "handler.py").write_text("def handle(event, context):\n    return 1 / 0\n")
    pytester.makepyfile(test_hello=ON_EVERY_PLATFORM)

    result = run_pytest("--platform", "wsgi")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*<500 on wsgi: *internal error*", "*return 1 / 0*", "ZeroDivisionError: *"])


def test_plugin_imports_nothing_of_the_tool_until_it_is_used() -> None:
    code = (
        "import sys; import portable.testing.plugin; "
        "print(*sorted(name for name in sys.modules if name.startswith(('portable', 'platforms'))))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert ran.stdout.split() == [
        "portable",
        "portable.testing",
        "portable.testing.plugin",
    ]
