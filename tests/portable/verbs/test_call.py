"""`portable call` as a user runs it: in the function's own environment, through any platform."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from portable.__main__ import main
from portable.emulators.registry import EMULATORS

from ..deploying.worlds import make_world, printed
from ..packaging.wheelhouse import make_folder, make_wheel, require
from .projects import portable, write_stack

pytestmark = pytest.mark.usefixtures("unmeasured")

HANDLER = """
import os, first
print("loaded")

def handle(event, context):
    match event.path:
        case "/where":
            return context.platform
        case "/name":
            return context.function_name
        case "/exit":
            raise SystemExit(3)
        case "/fail":
            raise ZeroDivisionError("by hand")
        case "/image":
            return b"\\x00\\xff"
        case "/none":
            return "none", 404
    context.log.info("seen")
    seen = {"method": event.method, "path": event.path, "type": event.headers.get("content-type", "")}
    return {**seen, "body": event.text(), "greeting": os.environ["greeting"], "first": first.version}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a function that requires a package and a variable."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("wheelhouse", "hello"):
        (folder / name).mkdir()
    make_wheel(folder / "wheelhouse", "first", files={"first.py": b"version = '1.0'"})
    write_stack(folder, "hello", fields="environment: {greeting: hi}")
    (folder / "hello" / "handler.py").write_text(HANDLER)
    require(folder / "hello", folder / "wheelhouse", "first")
    return folder


def call(project: Path, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Call the function; return the exit code, and what stdout and stderr got."""
    line = portable("call", *arguments)
    done = subprocess.run(line, cwd=project, input=stdin.encode(), capture_output=True, check=False)
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode()


def test_body_is_all_that_stdout_gets(project: Path) -> None:
    code, out, err = call(project, "hello", "/x", "-d", '{"a": 1}')

    assert code == 0
    assert json.loads(out) == {
        "method": "POST",
        "path": "/x",
        "type": "application/json",
        "body": '{"a": 1}',
        "greeting": "hi",
        "first": "1.0",
    }
    assert "loaded" in err
    assert "INFO seen" in err


def test_body_is_as_it_is(project: Path) -> None:
    assert call(project, "/image")[:2] == (0, "\x00\xff")


@pytest.mark.parametrize(
    ("arguments", "method", "content_type", "body"),
    [
        (("/x",), "GET", "", ""),
        (("/x", "-X", "delete"), "DELETE", "", ""),
        (("/x", "-d", "null"), "POST", "application/json", "null"),
        (("/x", "-d", "a=1"), "POST", "application/x-www-form-urlencoded", "a=1"),
        (("/x", "-d", "[]", "-H", "content-type: text/x"), "POST", "text/x", "[]"),
        (("/x", "-X", "PUT", "-d", "-"), "PUT", "application/x-www-form-urlencoded", "from stdin"),
    ],
)
def test_request_is_what_curls_arguments_say(
    project: Path, arguments: tuple[str, ...], method: str, content_type: str, body: str
) -> None:
    _, out, _ = call(project, *arguments, stdin="from stdin")
    seen = json.loads(out)

    assert (seen["method"], seen["type"], seen["body"]) == (method, content_type, body)


def test_status_and_headers_are_printed_if_they_are_wanted(project: Path) -> None:
    code, out, _ = call(project, "/none", "-i")

    assert (code, out.splitlines()[0], out.splitlines()[-1]) == (0, "404", "none")
    assert "content-type: text/plain; charset=utf-8" in out
    assert call(project, "/none", "--fail")[0] == 1


def test_handler_that_raises_is_a_500_with_its_traceback_on_stderr(project: Path) -> None:
    code, out, err = call(project, "/fail")

    assert (code, json.loads(out)["error"]) == (0, "internal error")
    assert "ZeroDivisionError: by hand" in err


def test_platforms_that_answer_alike_are_a_line_each(project: Path) -> None:
    code, out, _ = call(project, "/none", "--platform", "all")

    lines = out.splitlines()
    assert code == 0
    assert lines[:-1] == [f"{name:<16} 404 none" for name in EMULATORS]
    assert lines[-1] == "9 of 9 platforms answer alike"


def test_function_has_its_own_name_on_every_platform(project: Path) -> None:
    _, out, _ = call(project, "/name", "--platform", "all", "--json")

    names = {one["platform"]: one["body"] for one in json.loads(out)["answers"]}
    assert names == dict.fromkeys(EMULATORS, "hello") | {"openwhisk": "/guest/hello"}


def test_handler_that_exits_is_told_in_a_line(project: Path) -> None:
    code, out, err = call(project, "/exit")

    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == "error: the handler ended its process: sys.exit(3)"
    assert "Traceback" not in err


def test_platforms_that_differ_are_told_and_exit_code_1(project: Path) -> None:
    code, out, _ = call(project, "/where", "--platform", "wsgi", "--platform", "openwhisk")

    assert code == 1
    assert out.splitlines() == [
        "wsgi             200 wsgi",
        "openwhisk        200 openwhisk",
        "    differs: body: expected 4 bytes, got 9; from byte 0 on expected 'wsgi', got 'openwhisk'",
        "1 of 2 platforms answer alike",
    ]


def test_answers_as_json(project: Path) -> None:
    code, out, _ = call(project, "/image", "--json", "--platform", "openwhisk")

    (answer,) = json.loads(out)["answers"]
    assert (code, answer["platform"], answer["status"], answer["body_base64"]) == (0, "openwhisk", 200, "AP8=")


def test_sample_event_is_delivered_as_one(project: Path) -> None:
    event = subprocess.run(portable("event", "sqs"), capture_output=True, text=True, check=True).stdout

    assert call(project, "--platform", "aws_lambda", "-d", "-", stdin=event)[:2] == (0, "null\n")


def test_event_that_the_platform_does_not_send_is_told(project: Path) -> None:
    code, _, err = call(project, "-d", '{"Records": [{"eventSource": "aws:sqs"}]}')

    assert code == 2
    assert "comes from aws_lambda alone, not from wsgi: name another with --platform" in err.splitlines()[-1]


def test_payload_is_an_event_if_the_user_says_so(project: Path) -> None:
    code, out, _ = call(project, "--event", "--platform", "openwhisk", "-d", '{"moon": "full"}')

    assert code == 0
    assert json.loads(json.loads(out)["body"]) == {"moon": "full"}


def test_event_that_fails_is_exit_code_1(project: Path) -> None:
    (project / "failing").mkdir(exist_ok=True)
    (project / "failing" / "handler.py").write_text("def handle(event, context):\n    return 'later', 503\n")
    code, out, err = call(project, "./failing", "--event", "--platform", "aws_lambda", "-d", "{}")

    assert (code, out) == (1, "")
    assert "the handler answered 503: later" in err.splitlines()[-1]


def test_function_that_cannot_be_loaded_is_told_in_a_line(project: Path) -> None:
    (project / "broken").mkdir(exist_ok=True)
    (project / "broken" / "handler.py").write_text("import no_such_module\n")
    code, out, err = call(project, "./broken")

    assert (code, out) == (1, "")
    assert "handler.py:1: ModuleNotFoundError: No module named 'no_such_module'" in err.splitlines()[-1]


def test_function_of_no_stack_file_is_called(tmp_path: Path) -> None:
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "handler.py").write_text("def handle(event, context):\n    return 'here'\n")

    assert call(tmp_path)[:2] == (0, "here")
    assert call(tmp_path / "function", "../function")[:2] == (0, "here")


def test_functions_of_one_folder_are_called_with_their_own_variables(tmp_path: Path) -> None:
    write_stack(tmp_path, "hello", fields="environment: {WHO: hello}")
    stack = tmp_path / "stack.yml"
    other = stack.read_text().partition("  hello:")[2].replace("WHO: hello", "WHO: other")
    stack.write_text(f"{stack.read_text()}\n  other:{other}\n")
    (tmp_path / "hello").mkdir()
    (tmp_path / "hello" / "handler.py").write_text("import os\ndef handle(event, context): return os.environ['WHO']")

    assert [call(tmp_path, name)[1] for name in ("hello", "other")] == ["hello", "other"]


def test_requirement_that_is_a_folder_is_there(project: Path) -> None:
    make_folder(project / "lib", "lib", files={"lib.py": b"NAME = 'lib'"})
    (project / "with_lib").mkdir()
    (project / "with_lib" / "handler.py").write_text("import lib\ndef handle(event, context): return lib.NAME")
    require(project / "with_lib", project / "wheelhouse", "../lib")

    assert call(project, "./with_lib")[:2] == (0, "lib")


def test_module_of_the_project_is_refused_as_in_a_package(project: Path) -> None:
    (project / "shared.py").touch()
    (project / "sharing").mkdir()
    (project / "sharing" / "handler.py").write_text("import shared\ndef handle(event, context): return 'here'")
    code, out, err = call(project, "./sharing")

    assert (code, out) == (2, "")
    assert "sharing/handler.py:1: `import shared` works in no package" in err.splitlines()[-1]


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_function_that_ends_its_process_is_told(project: Path, ending: str) -> None:
    (project / "ending").mkdir(exist_ok=True)
    (project / "ending" / "handler.py").write_text(f"import os\ndef handle(event, context):\n    {ending}\n")
    code, out, err = call(project, "./ending")

    assert (code, out) == (1, "")
    assert "ending ended its process, with exit code " in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("helo",), "there is no function and no folder 'helo': stack.yml has hello"),
        (("hello", "other"), "it takes one FUNCTION and one PATH, which begins with /"),
        (("--platform", "lambda"), "there is no platform 'lambda'"),
        (("-H", "x"), "-H 'x': a header is NAME: VALUE"),
        (("-H", "X: a\nY: b"), r"-H 'X: a\nY: b': a header is NAME: VALUE, in one line"),
        (("-H", "X Y: a"), "-H 'X Y: a': a header is NAME: VALUE"),
        (("-H", os.fsdecode(b"X: \xff")), "a header is NAME: VALUE"),
        (("-X", "BAD METHOD"), "-X 'BAD METHOD': a method is one word, such as GET"),
        (("-d", "@nowhere"), "cannot read 'nowhere'"),
        (("--event", "-d", "no json"), "--event takes an event, which is JSON"),
        (("/x", "--event", "-d", "{}"), "--event takes an event, which is JSON"),
    ],
)
def test_bad_argument_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], complaint: str
) -> None:
    monkeypatch.chdir(project)
    world = make_world()

    assert main(["call", *arguments], world) == 2
    out, err = printed(world)
    assert out == ""
    assert complaint in err.splitlines()[-1]
