"""Imports that work in one place and fail in another are refused, with the line and what to write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from portable.deploying.errors import BadSettings
from portable.packaging import contents
from portable.packaging.errors import PackageError
from portable.project.imports import check

HELPERS = {"helper.py": "", "pkg/__init__.py": "", "pkg/sub.py": ""}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder: paths are shown from there."""
    monkeypatch.chdir(tmp_path)


def write(files: Mapping[str, str], name: str = "hello") -> Path:
    """Write a function's folder and return it."""
    for path, text in files.items():
        target = Path(name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return Path(name)


def refused(files: Mapping[str, str], name: str = "hello") -> list[str]:
    """Return the lines of what is refused; none if nothing is."""
    try:
        check(write(files, name))
    except BadSettings as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("from hello import helper", "from function import helper"),
        ("from hello import helper as h", "from function import helper as h"),
        ("from hello.helper import thing", "from function.helper import thing"),
        ("from hello.pkg.sub import thing", "from function.pkg.sub import thing"),
        ("import hello.helper", "from function import helper"),
        ("import hello.pkg.sub as sub", "from function.pkg import sub as sub"),
    ],
)
def test_folder_s_own_name_is_refused_with_what_to_write(written: str, instead: str) -> None:
    assert refused({**HELPERS, "handler.py": f"import json\n\n{written}\n"}) == [
        f"hello/handler.py:3: `{written}` works in no package, where the folder is function/: write `{instead}`"
    ]


@pytest.mark.parametrize("written", ["import stripe", "import stripe as s", "from stripe import Customer"])
@pytest.mark.parametrize("required", ["", "stripe-client==1\n", "-c more.txt\n", "# stripe\n"])
def test_folder_s_own_name_that_stands_for_no_module_of_it_is_refused(written: str, required: str) -> None:
    files = {"handler.py": written, "requirements.txt": required, "more.txt": "stripe==1\n"}

    assert refused(files, "stripe") == [
        f"stripe/handler.py:1: `{written}` works in no package, where the folder is function/: write `from function "
        "import ...`, or require stripe in stripe/requirements.txt if it is another's"
    ]


@pytest.mark.parametrize("written", ["import shared", "import shared.deep as s", "from shared import thing"])
@pytest.mark.parametrize("beside", ["shared.py", "shared/deep.py", "shared/deep/er.py"])
def test_module_of_the_project_that_is_not_the_function_s_is_refused(written: str, beside: str) -> None:
    write({beside: "", "stack.yml": ""}, ".")

    assert refused({"handler.py": f"import os\n{written}"}) == [
        f"hello/handler.py:2: `{written}` works in no package, which has hello/ alone: "
        f"move {beside.partition('/')[0]} into hello/, or require it in hello/requirements.txt"
    ]


def test_module_beside_stack_yml_is_refused_in_a_folder_further_down() -> None:
    write({"shared.py": "", "stack.yml": ""}, ".")

    assert len(refused({"handler.py": "import shared"}, "functions/hello")) == 1


@pytest.mark.parametrize("required", ["shared", "../shared", "-e ../shared", "..", "-r more.txt"])
def test_module_of_the_project_that_is_required_is_left_alone(required: str) -> None:
    write({"shared/__init__.py": "", "stack.yml": ""}, ".")
    files = {"handler.py": "import shared", "requirements.txt": f"{required}\n", "more.txt": "../shared # here\n"}

    assert refused(files) == []


def test_every_line_is_named_wherever_it_stands() -> None:
    late = "def handle(event, context):\n    import os, hello.helper\n    from hello import pkg, helper\n"

    assert [line.partition(" works")[0] for line in refused({**HELPERS, "handler.py": late, "pkg/sub.py": late})] == [
        *("hello/handler.py:2: `import hello.helper`", "hello/handler.py:3: `from hello import pkg`"),
        *("hello/handler.py:3: `from hello import helper`", "hello/pkg/sub.py:2: `import hello.helper`"),
        *("hello/pkg/sub.py:3: `from hello import pkg`", "hello/pkg/sub.py:3: `from hello import helper`"),
    ]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("function", {"handler.py": "from function import helper\nimport function.helper"}),
        (
            "hello",
            {"handler.py": "import helper\nfrom . import helper\nfrom function import helper\nfrom .pkg import sub"},
        ),
        ("hello", {"handler.py": "from hello import thing\nimport hello", "hello.py": "thing = 1"}),
        ("hello", {"handler.py": "from hello import helper", "hello/__init__.py": "", "hello/helper.py": ""}),
        ("stripe", {"handler.py": "import stripe\nfrom stripe import helper", "requirements.txt": "Stripe==13.0\n"}),
        ("my_lib", {"handler.py": "import my_lib", "requirements.txt": "-r more.txt\n", "more.txt": "My.Lib[x]>1\n"}),
        ("json", {"handler.py": "import json\nfrom json import decoder", "decoder.py": ""}),
        ("hello", {"handler.py": "from hello import (\n"}),
        ("hello", {"handler.py": "x = 1\0"}),
        (
            "hello",
            {"handler.py": "", "tests/test_x.py": "from hello import helper", "test_y.py": "import hello.helper"},
        ),
        ("hello", {"handler.py": "", "html/index.html": "", "email/deep/er.py": ""}),
        ("hello", {"handler.py": "", "pkg/json.py": "", "pkg/platforms.py": ""}),
    ],
)
def test_what_works_everywhere_is_left_alone(name: str, files: Mapping[str, str]) -> None:
    assert refused({**HELPERS, **files}, name) == []


def test_helper_named_like_a_standard_module_is_refused_with_the_line_that_imports_it() -> None:
    files = {
        "handler.py": "import os\nfrom calendar import month\n",
        "calendar.py": "",
        "queue.py": "",
        "email/x.py": "",
    }

    assert refused(files) == [
        "hello/handler.py:2: `from calendar import month` is Python's own calendar, not hello/calendar.py:"
        " give hello/calendar.py another name",
        "hello/email/: email is a standard module, and `import email` gives that: give it another name",
        "hello/queue.py: queue is a standard module, and `import queue` gives that: give it another name",
    ]


def test_names_that_are_ours_are_refused() -> None:
    assert refused({"handler.py": "", "platforms.py": "", "function/x.py": "", "portable/x.py": ""}, "function") == [
        "function/function/: function is what the function's folder is imported as: give it another name",
        "function/platforms.py: platforms is what runs the function everywhere: give it another name",
        "function/portable/: portable is the tool's: give it another name",
    ]


def test_folder_elsewhere_is_named_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write({"handler.py": "", "queue.py": ""}).resolve()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    with pytest.raises(BadSettings, match=f"^{folder}/queue.py: "):
        check(folder)


def test_nothing_of_it_is_packaged() -> None:
    with pytest.raises(PackageError, match=r"^hello/handler\.py:1: `from hello import helper` works in no package"):
        contents.function_files(write({**HELPERS, "handler.py": "from hello import helper"}))
